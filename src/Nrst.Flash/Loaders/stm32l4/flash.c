/* The flash of the STM32L4 and L4+. RM0351, "FLASH registers".
 *   erase word   FLASH_CR without STRT: PER with PNB and BKER, or MER1 and MER2
 *   row          32 double words, on the STM32L4+ 64
 */
#define ROWS            (1u << 18)      /* FSTPG */
#define ROW_OVER_OTHERS (1u << 3)       /* PROGERR: "in standard programming" only */
#include "../common/loader.c"

#define SR_BUSY         (1u << 16)      /* BSY */
#define ACR_ENABLE      (3u << 9)       /* ICEN DCEN */
#define ACR_RESET       (3u << 11)      /* ICRST DCRST */

#include "../common/doubleword.h"
