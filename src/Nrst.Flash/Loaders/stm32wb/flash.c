/* The flash of the STM32WB and WL, by the registers of CPU1. RM0434, "FLASH registers".
 *   erase word   FLASH_CR without STRT: PER with PNB
 */
#include "../common/loader.c"

#define SHARED
#define SR_BUSY         (13u << 16)     /* BSY CFGBSY PESD: while the other CPU asks for it, nothing is started */
#define ACR_ENABLE      (3u << 9)       /* ICEN DCEN */
#define ACR_RESET       (3u << 11)      /* ICRST DCRST */

#include "../common/doubleword.h"
