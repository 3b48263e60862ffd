using System.Numerics;
using Nrst.VirtualBench.Chips.Flash.Parallel;

namespace Nrst.VirtualBench.Chips.Flash.F4;

/// <summary>OPTCR and OPTCR1 of the F2 and F4.</summary>
internal sealed class F4OptionBytes : IParallelOptions
{
    private const uint NoOption = 0b11; // OPTLOCK, OPTSTRT
    private readonly F4Traits traits;

    public F4OptionBytes(F4Traits traits)
    {
        this.traits = traits;
        Cells = [traits.WriteProtectMask == 0x7FFF_0000 ? 0x7FFF_AAECu : 0x0FFF_AAEC, 0x0FFF_0000];
        Load();
    }

    public uint[] Cells { get; }

    public uint Control { get; set; }

    public uint Optcr1 { get; set; }

    public ReadProtection Protection => ReadProtectionByte.LevelOf(Cells[0]);

    public ReadProtection Asked => ReadProtectionByte.LevelOf(Control);

    public bool BarsReads => Sprmod;

    public bool Sprmod => traits.HasSprmod && (Cells[0] & 1u << 31) != 0;

    public bool HardwareWatchdog => (Cells[0] & 1 << 5) == 0;

    public void Load() => (Control, Optcr1) = (Cells[0] & ~NoOption, Cells[1]);

    /// <summary>Copies the registers into the cells.</summary>
    public void Program()
    {
        Cells[0] = Control & ~NoOption;
        Cells[1] = traits.HasTwoBanks ? Optcr1 & 0x0FFF_0000 : Cells[1];
    }

    public bool IsWriteProtected(FlashUnit sector) => !Sprmod && !Nwrp(sector);

    /// <summary>With SPRMOD the meaning of nWRP turns round: a set bit bars reads over the D-bus, and writes as well.</summary>
    public bool IsReadProtected(FlashUnit sector) => Sprmod && Nwrp(sector);

    public bool WriteProtect(FlashUnit sector)
    {
        Cells[sector.Bank - 1] &= ~Bit(sector);
        return true;
    }

    public bool ReadProtect(FlashUnit sector)
    {
        if (!traits.HasSprmod)
        {
            return false;
        }

        Cells[0] = (Cells[0] & ~traits.WriteProtectMask) | 1u << 31;
        Cells[1] &= ~0x0FFF_0000u;
        Cells[sector.Bank - 1] |= Bit(sector);
        return true;
    }

    /// <summary>The read-only mirror at 0x1FFF_C000 (bank 1) and 0x1FFE_C000 (bank 2): USER and RDP, then nWRP.</summary>
    public uint Mirror(int bank, uint offset) => (bank, offset) switch
    {
        (1, 0) => Complemented(Cells[0] & 0xFFFC),
        (1, 8) => Complemented((Cells[0] >> 16) & 0xFFFF),
        (2, 8) => Complemented((Cells[1] >> 16) & 0x0FFF),
        _ => uint.MaxValue,
    };

    private static uint Complemented(uint half) => half | (~half << 16);

    private bool Nwrp(FlashUnit sector) => (Cells[sector.Bank - 1] & Bit(sector)) != 0;

    private uint Bit(FlashUnit sector)
    {
        var exists = sector.Bank == 1 ? traits.WriteProtectMask : 0x0FFF_0000;
        return 1u << 16 + Math.Min(sector.Number, BitOperations.PopCount(exists) - 1);
    }
}
