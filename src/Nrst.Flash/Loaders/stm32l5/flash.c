/* The flash of the STM32L5, U5 and U3 by its non-secure registers. RM0438, RM0456 and RM0487, "FLASH registers".
 *   erase word   FLASH_NSCR without STRT: PER with PNB and BKER, or MER1 and MER2
 */
#include "../common/loader.c"

#define NSSR    REG(m->flash + 0x20)
#define NSCR    REG(m->flash + 0x28)

#define ICACHE_CR       REG(0x40030400)
#define ICACHE_SR       REG(0x40030404)

#define SR_ERRORS       0xFAu           /* OPERR PROGERR WRPERR PGAERR SIZERR PGSERR */
#define SR_BUSY         (3u << 16)      /* BSY WDW */
#define CR_PG           (1u << 0)
#define CR_STRT         (1u << 16)
#define CR_LOCK         (1u << 31)

static inline void flash_erase(struct loader *m, u32 what)
{
    NSCR = what;
    NSCR = what | CR_STRT;
    __asm volatile("dsb");
}

static inline u32 flash_busy(struct loader *m)
{
    return NSSR & SR_BUSY;
}

static inline u32 flash_errors(struct loader *m)
{
    return NSSR & SR_ERRORS;
}

static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    NSCR = CR_PG;
}

static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    while (NSSR & SR_BUSY)
    {
    }

    put_words(to, from, m->unit);       /* the last word of a unit starts the operation */

    __asm volatile("dsb");
}

static inline void flash_idle(struct loader *m)
{
    NSCR = 0;
}

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

static inline void flash_lock(struct loader *m)
{
    NSCR = CR_LOCK;
}
