using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32L4.FlashRegisters;

namespace Nrst.Flash.Stm32L4;

/// <summary>
/// The flash of the STM32L4, L4+ and G4: pages of 2, 4 or 8 KiB, programmed 64 bits at a time.
/// Follows RM0351, "Flash main memory erase sequences" and "Flash main memory programming sequences", step by step.
/// </summary>
internal sealed class Stm32L4Flash(FlashChip chip) : FlashController(chip)
{
    private readonly Address _at = chip.Flash.Controller;

    public override LoaderPart Loader => new("stm32l4");

    public override bool IsLocked => Memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    protected override bool WriteKeys() => WriteKeys(_at, KEYR, FlashKey.First, FlashKey.Second, CR, FlashCr.LOCK);

    protected override void WriteLock() => Memory.Write(_at, CR, FlashCr.LOCK);

    protected override string ShowControl() => CR.Show(Memory.Read(_at, CR));

    protected override void ForgetErrors() => Memory.Write(_at, SR, FlashSr.Clearable);

    protected override FlashStatus ReadStatus(AddressRange where) => Decode((uint)Memory.Read(_at, SR));

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashSr)status;
        var fault = flags switch
        {
            _ when (flags & FlashSr.Errors) == 0 => FlashFault.None,
            _ when flags.HasFlag(FlashSr.WRPERR) => FlashFault.WriteProtected,
            _ when flags.HasFlag(FlashSr.PROGERR) => FlashFault.NotBlank,
            _ when flags.HasFlag(FlashSr.OPERR) => FlashFault.Broken,
            _ => FlashFault.Sequence,
        };
        return new FlashStatus(flags.HasFlag(FlashSr.BSY), fault, SR.Show(flags));
    }

    /// <summary>FLASH_CR for erasing one page, without STRT.</summary>
    public override uint EraseWord(FlashSector sector)
    {
        var bank = Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        return (uint)(FlashCr.PER | FlashCr.Page(bank.FieldOf(sector)) | (bank.Number == 2 ? FlashCr.BKER : 0));
    }

    /// <summary>FLASH_CR for erasing everything, without STRT; both banks are erased at the same time, and used as one they still are two.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        [((uint)(FlashCr.MER1 | (Chip.Flash.DualBank ? FlashCr.MER2 : 0)), Chip.Layout.Range, TimeOfEraseAll())];

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, CR, (FlashCr)word);
        Memory.Write(_at, CR, (FlashCr)word | FlashCr.STRT);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, CR, FlashCr.PG);

    /// <summary>Two words; the second one starts the operation.</summary>
    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit);

    protected override void Idle() => Memory.Write(_at, CR, default);

    /// <summary>The caches can be reset only while they are off. All else in the register stays: on the STM32G4 a bit of it (DBG_SWEN) keeps the debugger connected.</summary>
    public override void ResetCaches()
    {
        var before = Memory.Read(_at, ACR);
        var off = before & ~(FlashAcr.ICEN | FlashAcr.DCEN);
        Chip.Words.Run(
            [
                _at.WriteOf(ACR, off),
                _at.WriteOf(ACR, off | FlashAcr.ICRST | FlashAcr.DCRST),
                _at.WriteOf(ACR, off),
                _at.WriteOf(ACR, before),
            ],
            []);
    }

    /// <summary>The flag is renewed when option bytes are loaded, and not by a reset, so a chip that was blank would stay in its boot loader.</summary>
    public override void AfterChange()
    {
        if (Memory.Read(_at, SR).HasFlag(FlashSr.PEMPTY) && Memory.Read32(Chip.Flash.Start) != Grain.ErasedWord)
        {
            Memory.Write(_at, SR, FlashSr.PEMPTY);
        }
    }
}
