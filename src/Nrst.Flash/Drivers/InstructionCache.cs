namespace Nrst.Flash;

/// <summary>RM0481, "ICACHE control register (ICACHE_CR)".</summary>
[Flags]
internal enum IcacheCr : uint
{
    EN = 1u << 0,
    CACHEINV = 1u << 1,
}

/// <summary>RM0481, "ICACHE status register (ICACHE_SR)".</summary>
[Flags]
internal enum IcacheSr : uint
{
    BUSYF = 1u << 0,
    BSYENDF = 1u << 1,
}

/// <summary>The cache block that the lines with a Cortex-M33 have between core and flash. RM0481, "Instruction cache (ICACHE)".</summary>
internal static class InstructionCache
{
    private static readonly Address s_at = new(0x4003_0400);
    private static readonly Register<IcacheCr> CR = new("ICACHE_CR", 0x00);
    private static readonly Register<IcacheSr> SR = new("ICACHE_SR", 0x04);
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_invalidates = TimeSpan.FromMilliseconds(10);

    /// <summary>Switching it off empties it. It is off after a reset, and then holds nothing.</summary>
    public static void Forget(FlashChip chip)
    {
        var before = chip.Memory.Read(s_at, CR);
        if (!before.HasFlag(IcacheCr.EN))
        {
            return;
        }

        chip.Memory.Write(s_at, CR, before & ~IcacheCr.EN);
        var deadline = chip.Clock.Now + s_limit;
        while (chip.Memory.Read(s_at, SR).HasFlag(IcacheSr.BUSYF))
        {
            if (chip.Clock.Now > deadline)
            {
                throw FlashErrors.TooSlow(chip.Layout.Range, s_limit, "ICACHE_SR.BUSYF stays set");
            }
        }

        chip.Memory.Write(s_at, CR, before);
    }

    /// <summary>Empties it while it stays on, as RM0438 has it; left as it is where it is off.</summary>
    public static void Invalidate(FlashChip chip)
    {
        var before = chip.Memory.Read(s_at, CR);
        if (before.HasFlag(IcacheCr.EN))
        {
            chip.Memory.Write(s_at, CR, before | IcacheCr.CACHEINV);
            var deadline = chip.Clock.Now + s_invalidates;
            while (chip.Memory.Read(s_at, SR).HasFlag(IcacheSr.BUSYF) && chip.Clock.Now < deadline)
            {
                chip.Clock.Wait(TimeSpan.FromMicroseconds(10));
            }
        }
    }
}
