/* The boot flash of the STM32H7R and H7S. RM0477, "FLASH registers".
 *   erase word   FLASH_CR without START: SER with SSN, or BER
 *   unit         16
 *   the errors are those of FLASH_ISR, with WBNE of FLASH_SR among them
 */
#include "../common/loader.c"

#define CR      REG(m->flash + 0x10)
#define SR      REG(m->flash + 0x14)
#define ISR     REG(m->flash + 0x24)

#define SR_BUSY         5u              /* BUSY QW */
#define SR_WBNE         2u
#define ISR_ERRORS      0x2E0000u       /* WRPERRF PGSERRF STRBERRF INCERRF */
#define CR_LOCK         (1u << 0)
#define CR_PG           (1u << 1)
#define CR_START        (1u << 5)

static inline void flash_erase(struct loader *m, u32 what)
{
    CR = what;
    CR = what | CR_START;
    __asm volatile("dsb");
}

static inline u32 flash_busy(struct loader *m)
{
    return SR & SR_BUSY;
}

static inline u32 flash_errors(struct loader *m)
{
    return (ISR & ISR_ERRORS) | (SR & SR_WBNE);
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

/* The flash has no cache of its own, and those of the core are off after a reset. */
static inline void flash_forget(struct loader *m)
{
    (void)m;
}

static inline void flash_lock(struct loader *m)
{
    CR = 0;
    CR = CR_LOCK;
}
