/* The flash of the STM32L0 and L1. RM0367 and RM0038, "Flash registers".
 *   erase word   the address of the page
 *   unit         half a page, 64 or 128 bytes; it is written at once, and only code in RAM may do that
 */
#include "../common/loader.c"

#define PECR    REG(m->flash + 0x04)
#define SR      REG(m->flash + 0x18)

#define SR_BSY          (1u << 0)
#define SR_ERRORS       0x32700u        /* WRPERR PGAERR SIZERR RDERR NOTZEROERR FWWERR */
#define PECR_LOCKS      7u              /* PELOCK PRGLOCK OPTLOCK */
#define PECR_PROG       (1u << 3)
#define PECR_ERASE      (1u << 9)
#define PECR_FPRG       (1u << 10)

static inline void flash_erase(struct loader *m, u32 what)
{
    PECR = PECR_ERASE;
    PECR = PECR_ERASE | PECR_PROG;
    REG(what) = 0;
    __asm volatile("dsb");
}

static inline u32 flash_busy(struct loader *m)
{
    return SR & SR_BSY;
}

static inline u32 flash_errors(struct loader *m)
{
    return SR & SR_ERRORS;
}

static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    PECR = PECR_FPRG;
    PECR = PECR_FPRG | PECR_PROG;
}

static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    while (flash_busy(m))
    {
    }

    put_words(to, from, m->unit);       /* the last word starts the operation */

    __asm volatile("dsb");
}

static inline void flash_idle(struct loader *m)
{
    PECR = 0;
}

static inline void flash_forget(struct loader *m)
{
    (void)m;                            /* buffers of a few words, and no cache */
}

static inline void flash_lock(struct loader *m)
{
    PECR = PECR_LOCKS;
}
