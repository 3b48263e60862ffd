/* The controllers that put the words of a unit into a buffer, of which the last one starts the operation. Most have a non-secure and a
 * secure set of registers, and the non-secure one is used: FLASH_NSSR and FLASH_NSCR.
 *
 * The file that includes this one says
 *     SR, CR               where they are not in the places of most
 *     SR_BUSY, ERRORS      see control.h
 *     UNIT                 bytes that are programmed at once
 *     LOCK_LOW             defined where FLASH_CR has LOCK, PG and STRT in bits 0, 1 and 5; else they are 31, 0 and 16
 * and has flash_forget.
 */
#ifndef SR
#define SR      REG(m->flash + 0x20)
#define CR      REG(m->flash + 0x28)
#endif

#ifdef LOCK_LOW
#define CR_LOCK         (1u << 0)
#define CR_PG           (1u << 1)
#define CR_STRT         (1u << 5)
#else
#define CR_PG           (1u << 0)
#define CR_STRT         (1u << 16)
#define CR_LOCK         (1u << 31)
#endif

static inline __attribute__((always_inline)) void flash_write(struct loader *m, u32 to, const u32 *from)
{
    while (SR & SR_BUSY)
    {
    }

    put_words(to, from, UNIT);          /* the last word starts the operation */

    __asm volatile("dsb");
}

#include "control.h"

static inline void flash_lock(struct loader *m)
{
#ifdef LOCK_LOW
    CR = 0;                             /* LOCK leaves the other bits as they are */
#endif
    CR = CR_LOCK;
}
