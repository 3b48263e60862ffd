/* The controllers that program two words at a time, and have the cache in front of the flash in their own registers.
 * RM0351, "FLASH registers", and the manuals of the lines that came after.
 *
 * The file that includes this one says
 *     SR_BUSY              what keeps the next operation from being started
 *     ACR_ENABLE, ACR_RESET    the bits of the caches it has
 *     SHARED               see control.h
 */
#define ACR     REG(m->flash + 0x00)
#define SR      REG(m->flash + 0x10)
#define CR      REG(m->flash + 0x14)

#define ERRORS          (SR & 0x3FAu)   /* OPERR PROGERR WRPERR PGAERR SIZERR PGSERR MISSERR FASTERR */
#define CR_PG           (1u << 0)
#define CR_STRT         (1u << 16)
#define CR_LOCK         (1u << 31)

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

#include "control.h"

/* A cache can be reset only while it is off. ACR is changed bit by bit: where it has DBG_SWEN, that keeps the debugger connected. */
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
