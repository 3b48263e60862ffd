/* The flash of the STM32H72 to H75, H7A and H7B. RM0433 and RM0455, "FLASH registers".
 *   erase word   FLASH_CR without START; bit 31 is for the second bank's register
 *   arg[0]       from the first bank's registers to the second's; 0 where there is one bank
 *   arg[1]       FLASH_CR with nothing to do: PSIZE, where there is one
 *   arg[2]       START
 *   arg[3]       where the upper bank begins; bit 0 if the first bank's registers are its (SWAP_BANK)
 *   unit         bytes of a flash word: 32 or 16
 */
#define TWO_LANES
#define OF_OTHER_LANE   (1u << 31)      /* of an erase word, and of flags: the second bank's register */
#include "../common/loader.c"

#define KEYR(bank)      REG((bank) + 0x04)
#define CR(bank)        REG((bank) + 0x0C)
#define SR(bank)        REG((bank) + 0x10)
#define CCR(bank)       REG((bank) + 0x14)

#define SR_BUSY         5u              /* BSY QW */
#define SR_WBNE         2u
#define SR_ERRORS       0x6E0000u       /* WRPERR PGSERR STRBERR INCERR OPERR */
#define CCR_EOP         (1u << 16)
#define CR_LOCK         (1u << 0)
#define CR_PG           (1u << 1)
#define OF_BANK2        OF_OTHER_LANE

static __attribute__((noinline)) void control(struct loader *m, u32 value)
{
    CR(m->flash) = value;
    if (m->arg[0])
    {
        CR(m->flash + m->arg[0]) = value;
    }
}

static void open_again(u32 bank)
{
    CCR(bank) = CCR_EOP;
    KEYR(bank) = 0x45670123;
    KEYR(bank) = 0xCDEF89AB;
}

static inline void flash_erase(struct loader *m, u32 what)
{
    u32 bank = m->flash;
    if (what & OF_BANK2)
    {
        bank += m->arg[0];
        what &= ~OF_BANK2;
    }

    CR(bank) = what;
    CR(bank) = what | m->arg[2];
    __asm volatile("dsb");
}

static __attribute__((noinline)) u32 either_busy(struct loader *m)
{
    return (SR(m->flash) | (m->arg[0] ? SR(m->flash + m->arg[0]) : 0)) & SR_BUSY;
}

static inline u32 flash_busy(struct loader *m)
{
    return either_busy(m);
}

/* A flash word that is still incomplete when nothing runs any more is an error too. */
static inline u32 flash_errors(struct loader *m)
{
    u32 flags = SR(m->flash) & (SR_ERRORS | SR_WBNE);
    if (!flags && m->arg[0])
    {
        flags = SR(m->flash + m->arg[0]) & (SR_ERRORS | SR_WBNE);
        flags |= flags ? OF_BANK2 : 0;
    }

    return flags;
}

/* In both banks: a slot may go over from one to the other. */
static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    control(m, m->arg[1] | CR_PG);
}

static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    u32 bank = m->flash;
    if ((to >= (m->arg[3] & ~1u)) ^ (m->arg[3] & 1))
    {
        bank += m->arg[0];              /* 0 where there is one bank */
    }

    while (SR(bank) & SR_BUSY)
    {
    }

    put_words(to, from, m->unit);       /* the last word starts the operation */

    __asm volatile("dsb");
}

/* Some STM32H72x program nothing after an erase unless they are locked and opened in between, or EOP is cleared: users found the one and
 * the other, and neither does harm. */
static inline void flash_idle(struct loader *m)
{
    control(m, m->arg[1]);
    control(m, m->arg[1] | CR_LOCK);
    open_again(m->flash);
    if (m->arg[0])
    {
        open_again(m->flash + m->arg[0]);
    }
}

/* The flash has no cache of its own, and those of the core are off after a reset. */
static inline void flash_forget(struct loader *m)
{
    (void)m;
}

static inline void flash_lock(struct loader *m)
{
    control(m, m->arg[1]);
    control(m, m->arg[1] | CR_LOCK);
}
