/* The flash of the STM32H5 and C5. RM0481, "FLASH registers"; the non-secure ones.
 *   erase word   FLASH_NSCR without STRT: SER with SNB and BKSEL, or MER
 *   unit         16
 */
#include "../common/loader.c"
#include "../common/icache.c"

#define SR_BUSY         9u              /* BSY DBNE */
#define ERRORS          (SR & 0x1E0002u) /* WRPERR PGSERR STRBERR INCERR, and WBNE: a quad-word incomplete when nothing runs any more */
#define UNIT            16
#define LOCK_LOW

#include "../common/quadword.h"

static inline void flash_forget(struct loader *m)
{
    (void)m;
    icache_forget();
}
