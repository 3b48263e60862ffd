/* The flash of the STM32WB0. RM0530, "Flash controller": commands, no lock.
 *   erase word   the first word of the page, counted from the start of the flash; bit 31 alone erases everything
 *   arg[0]       where the flash starts
 *   arg[1]       written here: a command was given
 *   unit         4
 */
#include "../common/loader.c"

#define COMMAND         REG(m->flash + 0x00)
#define IRQRAW          REG(m->flash + 0x10)
#define ADDRESS         REG(m->flash + 0x18)
#define DATA0           REG(m->flash + 0x40)

#define IRQ_ALL         0x1Fu
#define IRQ_OVER        0xDu            /* CMDDONE CMDERR ILLCMD */
#define IRQ_ERRORS      0xCu            /* CMDERR ILLCMD */
#define EVERYTHING      (1u << 31)

enum { ERASE_PAGE = 0x11, MASS_ERASE = 0x22, WRITE = 0x33 };

static inline void flash_erase(struct loader *m, u32 what)
{
    IRQRAW = IRQ_ALL;
    m->arg[1] = 1;
    if (what == EVERYTHING)
    {
        COMMAND = MASS_ERASE;
    }
    else
    {
        ADDRESS = what;
        COMMAND = ERASE_PAGE;
    }

    __asm volatile("dsb");
}

/* CMDDONE is not set while nothing was asked, so an idle controller and a busy one look alike. */
static inline u32 flash_busy(struct loader *m)
{
    return m->arg[1] && !(IRQRAW & IRQ_OVER);
}

static inline u32 flash_errors(struct loader *m)
{
    return IRQRAW & IRQ_ERRORS;
}

static inline void flash_program(struct loader *m, u32 to)
{
    (void)m;
    (void)to;
}

/* An error stays in the flags, and no command clears it before it was seen. */
static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    while (flash_busy(m))
    {
    }

    if (IRQRAW & IRQ_ERRORS)
    {
        return;
    }

    IRQRAW = IRQ_ALL;
    m->arg[1] = 1;
    ADDRESS = (to - m->arg[0]) >> 2;
    DATA0 = *from;
    COMMAND = WRITE;
    __asm volatile("dsb");
}

static inline void flash_idle(struct loader *m)
{
    IRQRAW = IRQ_ALL;
    m->arg[1] = 0;
}

static inline void flash_forget(struct loader *m)
{
    (void)m;
}

static inline void flash_lock(struct loader *m)
{
    (void)m;
}
