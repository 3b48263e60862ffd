using Nrst.VirtualBench.Chips.Flash.Parallel;

namespace Nrst.VirtualBench.Chips.Flash.F7;

/// <summary>OPTCR, OPTCR1 and OPTCR2 of the F7.</summary>
internal sealed class F7OptionBytes : IParallelOptions
{
    private const uint PcropSectors = 0xFF;
    private readonly F7Traits traits;

    public F7OptionBytes(F7Traits traits)
    {
        this.traits = traits;
        // As shipped: level 0, brown-out reset off, nothing protected, one bank, boot from the flash through the ITCM bus.
        Cells = [traits.Options & 0xFFFF_AAFC, 0x0040_0080, 0];
        Load();
    }

    public uint[] Cells { get; }

    public uint Control { get; set; }

    public uint Optcr1 { get; set; }

    public uint Optcr2 { get; set; }

    public ReadProtection Protection => ReadProtectionByte.LevelOf(Cells[0]);

    public ReadProtection Asked => ReadProtectionByte.LevelOf(Control);

    public bool BarsReads => (Cells[2] & PcropSectors) != 0;

    public bool HardwareWatchdog => (Cells[0] & 1 << 5) == 0;

    public bool HardwareWindowWatchdog => (Cells[0] & 1 << 4) == 0;

    /// <summary>The areas of OPTCR2 go too, when read protection falls.</summary>
    public bool PcropFallsWithProtection => (Cells[2] & 1u << 31) != 0;

    /// <summary>BOOT_ADD0 or BOOT_ADD1, as the pin chooses: address bits 29 to 14.</summary>
    public uint BootAddress(bool pin) => (pin ? Cells[1] >> 16 : Cells[1] & 0xFFFF) << 14;

    public void Load() => (Control, Optcr1, Optcr2) = (Cells[0], Cells[1], Cells[2]);

    public void Program() => (Cells[0], Cells[1], Cells[2]) = (Control, Optcr1, Optcr2);

    public bool IsWriteProtected(FlashUnit sector) => (Cells[0] & Bit(sector)) == 0;

    public bool WriteProtect(FlashUnit sector)
    {
        Cells[0] &= ~Bit(sector);
        return true;
    }

    public bool ReadProtect(FlashUnit sector)
    {
        if (!traits.HasPcrop)
        {
            return false;
        }

        Cells[2] |= 1u << sector.Number;
        return true;
    }

    public bool IsReadProtected(FlashUnit sector) => (Cells[2] & PcropSectors & 1u << sector.Number) != 0;

    /// <summary>One bit a sector; in dual-bank mode one for two neighbours, the sectors of bank 2 counted from 12.</summary>
    private uint Bit(FlashUnit sector)
    {
        var twoBanks = traits.HasBankMode && (Cells[0] & 1 << 29) == 0;
        return 1u << (16 + (twoBanks ? ((sector.Bank - 1) * 6) + (sector.Number / 2) : sector.Number));
    }

    /// <summary>The read-only mirror at 0x1FFF_0000: a half-word in every eight bytes.</summary>
    public uint Mirror(uint offset) => offset switch
    {
        0x00 => 0xFFFF_0000 | (Cells[0] & 0xFFFC),
        0x08 => 0xFFFF_0000 | (Cells[0] >> 16),
        0x10 => 0xFFFF_0000 | (Cells[1] & 0xFFFF),
        0x18 => 0xFFFF_0000 | (Cells[1] >> 16),
        _ => uint.MaxValue,
    };
}
