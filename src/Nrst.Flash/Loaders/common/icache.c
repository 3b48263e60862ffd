/* The cache block that the lines with a Cortex-M33 have between core and flash. RM0481, "Instruction cache (ICACHE)". Switching it off
 * empties it; it is off after a reset, and then holds nothing.
 */
#define ICACHE_CR       REG(0x40030400)
#define ICACHE_SR       REG(0x40030404)

static inline void icache_forget(void)
{
    u32 before = ICACHE_CR;
    if (before & 1)
    {
        ICACHE_CR = before & ~1u;
        while (ICACHE_SR & 1)
        {
        }

        ICACHE_CR = before;
    }
}
