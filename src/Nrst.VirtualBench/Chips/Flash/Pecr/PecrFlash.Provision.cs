namespace Nrst.VirtualBench.Chips.Flash.Pecr;

// What somebody may have left in the option bytes and the flags.
internal abstract partial class PecrFlash
{
    public override SelfProgramming SelfProgramming => new(
        [(0x0C, 0x89AB_CDEF), (0x0C, 0x0203_0405), (0x10, 0x8C9D_AEBF), (0x10, 0x1314_1516)], 1, 4);

    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        switch (wish)
        {
            case OptionWish.ReadProtection:
                return Program(Rdp, (ushort)((OptionCells[Rdp] & 0xFF00) | 0xBB));
            case OptionWish.ReadProtectionForGood:
                return Program(Rdp, (ushort)((OptionCells[Rdp] & 0xFF00) | 0xCC));
            case OptionWish.WriteProtection when Map.Units.ElementAtOrDefault((int)argument) is { } page && Cell(page) < OptionCells.Length:
                return Program(Cell(page), (ushort)(OptionCells[Cell(page)] | Bit(page)));
            case OptionWish.CodeOnly when traits.HasReadOutSectors:
                // With WPRMOD a zero protects: all but the second sector become ones.
                for (var cell = FirstSectors; cell < OptionCells.Length; cell++)
                {
                    Program(cell, ushort.MaxValue);
                }

                var guarded = Map.Units.First(page => page.Offset >= SectorSize);
                return Program(Cell(guarded), (ushort)(OptionCells[Cell(guarded)] & ~Bit(guarded))) && Program(Rdp, (ushort)(OptionCells[Rdp] | WPRMOD));
            default:
                return false;
        }
    }

    public override bool RaiseProgramError()
    {
        Refuse(Sr.SIZERR);
        return true;
    }

    private static int Cell(FlashUnit page) => FirstSectors + (int)(page.Offset / SectorSize / 16);

    private static uint Bit(FlashUnit page) => 1u << (int)(page.Offset / SectorSize % 16);

    private bool Program(int cell, ushort value)
    {
        OptionCells[cell] = value | (uint)(ushort)~value << 16;
        return true;
    }
}
