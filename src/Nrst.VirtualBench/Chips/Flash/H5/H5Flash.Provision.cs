namespace Nrst.VirtualBench.Chips.Flash.H5;

// What somebody may have left in the option bytes and the flags.
internal sealed partial class H5Flash
{
    private const uint SwapBank = 1u << 31, TrustZone = 0xFF00_0000, TrustZoneOn = 0xB400_0000;
    private const byte Provisioned = 0x2E, ClosedState = 0x72, LockedState = 0x5C;

    /// <summary>Closed and locked products leave the port through which they can be asked to open, and no other. A C5 leaves nothing.</summary>
    public override bool DebugDisabled => traits.IsC5 && base.DebugDisabled;

    public override bool OnlyDebugPortIsOpen => !traits.IsC5 && Protection == ReadProtection.Level2;

    /// <summary>TrustZone in a state that lets a debugger see the non-secure world alone.</summary>
    public override bool IsSecureOnly => traits.HasTrustZone && (Current(OPTSR2_CUR) & TrustZone) == TrustZoneOn && State == Provisioned;

    public override SelfProgramming SelfProgramming => SelfProgramming.Keyed(0x04, 0x28, (uint)Cr.PG, 4);

    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        switch (wish)
        {
            case OptionWish.Closed when !traits.IsC5:
                return Program(OPTSR_CUR, 0xFF00, (uint)ClosedState << 8);
            case OptionWish.ReadProtectionForGood:
                return Program(OPTSR_CUR, 0xFF00, (uint)(traits.IsC5 ? ClosedState : LockedState) << 8);
            case OptionWish.WriteProtection when Map.Units.ElementAtOrDefault((int)argument) is { } sector:
                return Program(sector.Bank == 1 ? 0xE8u : 0x1E8u, 1u << (sector.Number / traits.SectorsPerProtection), 0);
            case OptionWish.TrustZone when traits.HasTrustZone:
                return Program(OPTSR2_CUR, TrustZone, TrustZoneOn) && Program(OPTSR_CUR, 0xFF00, (uint)Provisioned << 8);
            case OptionWish.BanksSwapped when HasTwoBanks:
                return Program(OPTSR_CUR, SwapBank, SwapBank);
            default:
                return false;
        }
    }

    public override bool RaiseProgramError()
    {
        Refuse(Sr.PGSERR);
        return true;
    }
}
