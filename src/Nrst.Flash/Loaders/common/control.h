/* What controllers have in common that are driven by one control register, with a start bit, and one status register.
 *
 * The file that includes this one says
 *     SR, CR               the registers
 *     SR_BUSY              what keeps the next operation from being started
 *     ERRORS               what is set of the error flags, as the driver's Decode reads it
 *     CR_PG, CR_STRT       the bits that select programming, and start an erase
 *     ROWS                 before loader.c, where rows can be programmed at once: what selects that in CR
 *     SHARED               defined where another CPU may hold the controller: nothing is started before it lets go
 */
static inline void flash_erase(struct loader *m, u32 what)
{
#ifdef SHARED
    while (SR & SR_BUSY)
    {
        feed(m);
    }

#endif
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
    return ERRORS;
}

static inline void flash_program(struct loader *m, u32 to)
{
    (void)to;
    CR = CR_PG;
}

#ifdef ROWS
static inline void flash_rows(struct loader *m)
{
    CR = ROWS;
}
#endif

static inline void flash_idle(struct loader *m)
{
    CR = 0;
}
