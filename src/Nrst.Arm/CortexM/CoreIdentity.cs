using System.Globalization;

namespace Nrst.Arm;

/// <summary>CPUID, "CPUID Base Register": which core this is. Prints as <c>Cortex-M4 r0p1</c>.</summary>
public readonly record struct CoreIdentity(uint Cpuid)
{
    public int PartNumber => (int)(Cpuid >> 4 & 0xFFF);
    public int Variant => (int)(Cpuid >> 20 & 0xF);
    public int Revision => (int)(Cpuid & 0xF);

    public string Name => PartNumber switch
    {
        0xC20 => "Cortex-M0",
        0xC60 => "Cortex-M0+",
        0xC21 => "Cortex-M1",
        0xC23 => "Cortex-M3",
        0xC24 => "Cortex-M4",
        0xC27 => "Cortex-M7",
        0xD20 => "Cortex-M23",
        0xD21 => "Cortex-M33",
        0xD22 => "Cortex-M55",
        0xD23 => "Cortex-M85",
        _ => string.Create(CultureInfo.InvariantCulture, $"core 0x{PartNumber:X3}"),
    };

    /// <summary>Something answers as a core does: a bus on which nobody lives reads all zeros or all ones.</summary>
    public bool IsCore => Cpuid is not (0 or uint.MaxValue);

    /// <summary>AIRCR.VECTRESET exists in ARMv7-M, and there not in the M7.</summary>
    public bool HasVectReset => PartNumber is 0xC23 or 0xC24;

    /// <summary>It may hold data that memory does not, and the other way round.</summary>
    public bool HasDataCache => PartNumber is 0xC27 or 0xD22 or 0xD23;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Name} r{Variant}p{Revision}");
}
