using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32L4.FlashRegisters;

namespace Nrst.Flash.Stm32L4;

/// <summary>
/// The flash of the STM32L4, L4+ and G4: pages of 2, 4 or 8 KiB, programmed 64 bits at a time.
/// Follows RM0351, "Flash main memory erase sequences" and "Flash main memory programming sequences", step by step.
/// </summary>
internal sealed class Stm32L4Flash(FlashChip chip)
    : DoubleWordFlash<FlashAcr, FlashSr, FlashCr>(chip, s_traits, ACR, FlashAcr.ICEN | FlashAcr.DCEN, FlashAcr.ICRST | FlashAcr.DCRST)
{
    private static readonly ControlTraits<FlashSr, FlashCr> s_traits = new(KEYR, SR, CR)
    {
        Lock = FlashCr.LOCK,
        Program = FlashCr.PG,
        Start = FlashCr.STRT,
        Busy = FlashSr.BSY,
        Clearable = FlashSr.Clearable,
        Faults = FaultRules.OfPages(FlashSr.WRPERR, FlashSr.PROGERR, FlashSr.OPERR, FlashSr.Errors),
    };

    public override LoaderPart Loader => new("stm32l4") { Cycles = 22 };

    protected override FlashCr WordOf(FlashBank bank, uint field) =>
        FlashCr.PER | FlashCr.Page(field) | (bank.Number == 2 ? FlashCr.BKER : 0);

    /// <summary>Both banks are erased at the same time, and used as one they still are two.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        AllAtOnce(FlashCr.MER1 | (Chip.Flash.DualBank ? FlashCr.MER2 : 0), TimeOfEraseAll());

    /// <summary>Writing a one turns the flag over.</summary>
    public override void AfterChange() => NoLongerEmpty(SR, FlashSr.PEMPTY, _ => FlashSr.PEMPTY);
}
