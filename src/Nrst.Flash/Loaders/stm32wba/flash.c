/* The flash of the STM32WBA. RM0493, "FLASH registers"; the non-secure ones.
 *   erase word   FLASH_NSCR1 without STRT: PER with PNB and BKER, or MER1 and MER2
 *   unit         16, or 8
 *   row          a burst of 128 bytes
 */
#define ROWS            (CR_PG | 1u << 14) /* PG BWR */
#include "../common/loader.c"
#include "../common/icache.c"

#define SR_BUSY         (1u << 16)      /* BSY */
#define ERRORS          (SR & 0x200FAu) /* OPERR PROGERR WRPERR PGAERR SIZERR PGSERR, and WDW: a word incomplete when nothing runs any more */
#define UNIT            m->unit

#include "../common/quadword.h"

static inline void flash_forget(struct loader *m)
{
    (void)m;
    icache_forget();
}
