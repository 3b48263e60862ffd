namespace Nrst.VirtualBench.Chips.Flash.Parallel;

// What somebody may have left in the option bytes and the flags.
internal abstract partial class ParallelFlash
{
    public override SelfProgramming SelfProgramming => SelfProgramming.Keyed(0x04, 0x10, (uint)Cr.PG | 2u << 8, 1);

    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        switch (wish)
        {
            case OptionWish.ReadProtection:
                OptionCells[0] = (OptionCells[0] & ~0xFF00u) | 0xBB00;
                return true;
            case OptionWish.ReadProtectionForGood:
                OptionCells[0] = (OptionCells[0] & ~0xFF00u) | 0xCC00;
                return true;
            case OptionWish.WriteProtection:
                return Map.Units.ElementAtOrDefault((int)argument) is { } sector && Options.WriteProtect(sector);
            case OptionWish.CodeOnly:
                return Options.ReadProtect(Map.Units[1]);
            default:
                return false;
        }
    }

    public override bool RaiseProgramError()
    {
        Refuse(Sr.PGSERR | Sr.PGPERR);
        return true;
    }
}
