using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32Wba.FlashRegisters;

namespace Nrst.Flash.Stm32Wba;

/// <summary>
/// The flash of the STM32WBA: pages of 8 KiB programmed 128 bits at a time, on the STM32WBA2 4 KiB and 64 bits.
/// Follows RM0493, "FLASH main memory erase sequences" and "FLASH main memory programming sequences", step by step; the non-secure registers are used.
/// </summary>
internal sealed class Stm32WbaFlash(FlashChip chip) : FlashController(chip)
{
    private readonly Address _at = chip.Flash.Controller;

    public override LoaderPart Loader => new("stm32wba");

    public override bool IsLocked => Memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    /// <summary>In proportion to the size.</summary>
    public override OperationTime TimeOfEraseAll() => Scaled(
        Chip.Flash.Times.BankErase.MinBy(row => Math.Abs((long)row.UnitBytes - Chip.Layout.Range.Length))!, Chip.Layout.Range.Length);

    protected override bool WriteKeys() => WriteKeys(_at, KEYR, FlashKey.First, FlashKey.Second, CR, FlashCr.LOCK);

    protected override void WriteLock() => Memory.Write(_at, CR, FlashCr.LOCK);

    protected override string ShowControl() => CR.Show(Memory.Read(_at, CR));

    /// <summary>Writing a one clears.</summary>
    protected override void ForgetErrors() => Memory.Write(_at, SR, FlashSr.Clearable);

    protected override FlashStatus ReadStatus(AddressRange where) => Decode((uint)Memory.Read(_at, SR));

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashSr)status;
        var busy = flags.HasFlag(FlashSr.BSY);
        var (fault, cause) = flags switch
        {
            _ when flags.HasFlag(FlashSr.WRPERR) => (FlashFault.WriteProtected, null),
            _ when flags.HasFlag(FlashSr.PROGERR) => (FlashFault.NotBlank, null),
            _ when flags.HasFlag(FlashSr.OPERR) => (FlashFault.Broken, null),
            _ when (flags & FlashSr.Errors) != 0 => (FlashFault.Sequence, null),
            _ when flags.HasFlag(FlashSr.WDW) && !busy => (FlashFault.Sequence, "A word is not complete: an earlier program broke off half-way, or a part of it was lost."),
            _ => (FlashFault.None, (string?)null),
        };
        return new FlashStatus(busy, fault, SR.Show(flags), cause);
    }

    /// <summary>FLASH_NSCR1 for erasing one page, without STRT.</summary>
    public override uint EraseWord(FlashSector sector)
    {
        var bank = Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        var page = bank.FieldOf(sector);

        // One bank of two halves: the field is one bit short, and BKER above it counts on.
        return (uint)(FlashCr.PER | FlashCr.Page(page & 0x7F) | (bank.Number == 2 || page > 0x7F ? FlashCr.BKER : 0));
    }

    /// <summary>FLASH_NSCR1 for erasing everything, without STRT; only where the part has all the pages of the die.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords()
    {
        var most = Chip.Device.Parts.Max(part => part.FlashKiB);
        var word = FlashCr.MER1 | (Chip.Device.Flash.DualBank ? FlashCr.MER2 : 0);

        // How long it takes is not published, so only a time below one page's is too short.
        return Chip.Layout.Range.Length == (uint)most * 1024
            ? [((uint)word, Chip.Layout.Range, new OperationTime(TimeOfErase(Chip.Layout.Sectors.First()).Typical, TimeOfEraseAll().Max))]
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
}
