using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32F1.FlashRegisters;

namespace Nrst.Flash.Stm32F1;

/// <summary>
/// The flash of the STM32F0, F1 and F3: pages of 1 or 2 KiB, programmed a half-word at a time.
/// Follows PM0075, "Flash memory erase" and "Main Flash memory programming", step by step; RM0091 and RM0316 have the same steps.
/// </summary>
/// <param name="hidesLock">Copies of this chip are known that read LOCK as 0 while they are locked.</param>
/// <param name="remembersEmpty">Whether the flash is empty is looked up when option bytes are loaded, and by no other reset.</param>
internal sealed class Stm32F1Flash(FlashChip chip, bool hidesLock, bool remembersEmpty = false) : FlashController(chip)
{
    // FLASH_AR is never 0 for a page, so it can stand for all of them.
    private const uint AllPages = 0;

    private readonly Address _at = chip.Flash.Controller;
    private bool _keysGiven;

    public override LoaderPart Loader => new("stm32f1") { Cycles = 24 };

    /// <summary>RM0091, "Empty check": no register shows that flag, so a chip that is empty now is taken for one that was so at power-on.</summary>
    public override string? Notice => remembersEmpty && Memory.Read32(Chip.Flash.Start) == Grain.ErasedWord
        ? "the chip is empty; if it was so when it was powered, it goes on starting its boot loader until its supply is switched off and on once"
        : null;

    /// <summary>Keys too many do the STM32F1 no harm.</summary>
    public override bool IsLocked => (hidesLock && !_keysGiven) || Memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    protected override bool WriteKeys()
    {
        _keysGiven = true;
        return WriteKeys(_at, KEYR, FlashKey.First, FlashKey.Second, CR, FlashCr.LOCK);
    }

    protected override void WriteLock()
    {
        Memory.Write(_at, CR, FlashCr.LOCK);
        _keysGiven = false;
    }

    protected override string ShowControl() => CR.Show(Memory.Read(_at, CR));

    /// <summary>Writing a one clears.</summary>
    protected override WordAccess? Forgetting => _at.WriteOf(SR, FlashSr.EOP | FlashSr.Errors);

    protected override FlashStatus ReadStatus(AddressRange where) => Decode((uint)Memory.Read(_at, SR));

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashSr)status;
        var fault = flags switch
        {
            _ when (flags & FlashSr.Errors) == 0 => FlashFault.None,
            _ when flags.HasFlag(FlashSr.WRPRTERR) => FlashFault.WriteProtected,
            _ => FlashFault.NotBlank,
        };
        return new FlashStatus(flags.HasFlag(FlashSr.BSY), fault, SR.Show(flags));
    }

    /// <summary>FLASH_AR for one page.</summary>
    public override uint EraseWord(FlashSector sector) => sector.Range.Start.Value;

    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        [(AllPages, Chip.Layout.Range, TimeOfEraseAll())];

    protected override void StartErase(uint word)
    {
        var command = word == AllPages ? FlashCr.MER : FlashCr.PER;
        Memory.Write(_at, CR, command);
        if (word != AllPages)
        {
            Memory.Write(_at, AR, (FlashAr)word);
        }

        Memory.Write(_at, CR, command | FlashCr.STRT);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, CR, FlashCr.PG);

    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit, AccessSize.HalfWord);

    protected override void Idle() => Memory.Write(_at, CR, default);

    /// <summary>There is a prefetch buffer of two lines and no cache; the reads that compare have long pushed them out.</summary>
    public override void ResetCaches()
    {
    }
}
