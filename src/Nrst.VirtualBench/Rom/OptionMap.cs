namespace Nrst.VirtualBench.Rom;

/// <summary>An option register: where the value in force is read, and where the next one is written.</summary>
internal readonly record struct OptionPlace(uint Read, uint Write);

/// <summary>Some bits of an option register.</summary>
internal readonly record struct OptionWrite(OptionPlace Register, uint Value, uint Mask);

/// <summary>How the option bytes of a controller are changed through its registers. Offsets are from its base.</summary>
/// <param name="Key">OPTKEYR.</param>
/// <param name="Protection">The register with RDP.</param>
/// <param name="ProtectionAt">The lowest bit of RDP.</param>
/// <param name="Control">The register with OPTSTRT.</param>
/// <param name="Registers">What bytes, written at an address of the option area, do to which registers.</param>
/// <param name="WriteProtection">What write-protects exactly these units.</param>
internal sealed record OptionMap(
    uint Key, OptionPlace Protection, int ProtectionAt, uint Control, uint Start,
    Func<uint, byte[], IEnumerable<OptionWrite>> Registers, Func<IReadOnlyList<int>, IEnumerable<OptionWrite>> WriteProtection)
{
    /// <summary>An RDP of level 1.</summary>
    public uint Closed { get; init; } = 0xBB;
}
