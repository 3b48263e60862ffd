using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32H5.FlashRegisters;

namespace Nrst.Flash.Stm32H5;

/// <summary>
/// The flash of the STM32H5 and C5: sectors of 8 KiB, programmed 128 bits at a time, one set of registers for both banks.
/// Follows RM0481, "FLASH memory erase sequences" and "FLASH memory program sequences", step by step; the non-secure registers are used.
/// </summary>
internal sealed class Stm32H5Flash(FlashChip chip) : QuadWordFlash<FlashSr, FlashCr>(chip, s_traits)
{
    private static readonly ControlTraits<FlashSr, FlashCr> s_traits = new(KEYR, SR, CR)
    {
        Lock = FlashCr.LOCK,
        Program = FlashCr.PG,
        Start = FlashCr.STRT,
        LockKeepsTheRest = true,
        Busy = FlashSr.Busy,
        Clearable = FlashSr.Clearable,
        Faults =
        [
            new(FlashSr.WRPERR, FlashFault.WriteProtected),
            new(FlashSr.STRBERR, FlashFault.Sequence, "Something wrote the same bytes of a quad-word twice: a DMA channel or another debugger."),
            new(FlashSr.INCERR, FlashFault.Sequence, "Two quad-words were written into each other: something else writes too, or an earlier program broke off half-way."),
            new(FlashSr.PGSERR, FlashFault.Sequence, "The controller was not ready: FLASH_NSCR is not what was written."),
            new(FlashSr.WBNE, FlashFault.Sequence, "A quad-word is not complete: an earlier program broke off half-way, or a word was lost.") { AtRest = true },
        ],
    };

    public override LoaderPart Loader => new("stm32h5");

    /// <summary>Through FLASH_NSCCR.</summary>
    protected override void ForgetErrors() => ForgetErrors(CCR, FlashSr.Clearable);

    protected override FlashCr WordOf(FlashBank bank, uint field) =>
        FlashCr.SER | FlashCr.Sector(field) | (bank.Number == 2 ? FlashCr.BKSEL : 0);

    /// <summary>Not on the STM32C5, which has a data area and no manual that says whether it goes too.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        HasTheWholeDie && !Stm32H5Family.HasLevels(Chip.Device) ? AllAtOnce(FlashCr.MER, AtLeastOneSector) : [];

    /// <summary>Of the lines here the STM32C5 alone has EMPTY.</summary>
    public override void AfterChange() => NoLongerEmpty(ACR, FlashAcr.EMPTY, before => before & ~FlashAcr.EMPTY);
}
