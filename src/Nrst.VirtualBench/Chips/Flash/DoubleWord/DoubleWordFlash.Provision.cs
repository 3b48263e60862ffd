namespace Nrst.VirtualBench.Chips.Flash.DoubleWord;

// What somebody may have left in the option bytes and the flags.
internal abstract partial class DoubleWordFlash
{
    public override int EccWidth => traits.Eccr.Length > 0 ? Width : 0;

    public override SelfProgramming SelfProgramming => SelfProgramming.Keyed(traits.Keyr, traits.Cr, (uint)Cr.PG, 2);

    public override ResetPinMode ResetPin => traits.ResetMode is { } at
        ? ((InForce(traits.Optr) >> at) & 3) switch { 1 => ResetPinMode.Input, 2 => ResetPinMode.Gpio, _ => ResetPinMode.Bidirectional }
        : ResetPinMode.Bidirectional;

    public override uint SuspendBit => traits.Suspend.Ask;

    public override (uint Register, uint Bits)? SecurableShut => traits.Securable is [var area, ..] ? (traits.Cr, area.Shut) : null;

    protected override bool IsSuspended => (acr & traits.Suspend.Ask) != 0;

    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        switch (wish)
        {
            case OptionWish.ReadProtection:
                return Program(traits.Optr, 0xFF, 0xBB);
            case OptionWish.ReadProtectionForGood:
                return Program(traits.Optr, 0xFF, 0xCC);
            case OptionWish.WriteProtection when Map.Units.ElementAtOrDefault((int)argument) is { } page
                && traits.WriteProtected.FirstOrDefault(area => area.Bank == page.Bank) is { } area:
                return Program(area.Register, uint.MaxValue, (uint)page.Number << 16 | (uint)page.Number);
            case OptionWish.CodeOnly when traits.CodeOnly is [var code, ..]:
                // The second page, so that the vectors stay readable.
                var (first, last) = (Map.Units[1].Range.Length / code.Unit, (2 * Map.Units[1].Range.Length / code.Unit) - 1);
                return Program(code.Start, uint.MaxValue, first) && Program(code.End, (1u << code.Bits) - 1, last);
            case OptionWish.SecureArea when traits.OtherCpu is { } other:
                var pages = (uint)Map.Units.Count;
                return Program(other.Register, ((1u << other.Bits) - 1) | 1u << other.None, pages - Math.Min(pages / 4, 16)) && Program(traits.Optr, 1 << 8, 1 << 8);
            case OptionWish.SecureArea when traits.Securable is [var area, ..]:
                return Program(area.Register, ((1u << area.Bits) - 1) << area.Shift, 2u << area.Shift);
            case OptionWish.BootLock when traits.BootLock is { } place:
                return Program(place.Register, 1u << place.Bit, 1u << place.Bit) && Provision(OptionWish.ReadProtection);
            case OptionWish.ResetPinIsGpio when traits.ResetMode is { } mode:
                return Program(traits.Optr, 3u << mode, 2u << mode);
            case OptionWish.BanksSwapped when traits.NoSwap is { } swap && HasTwoBanks:
                return Program(traits.Optr, 1u << swap, 0);
            default:
                return false;
        }
    }

    public override bool RaiseProgramError()
    {
        Refuse(Sr.PROGERR);
        return true;
    }

    public override bool LeaveHalfOpened() => HalfOpen();

    public override bool LeaveEmptyFlag()
    {
        empty = traits.Empty is not null;
        return empty;
    }

    private bool Program(uint register, uint mask, uint value)
    {
        ref var cell = ref OptionCells[IndexOfOption(register)];
        cell = (cell & ~mask) | (value & mask);
        return true;
    }
}
