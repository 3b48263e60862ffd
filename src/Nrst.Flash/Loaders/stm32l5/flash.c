/* The flash of the STM32L5, U5 and U3 by its non-secure registers. RM0438, RM0456 and RM0487, "FLASH registers".
 *   erase word   FLASH_NSCR without STRT: PER with PNB and BKER, or MER1 and MER2
 *   unit         8 or 16
 *   row          a burst of 128 bytes
 */
#define ROWS            (CR_PG | 1u << 14) /* PG BWR */
#include "../common/loader.c"

#define SR_BUSY         (3u << 16)      /* BSY WDW */
#define ERRORS          (SR & 0xFAu)    /* OPERR PROGERR WRPERR PGAERR SIZERR PGSERR */
#define UNIT            m->unit

#include "../common/quadword.h"

#define ICACHE_CR       REG(0x40030400)
#define ICACHE_SR       REG(0x40030404)

static inline void flash_forget(struct loader *m)
{
    (void)m;
    if (ICACHE_CR & 1)                  /* EN */
    {
        ICACHE_CR |= 2;                 /* CACHEINV */
        while (ICACHE_SR & 1)           /* BUSYF */
        {
        }
    }
}
