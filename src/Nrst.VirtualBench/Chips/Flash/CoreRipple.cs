namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>A core supply without its capacitor: when accesses follow quickly on each other, a sense amplifier now and then misses a one.</summary>
internal sealed class CoreRipple
{
    /// <summary>Time in which the regulator recovers by itself from one access.</summary>
    private const long Calm = 50_000;

    /// <summary>One of so many quick accesses suffers.</summary>
    private const uint Every = 512;

    private uint noise = 0x9E37_79B9;
    private long last = long.MinValue / 2;

    public uint Disturb(uint value, int bytes, long now)
    {
        var quick = now - last < Calm;
        last = now;
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        return quick && noise % Every == 0 ? value & ~(1u << (int)((noise >> 16) % (8 * (uint)bytes))) : value;
    }
}
