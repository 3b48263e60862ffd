/* The flash of the STM32F1. PM0075, "Register descriptions".
 *   erase word   FLASH_AR, an address of the page; 0 for all pages
 */
#define NARROW
#define NARROW_ONLY
#include "../common/loader.c"

#define SR      REG(m->flash + 0x0C)
#define CR      REG(m->flash + 0x10)
#define AR      REG(m->flash + 0x14)

#define SR_BSY          (1u << 0)
#define SR_ERRORS       0x14u           /* PGERR WRPRTERR */
#define CR_PG           (1u << 0)
#define CR_PER          (1u << 1)
#define CR_MER          (1u << 2)
#define CR_STRT         (1u << 6)
#define CR_LOCK         (1u << 7)

static inline void flash_erase(struct loader *m, u32 what)
{
    u32 command = what ? CR_PER : CR_MER;
    CR = command;
    if (what)
    {
        AR = what;
    }

    CR = command | CR_STRT;
    (void)CR;                           /* BSY follows STRT a cycle late */
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
    CR = CR_PG;
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
    CR = 0;
}

static inline void flash_forget(struct loader *m)
{
    (void)m;                            /* a prefetch buffer of two lines, and no cache */
}

static inline void flash_lock(struct loader *m)
{
    CR = CR_LOCK;
}
