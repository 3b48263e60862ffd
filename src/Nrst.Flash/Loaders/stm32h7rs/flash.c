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
#define ERRORS          ((ISR & ISR_ERRORS) | (SR & SR_WBNE))
#define UNIT            16
#define LOCK_LOW

#include "../common/quadword.h"

/* The flash has no cache of its own, and those of the core are off after a reset. */
static inline void flash_forget(struct loader *m)
{
    (void)m;
}
