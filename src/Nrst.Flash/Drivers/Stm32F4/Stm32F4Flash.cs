using System.Globalization;
using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32F4.FlashRegisters;

namespace Nrst.Flash.Stm32F4;

/// <summary>
/// The flash of the STM32F2 and F4: sectors of 16 to 128 KiB, programmed 8, 16 or 32 bits at a time.
/// Follows RM0090, "Erase" and "Programming", step by step.
/// </summary>
internal sealed class Stm32F4Flash(FlashChip chip) : FlashController(chip)
{
    private readonly Address _at = chip.Flash.Controller;
    private readonly Parallelism _parallelism = Parallelism.At(chip.Volts);

    public override int Access => _parallelism.Bytes;

    protected override int Column => _parallelism.Bits;

    public override string? Notice => _parallelism == Parallelism.X32
        ? null
        : $"{Supply} the flash takes {_parallelism.Bits} bits at a time; from 2.7 V on it is faster";

    public override LoaderPart Loader => new("stm32f4") { Arguments = [(uint)(FlashCr.PG | FlashCr.Size(_parallelism))] };

    public override bool IsLocked => Memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    /// <summary>In proportion to the size, whatever the number of banks: MER and MER1 together take twice as long.</summary>
    public override OperationTime TimeOfEraseAll() => Scaled(
        Chip.Flash.Times.BankErase.First(row => row.Bits == _parallelism.Bits), Chip.Layout.Range.Length);

    protected override bool WriteKeys() => WriteKeys(_at, KEYR, FlashKey.First, FlashKey.Second, CR, FlashCr.LOCK);

    protected override void WriteLock() => Memory.Write(_at, CR, FlashCr.LOCK);

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
            _ when flags.HasFlag(FlashSr.WRPERR) => FlashFault.WriteProtected,
            _ when flags.HasFlag(FlashSr.OPERR) => FlashFault.Broken,
            _ => FlashFault.Sequence,
        };
        var cause = flags switch
        {
            _ when fault == FlashFault.WriteProtected => "An option byte (nWRP) covers this area, often set by a bootloader.",
            _ when flags.HasFlag(FlashSr.PGPERR) => "The access width does not fit PSIZE; something else writes FLASH_CR.",
            _ when flags.HasFlag(FlashSr.PGSERR) => "The controller was not ready to program: FLASH_CR is not what was written.",
            _ => null,
        };
        return new FlashStatus(flags.HasFlag(FlashSr.BSY), fault, SR.Show(flags), cause);
    }

    /// <summary>FLASH_CR for erasing one sector, without STRT. The second bank's sectors are 0x10 and up.</summary>
    public override uint EraseWord(FlashSector sector) => (uint)(FlashCr.SER | FlashCr.Sector(NumberOf(sector)) | FlashCr.Size(_parallelism));

    /// <summary>FLASH_CR for erasing everything, without STRT.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        [((uint)(FlashCr.MER | (Chip.Layout.Banks.Count > 1 ? FlashCr.MER1 : 0) | FlashCr.Size(_parallelism)), Chip.Layout.Range, TimeOfEraseAll())];

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, CR, (FlashCr)word);
        Memory.Write(_at, CR, (FlashCr)word | FlashCr.STRT);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, CR, FlashCr.PG | FlashCr.Size(_parallelism));

    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit, (AccessSize)unit.Length);

    protected override void Idle() => Memory.Write(_at, CR, default);

    /// <summary>The caches can be reset only while they are off.</summary>
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

    private string Supply => Chip.Volts is { } volts
        ? string.Create(CultureInfo.InvariantCulture, $"at {volts:0.0} V")
        : "without a measured supply";

    private uint NumberOf(FlashSector sector) => Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector)).FieldOf(sector);
}
