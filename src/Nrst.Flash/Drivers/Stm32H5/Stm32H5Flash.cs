using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32H5.FlashRegisters;

namespace Nrst.Flash.Stm32H5;

/// <summary>
/// The flash of the STM32H5 and C5: sectors of 8 KiB, programmed 128 bits at a time, one set of registers for both banks.
/// Follows RM0481, "FLASH memory erase sequences" and "FLASH memory program sequences", step by step; the non-secure registers are used.
/// </summary>
internal sealed class Stm32H5Flash(FlashChip chip) : FlashController(chip)
{
    private readonly Address _at = chip.Flash.Controller;

    public override LoaderPart Loader => new("stm32h5");

    public override bool IsLocked => Memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    /// <summary>In proportion to the size; both banks one after the other.</summary>
    public override OperationTime TimeOfEraseAll() => Scaled(
        Chip.Flash.Times.BankErase.MinBy(row => Math.Abs((long)row.UnitBytes - Chip.Layout.Range.Length))!, Chip.Layout.Range.Length);

    protected override bool WriteKeys() => WriteKeys(_at, KEYR, FlashKey.First, FlashKey.Second, CR, FlashCr.LOCK);

    /// <summary>LOCK leaves the other bits as they are, so they are put out of the way first.</summary>
    protected override void WriteLock()
    {
        if (!IsLocked)
        {
            Chip.Words.Run([_at.WriteOf(CR, default), _at.WriteOf(CR, FlashCr.LOCK)], []);
        }
    }

    protected override string ShowControl() => CR.Show(Memory.Read(_at, CR));

    /// <summary>Flags are cleared through FLASH_NSCCR.</summary>
    protected override void ForgetErrors() => Chip.Words.Run([_at.WriteOf(CR, default), _at.WriteOf(CCR, FlashSr.Clearable)], []);

    protected override FlashStatus ReadStatus(AddressRange where) => Decode((uint)Memory.Read(_at, SR));

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashSr)status;
        var busy = (flags & FlashSr.Busy) != 0;
        var (fault, cause) = flags switch
        {
            _ when flags.HasFlag(FlashSr.WRPERR) => (FlashFault.WriteProtected, null),
            _ when flags.HasFlag(FlashSr.STRBERR) => (FlashFault.Sequence, "Something wrote the same bytes of a quad-word twice: a DMA channel or another debugger."),
            _ when flags.HasFlag(FlashSr.INCERR) => (FlashFault.Sequence, "Two quad-words were written into each other: something else writes too, or an earlier program broke off half-way."),
            _ when flags.HasFlag(FlashSr.PGSERR) => (FlashFault.Sequence, "The controller was not ready: FLASH_NSCR is not what was written."),
            _ when flags.HasFlag(FlashSr.WBNE) && !busy => (FlashFault.Sequence, "A quad-word is not complete: an earlier program broke off half-way, or a word was lost."),
            _ => (FlashFault.None, (string?)null),
        };
        return new FlashStatus(busy, fault, SR.Show(flags), cause);
    }

    /// <summary>FLASH_NSCR for erasing one sector, without STRT.</summary>
    public override uint EraseWord(FlashSector sector)
    {
        var bank = Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        return (uint)(FlashCr.SER | FlashCr.Sector(bank.FieldOf(sector)) | (bank.Number == 2 ? FlashCr.BKSEL : 0));
    }

    /// <summary>
    /// FLASH_NSCR for erasing everything, without STRT; only where the part has all the sectors of the die, and not on the STM32C5, which has a data
    /// area and no manual that says whether it goes too.
    /// </summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords()
    {
        var most = Chip.Device.Parts.Max(part => part.FlashKiB);

        // How long it takes is not published, so only a time below one sector's is too short.
        return Chip.Layout.Range.Length == (uint)most * 1024 && !Stm32H5Family.HasLevels(Chip.Device)
            ? [((uint)FlashCr.MER, Chip.Layout.Range, new OperationTime(TimeOfErase(Chip.Layout.Sectors.First()).Typical, TimeOfEraseAll().Max))]
            : [];
    }

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, CR, (FlashCr)word);
        Memory.Write(_at, CR, (FlashCr)word | FlashCr.STRT);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, CR, FlashCr.PG);

    /// <summary>Word by word; the last one starts the operation.</summary>
    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit);

    protected override void Idle() => Memory.Write(_at, CR, default);

    public override void ResetCaches() => InstructionCache.Forget(Chip);

    /// <summary>Of the lines here the STM32C5 alone has EMPTY. It outlives a reset, so a chip that was blank would stay in its boot loader.</summary>
    public override void AfterChange()
    {
        var before = Memory.Read(_at, ACR);
        if (before.HasFlag(FlashAcr.EMPTY) && Memory.Read32(Chip.Flash.Start) != Grain.ErasedWord)
        {
            Memory.Write(_at, ACR, before & ~FlashAcr.EMPTY);
        }
    }
}
