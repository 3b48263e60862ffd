using System.Numerics;

namespace Nrst.VirtualBench.Chips.Flash.F4;

/// <summary>The option cells, and the registers through which they are seen and changed.</summary>
/// <remarks>A write to OPTCR changes only the register; OPTSTRT copies it into the cells; a reset loads it from them again.</remarks>
internal sealed class F4OptionBytes
{
    private const uint Control = 0b11; // OPTLOCK, OPTSTRT
    private readonly F4Traits traits;
    private readonly bool dualBank;

    public F4OptionBytes(F4Traits traits, bool dualBank)
    {
        (this.traits, this.dualBank) = (traits, dualBank);
        Cells = [traits.WriteProtectMask == 0x7FFF_0000 ? 0x7FFF_AAECu : 0x0FFF_AAEC, 0x0FFF_0000];
        Load();
    }

    /// <summary>The programmed OPTCR and OPTCR1, without OPTLOCK and OPTSTRT.</summary>
    public uint[] Cells { get; }

    public uint Optcr { get; set; }

    public uint Optcr1 { get; set; }

    public ReadProtection Protection => LevelOf(Cells[0]);

    public bool Sprmod => traits.HasSprmod && (Cells[0] & 1u << 31) != 0;

    public bool HardwareWatchdog => (Cells[0] & 1 << 5) == 0;

    public static ReadProtection LevelOf(uint optcr) => (byte)(optcr >> 8) switch
    {
        0xAA => ReadProtection.Level0,
        0xCC => ReadProtection.Level2,
        _ => ReadProtection.Level1,
    };

    public void Load() => (Optcr, Optcr1) = (Cells[0] & ~Control, Cells[1]);

    /// <summary>Copies the registers into the cells.</summary>
    public void Program()
    {
        Cells[0] = Optcr & ~Control;
        Cells[1] = dualBank ? Optcr1 & 0x0FFF_0000 : Cells[1];
    }

    public bool IsWriteProtected(FlashUnit sector) => !Sprmod && !Nwrp(sector);

    /// <summary>With SPRMOD the meaning of nWRP turns round: a set bit bars reads over the D-bus, and writes as well.</summary>
    public bool IsReadProtected(FlashUnit sector) => Sprmod && Nwrp(sector);

    /// <summary>The read-only mirror at 0x1FFF_C000 (bank 1) and 0x1FFE_C000 (bank 2): USER and RDP, then nWRP.</summary>
    public uint Mirror(int bank, uint offset) => (bank, offset) switch
    {
        (1, 0) => Complemented(Cells[0] & 0xFFFC),
        (1, 8) => Complemented((Cells[0] >> 16) & 0xFFFF),
        (2, 8) => Complemented((Cells[1] >> 16) & 0x0FFF),
        _ => uint.MaxValue,
    };

    private static uint Complemented(uint half) => half | (~half << 16);

    private bool Nwrp(FlashUnit sector)
    {
        var exists = sector.Bank == 1 ? traits.WriteProtectMask : 0x0FFF_0000;
        return (Cells[sector.Bank - 1] & 1u << 16 + Math.Min(sector.Number, BitOperations.PopCount(exists) - 1)) != 0;
    }
}
