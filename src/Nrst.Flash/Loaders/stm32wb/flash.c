/* The flash of the STM32WB and WL, by the registers of CPU1. RM0434, "FLASH registers".
 *   erase word   FLASH_CR without STRT: PER with PNB
 */
#include "../common/loader.c"

#define ACR     REG(m->flash + 0x00)
#define SR      REG(m->flash + 0x10)
#define CR      REG(m->flash + 0x14)

#define ACR_ENABLE      (3u << 9)       /* ICEN DCEN */
#define ACR_RESET       (3u << 11)      /* ICRST DCRST */
#define SR_ERRORS       0x3FAu          /* OPERR PROGERR WRPERR PGAERR SIZERR PGSERR MISSERR FASTERR */
#define SR_BUSY         (13u << 16)     /* BSY CFGBSY PESD: while the other CPU asks for it, nothing is started */
#define CR_PG           (1u << 0)
#define CR_STRT         (1u << 16)
#define CR_LOCK         (1u << 31)

static inline void flash_erase(struct loader *m, u32 what)
{
    while (SR & SR_BUSY)
    {
        feed(m);
    }

    CR = what;
    CR = what | CR_STRT;
    __asm volatile("dsb");
}

static inline u32 flash_busy(struct loader *m)
{
    return SR & SR_BUSY;
}

static inline u32 flash_errors(struct loader *m)
{
    return SR & SR_ERRORS;
}

static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    CR = CR_PG;
}

static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    u32 low = from[0], high = from[1];
    while (SR & SR_BUSY)
    {
    }

    REG(to) = low;
    REG(to + 4) = high;                 /* the second word starts the operation */
    __asm volatile("dsb");
}

static inline void flash_idle(struct loader *m)
{
    CR = 0;
}

static inline void flash_forget(struct loader *m)
{
    u32 before = ACR, off = before & ~ACR_ENABLE;
    ACR = off;
    ACR = off | ACR_RESET;
    ACR = off;
    ACR = before;
}

static inline void flash_lock(struct loader *m)
{
    CR = CR_LOCK;
}
