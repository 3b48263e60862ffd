namespace Nrst.VirtualBench.Chips.Flash.H7;

// What somebody may have left in the option bytes and the flags.
internal sealed partial class H7Flash
{
    private const uint BCM7 = 1 << 23, SwapBank = 1u << 31, CodeUnit = 256;

    public override SelfProgramming SelfProgramming => SelfProgramming.Keyed(0x04, 0x0C, (uint)Cr.PG | (traits.HasParallelism ? 0x30u : 0), traits.Word / 4);

    public override bool FirstCoreBoots => !traits.HasTwoCores || (Current(OPTSR_CUR) & BCM7) != 0;

    public override bool Provision(OptionWish wish, uint argument = 0)
    {
        switch (wish)
        {
            case OptionWish.ReadProtection:
                return Program(OPTSR_CUR, 0xFF00, 0xBB00);
            case OptionWish.ReadProtectionForGood:
                return Program(OPTSR_CUR, 0xFF00, 0xCC00);
            case OptionWish.WriteProtection when Map.Units.ElementAtOrDefault((int)argument) is { } sector:
                return Program(sector.Bank == 1 ? 0x38u : 0x138u, 1u << (sector.Number / traits.SectorsPerProtection), 0);
            case OptionWish.CodeOnly when Map.Units.Count > 1:
                var (first, last) = (Map.Units[1].Range.Length / CodeUnit, (2 * Map.Units[1].Range.Length / CodeUnit) - 1);
                return Program(0x28, 0x0FFF_0FFF, last << 16 | first);
            case OptionWish.BanksSwapped when traits.HasTwoBanks && HasTwoBanks:
                return Program(OPTSR_CUR, SwapBank, SwapBank);
            case OptionWish.FirstCoreOff when traits.HasTwoCores:
                return Program(OPTSR_CUR, BCM7, 0);
            default:
                return false;
        }
    }

    public override bool RaiseProgramError()
    {
        foreach (var bank in banks.Where(bank => bank.Number == 1 || traits.HasTwoBanks))
        {
            Refuse(bank, Sr.PGSERR | Sr.INCERR);
        }

        return true;
    }
}
