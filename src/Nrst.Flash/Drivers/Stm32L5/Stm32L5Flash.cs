using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32L5.FlashRegisters;

namespace Nrst.Flash.Stm32L5;

/// <summary>
/// The flash of the STM32L5, U5 and U3 by its non-secure registers, TrustZone being off: pages of 2, 4 or 8 KiB, programmed 64 or 128 bits at
/// a time. Follows RM0438, RM0456 and RM0487, "Flash main memory erase sequences" and "Flash main memory programming sequences", step by step.
/// </summary>
/// <param name="raise">Raises the core's voltage where the flash would not take anything without; null where it always does.</param>
internal sealed class Stm32L5Flash(FlashChip chip, Action<FlashChip>? raise) : ControlFlash<FlashNssr, FlashNscr>(chip, s_traits)
{
    private static readonly ControlTraits<FlashNssr, FlashNscr> s_traits = new(NSKEYR, NSSR, NSCR)
    {
        Lock = FlashNscr.LOCK,
        Program = FlashNscr.PG,
        Start = FlashNscr.STRT,
        Busy = FlashNssr.Busy,
        Clearable = FlashNssr.Clearable,
        Faults = FaultRules.OfPages(FlashNssr.WRPERR, FlashNssr.PROGERR, FlashNssr.OPERR, FlashNssr.Errors),
    };

    public override LoaderPart Loader => new("stm32l5");

    /// <summary>RM0456, "Burst programming": 128 bytes into blank flash. The STM32L5 has none.</summary>
    public override FlashRows? Rows => FlashRows.Of(Chip.Flash, RowCondition.None);

    protected override void Prepare() => raise?.Invoke(Chip);

    /// <summary>BKER names the bank of the silicon, wherever SWAP_BANK maps it.</summary>
    protected override FlashNscr WordOf(FlashBank bank, uint field) =>
        FlashNscr.PER | FlashNscr.Page(field) | (bank.Number == 2 ? FlashNscr.BKER : 0);

    /// <summary>Two banks used as one still are two.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        AllAtOnce(FlashNscr.MER1 | (Chip.Flash.DualBank ? FlashNscr.MER2 : 0), TimeOfEraseAll());

    /// <summary>The flash itself has no cache; the ICACHE in front of it has.</summary>
    public override void ResetCaches() => InstructionCache.Invalidate(Chip);
}
