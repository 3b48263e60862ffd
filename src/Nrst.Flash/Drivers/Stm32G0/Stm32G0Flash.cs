using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32G0.FlashRegisters;

namespace Nrst.Flash.Stm32G0;

/// <summary>
/// The flash of the STM32G0 and C0: pages of 2 KiB, programmed 64 bits at a time.
/// Follows RM0444, "FLASH main memory erase sequences" and "FLASH main memory programming sequences", step by step.
/// </summary>
internal sealed class Stm32G0Flash(FlashChip chip)
    : DoubleWordFlash<FlashAcr, FlashSr, FlashCr>(chip, s_traits, ACR, FlashAcr.ICEN, FlashAcr.ICRST)
{
    private static readonly ControlTraits<FlashSr, FlashCr> s_traits = new(KEYR, SR, CR)
    {
        Lock = FlashCr.LOCK,
        Program = FlashCr.PG,
        Start = FlashCr.STRT,
        Busy = FlashSr.Busy,
        Clearable = FlashSr.Clearable,
        Faults = FaultRules.OfPages(FlashSr.WRPERR, FlashSr.PROGERR, FlashSr.OPERR, FlashSr.Errors),
    };

    public override LoaderPart Loader => new("stm32g0");

    /// <summary>
    /// RM0444, "Fast programming". A row in another page than the one erased last ends in PGSERR and FASTERR. The device data of the STM32U0 give no row: sources
    /// do not agree on how long one is.
    /// </summary>
    public override FlashRows? Rows => FlashRows.Of(Chip.Flash, RowCondition.PageErasedLast, FlashRows.FastProgrammingHertz);

    protected override FlashCr WordOf(FlashBank bank, uint field) =>
        FlashCr.PER | FlashCr.Page(field) | (bank.Number == 2 ? FlashCr.BKER : 0);

    /// <summary>Both banks are erased at the same time.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        AllAtOnce(FlashCr.MER1 | (Chip.Layout.Banks.Count > 1 ? FlashCr.MER2 : 0), TimeOfEraseAll());

    /// <summary>RM0444, "Empty check".</summary>
    public override void AfterChange() => NoLongerEmpty(ACR, FlashAcr.PROGEMPTY, before => before & ~FlashAcr.PROGEMPTY);
}
