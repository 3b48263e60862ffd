/* The flash of the STM32H5 and C5. RM0481, "FLASH registers"; the non-secure ones.
 *   erase word   FLASH_NSCR without STRT: SER with SNB and BKSEL, or MER
 *   unit         16
 */
#include "../common/loader.c"
#include "../common/icache.c"

#define SR      REG(m->flash + 0x20)
#define CR      REG(m->flash + 0x28)

#define SR_BUSY         9u              /* BSY DBNE */
#define SR_WBNE         2u
#define SR_ERRORS       0x1E0000u       /* WRPERR PGSERR STRBERR INCERR */
#define CR_LOCK         (1u << 0)
#define CR_PG           (1u << 1)
#define CR_STRT         (1u << 5)

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

/* A quad-word that is still incomplete when nothing runs any more is an error too. */
static inline u32 flash_errors(struct loader *m)
{
    return SR & (SR_ERRORS | SR_WBNE);
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

    put_words(to, from, 16);            /* the last word starts the operation */

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
    CR = 0;
    CR = CR_LOCK;
}
