namespace Nrst.VirtualBench.Chips.Flash.Fpec;

// What somebody may have left in the option bytes and the flags.
internal partial class FpecFlash
{
    public override SelfProgramming SelfProgramming => SelfProgramming.Keyed(KEYR, CR, (uint)Cr.PG, 1, 2);

    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        switch (wish)
        {
            case OptionWish.ReadProtection:
                return Program(Rdp, 0xBB);
            case OptionWish.ReadProtectionForGood when traits.HasLevel2:
                return Program(Rdp, 0xCC);
            case OptionWish.WriteProtection when Map.Units.ElementAtOrDefault((int)argument) is { } page:
                var bit = (int)Math.Min(page.Offset / 4096, 31);
                return Program(Wrp0 + (bit / 8), (byte)(OptionCells[Wrp0 + (bit / 8)] & ~(1u << (bit % 8))));
            default:
                return false;
        }
    }

    public override bool RaiseProgramError()
    {
        Refuse(banks[0], Sr.PGERR);
        return true;
    }

    private bool Program(int cell, byte value)
    {
        OptionCells[cell] = value | (uint)(byte)~value << 8;
        return true;
    }
}
