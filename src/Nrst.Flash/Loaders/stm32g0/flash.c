/* The flash of the STM32G0 and C0. RM0444, "FLASH registers".
 *   erase word   FLASH_CR without STRT: PER with PNB and BKER, or MER1 and MER2
 *   row          32 double words
 */
#define ROWS            (1u << 18)      /* FSTPG */
#define ROW_OVER_OTHERS (1u << 3)       /* PROGERR: "in standard programming" only */
#include "../common/loader.c"

#define SR_BUSY         (7u << 16)      /* BSY1 BSY2 CFGBSY */
#define ACR_ENABLE      (1u << 9)       /* ICEN */
#define ACR_RESET       (1u << 11)      /* ICRST */

#include "../common/doubleword.h"
