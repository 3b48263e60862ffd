namespace Nrst.VirtualBench.Chips.Flash.Parallel;

/// <summary>The one-time programmable area: 16 blocks of so many bytes, then a lock byte for each.</summary>
internal readonly record struct OtpPlace(uint At, uint Block)
{
    /// <summary>Offset of the lock bytes.</summary>
    public uint Locks => 16 * Block;

    public uint Length => Locks + 16;
}
