namespace Nrst.VirtualBench.Chips.Flash.Wb0;

// What somebody may have left in the chip.
internal sealed partial class Wb0Flash
{
    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        var level = wish switch { OptionWish.ReadProtection => 1u, OptionWish.ReadProtectionForGood => 2u, _ => 0u };
        OptionCells[0] = level;
        return level != 0;
    }

    public override bool RaiseProgramError()
    {
        raw |= (uint)Irq.CMDERR;
        UpdateInterrupt();
        return true;
    }
}
