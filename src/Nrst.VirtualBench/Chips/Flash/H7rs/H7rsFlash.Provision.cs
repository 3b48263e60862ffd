namespace Nrst.VirtualBench.Chips.Flash.H7rs;

// What somebody may have left in the option bytes and the flags.
internal sealed partial class H7rsFlash
{
    private const uint ClosedState = 0x51;

    public override SelfProgramming SelfProgramming => SelfProgramming.Keyed(0x04, 0x10, (uint)Cr.PG, 4);

    public override bool Provision(OptionWish wish, uint argument = 0) => wish switch
    {
        OptionWish.ReadProtectionForGood => Program(NVSR, 0xFF, ClosedState),
        OptionWish.WriteProtection when Map.Units.ElementAtOrDefault((int)argument) is { } sector => Program(WRPSR, 1u << sector.Number, 0),
        _ => false,
    };

    public override bool RaiseProgramError()
    {
        Refuse(Isr.PGSERRF);
        return true;
    }
}
