/* The flash of the STM32WBA. RM0493, "FLASH registers"; the non-secure ones.
 *   erase word   FLASH_NSCR1 without STRT: PER with PNB and BKER, or MER1 and MER2
 *   unit         bytes that are programmed at once: 16, or 8
 */
#include "../common/loader.c"
#include "../common/icache.c"

#define SR      REG(m->flash + 0x20)
#define CR      REG(m->flash + 0x28)

#define SR_BUSY         (1u << 16)      /* BSY */
#define SR_WDW          (1u << 17)
#define SR_ERRORS       0xFAu           /* OPERR PROGERR WRPERR PGAERR SIZERR PGSERR */
#define CR_PG           (1u << 0)
#define CR_STRT         (1u << 16)
#define CR_LOCK         (1u << 31)

static inline void flash_erase(struct loader *m, u32 what)
{
    CR = what;
    CR = what | CR_STRT;
    __asm volatile("dsb");
}

static inline u32 flash_busy(struct loader *m)
{
    return SR & SR_BUSY;
}

/* A word that is still incomplete when nothing runs any more is an error too. */
static inline u32 flash_errors(struct loader *m)
{
    return SR & (SR_ERRORS | SR_WDW);
}

static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    CR = CR_PG;
}

static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    while (SR & SR_BUSY)
    {
    }

    put_words(to, from, m->unit);       /* the last word starts the operation */

    __asm volatile("dsb");
}

static inline void flash_idle(struct loader *m)
{
    CR = 0;
}

static inline void flash_forget(struct loader *m)
{
    (void)m;
    icache_forget();
}

static inline void flash_lock(struct loader *m)
{
    CR = CR_LOCK;
}
