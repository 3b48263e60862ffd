/* The flash of the STM32F7. RM0410, "FLASH registers".
 *   erase word   FLASH_CR without STRT
 *   arg[0]       FLASH_CR for programming: PG and PSIZE; unit is the width of one access
 */
#define NARROW
#include "../common/loader.c"

#define ACR     REG(m->flash + 0x00)
#define SR      REG(m->flash + 0x0C)
#define CR      REG(m->flash + 0x10)

#define ACR_ENABLE      (1u << 9)       /* ARTEN */
#define ACR_RESET       (1u << 11)      /* ARTRST */
#define SR_ERRORS       0x1F2u          /* OPERR WRPERR PGAERR PGPERR ERSERR RDERR */
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
    return (int)(SR << 15) < 0;         /* BSY, bit 16: this way it is one shift and a branch */
}

static inline u32 flash_errors(struct loader *m)
{
    return SR & SR_ERRORS;
}

static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    CR = m->arg[0];
}

static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    /* What stands between the end of BSY and the next word is what the speed depends on: looks follow each other without a jump. */
    u32 status;
    __asm volatile(
        "1: ldr %[status], [%[sr]]\n\tlsls %[status], %[status], #15\n\tbpl 2f\n\t"
        "ldr %[status], [%[sr]]\n\tlsls %[status], %[status], #15\n\tbpl 2f\n\t"
        "ldr %[status], [%[sr]]\n\tlsls %[status], %[status], #15\n\tbmi 1b\n"
        "2: str %[word], [%[to]]\n\tdsb"
        : [status] "=&l"(status) : [sr] "l"(&SR), [word] "l"(*from), [to] "l"(to) : "cc", "memory");
}

static void flash_write_narrow(struct loader *m, u32 to, u32 value)
{
    while (flash_busy(m))
    {
    }

    if (m->unit == 2)
    {
        *(volatile u16 *)to = (u16)value;
    }
    else
    {
        *(volatile u8 *)to = (u8)value;
    }

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
