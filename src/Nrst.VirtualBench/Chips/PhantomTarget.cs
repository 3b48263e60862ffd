namespace Nrst.VirtualBench.Chips;

/// <summary>
/// A chip that gets a little current through its pins' protection diodes while its reset circuit has no supply: the debug port answers, and
/// the first thing that draws current ends it.
/// </summary>
internal sealed class PhantomTarget : ISwdTarget
{
    private const long Recharge = 300_000_000;
    private long exhaustedUntil;

    /// <summary>Any Cortex-M of these answers with something like it.</summary>
    public uint Dpidr { get; init; } = 0x2BA0_1477;

    public long HclkPicoseconds => 62_500;

    public bool IsFed(long now) => now >= exhaustedUntil;

    public void PowerRequested(long now) => exhaustedUntil = now + Recharge;

    public IMemoryPort? Port(byte number) => null;
}
