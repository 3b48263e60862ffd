/* The flash of the STM32F1 of XL density: two banks with registers of their own. PM0068, "Register descriptions".
 *   erase word   FLASH_AR, an address of the page; 1 and 2 for all pages of that bank
 *   arg[0]       where the second bank starts
 *   arg[1]       from the first bank's registers to the second's
 *   flags        bit 31 says that they are the second bank's
 */
#define NARROW
#define NARROW_ONLY
#include "../common/loader.c"

#define SR(bank)        REG((bank) + 0x0C)
#define CR(bank)        REG((bank) + 0x10)
#define AR(bank)        REG((bank) + 0x14)

#define SR_BSY          (1u << 0)
#define SR_ERRORS       0x14u           /* PGERR WRPRTERR */
#define CR_PG           (1u << 0)
#define CR_PER          (1u << 1)
#define CR_MER          (1u << 2)
#define CR_STRT         (1u << 6)
#define CR_LOCK         (1u << 7)
#define OF_BANK2        (1u << 31)

static void control(struct loader *m, u32 value)
{
    CR(m->flash) = value;
    CR(m->flash + m->arg[1]) = value;
}

static inline void flash_erase(struct loader *m, u32 what)
{
    u32 bank = m->flash, command = what > 2 ? CR_PER : CR_MER;
    if (what == 2 || what >= m->arg[0])
    {
        bank += m->arg[1];
    }

    CR(bank) = command;
    if (what > 2)
    {
        AR(bank) = what;
    }

    CR(bank) = command | CR_STRT;
    (void)CR(bank);                     /* BSY follows STRT a cycle late */
}

static u32 flash_busy(struct loader *m)
{
    return (SR(m->flash) | SR(m->flash + m->arg[1])) & SR_BSY;
}

static inline u32 flash_errors(struct loader *m)
{
    u32 first = SR(m->flash) & SR_ERRORS, second = SR(m->flash + m->arg[1]) & SR_ERRORS;
    return first ? first : second ? second | OF_BANK2 : 0;
}

/* In both banks: a slot may go over from one to the other. */
static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    control(m, CR_PG);
}

static void flash_write_narrow(struct loader *m, u32 to, u32 value)
{
    while (flash_busy(m))
    {
    }

    *(volatile u16 *)to = (u16)value;
    __asm volatile("dsb");
}

static inline void flash_idle(struct loader *m)
{
    control(m, 0);
}

static inline void flash_forget(struct loader *m)
{
    (void)m;                            /* a prefetch buffer of two lines, and no cache */
}

static inline void flash_lock(struct loader *m)
{
    control(m, CR_LOCK);
}
