using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32Wba.FlashRegisters;

namespace Nrst.Flash.Stm32Wba;

/// <summary>
/// The flash of the STM32WBA: pages of 8 KiB programmed 128 bits at a time, on the STM32WBA2 4 KiB and 64 bits.
/// Follows RM0493, "FLASH main memory erase sequences" and "FLASH main memory programming sequences", step by step; the non-secure registers are used.
/// </summary>
internal sealed class Stm32WbaFlash(FlashChip chip) : QuadWordFlash<FlashSr, FlashCr>(chip, s_traits)
{
    private static readonly ControlTraits<FlashSr, FlashCr> s_traits = new(KEYR, SR, CR)
    {
        Lock = FlashCr.LOCK,
        Program = FlashCr.PG,
        Start = FlashCr.STRT,
        Busy = FlashSr.BSY,
        Clearable = FlashSr.Clearable,
        Faults =
        [
            .. FaultRules.OfPages(FlashSr.WRPERR, FlashSr.PROGERR, FlashSr.OPERR, FlashSr.Errors),
            new(FlashSr.WDW, FlashFault.Sequence, "A word is not complete: an earlier program broke off half-way, or a part of it was lost.") { AtRest = true },
        ],
    };

    public override LoaderPart Loader => new("stm32wba");

    /// <summary>RM0493, "Burst programming": 128 bytes into blank flash.</summary>
    public override FlashRows? Rows => FlashRows.Of(Chip.Flash, RowCondition.None);

    /// <summary>One bank of two halves: the field is one bit short, and BKER above it counts on.</summary>
    protected override FlashCr WordOf(FlashBank bank, uint field) =>
        FlashCr.PER | FlashCr.Page(field & 0x7F) | (bank.Number == 2 || field > 0x7F ? FlashCr.BKER : 0);

    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        HasTheWholeDie ? AllAtOnce(FlashCr.MER1 | (Chip.Flash.DualBank ? FlashCr.MER2 : 0), AtLeastOneSector) : [];
}
