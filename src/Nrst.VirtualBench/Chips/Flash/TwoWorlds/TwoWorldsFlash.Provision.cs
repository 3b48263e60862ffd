namespace Nrst.VirtualBench.Chips.Flash.TwoWorlds;

// What somebody may have left in the option bytes and the flags.
internal sealed partial class TwoWorldsFlash
{
    private const uint TrustZone = 1u << 31, SwapBank = 1u << 20, HalfLevel = 0x55;

    public override int EccWidth => traits.Width;

    public override SelfProgramming SelfProgramming => SelfProgramming.Keyed(0x08, 0x28, (uint)Cr.PG, traits.Width / 4);

    /// <summary>TrustZone with read protection of level 0.5: a debugger may see the non-secure world, and there is none.</summary>
    public override bool IsSecureOnly => (InForce(OPTR) & TrustZone) != 0 && (byte)InForce(OPTR) == HalfLevel;

    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        switch (wish)
        {
            case OptionWish.ReadProtection:
                return Program(OPTR, 0xFF, 0xBB);
            case OptionWish.ReadProtectionForGood:
                return Program(OPTR, 0xFF, 0xCC);
            case OptionWish.WriteProtection when Map.Units.ElementAtOrDefault((int)argument) is { } page:
                return Program(page.Bank == 1 ? 0x58u : 0x68u, pageMask << 16 | pageMask, (uint)page.Number << 16 | (uint)page.Number);
            case OptionWish.TrustZone when (traits.Optr & TrustZone) != 0:
                return Program(OPTR, TrustZone | 0xFF, TrustZone | HalfLevel);
            case OptionWish.BanksSwapped when traits.HasTwoBanks && HasTwoBanks:
                return Program(OPTR, SwapBank, SwapBank);
            default:
                return false;
        }
    }

    public override bool RaiseProgramError()
    {
        Refuse(Sr.PROGERR);
        return true;
    }

    private bool Program(uint register, uint mask, uint value)
    {
        ref var cell = ref OptionCells[IndexOf(register)];
        cell = (cell & ~mask) | (value & mask);
        return true;
    }
}
