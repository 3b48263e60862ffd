using System.Globalization;
using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32F7.FlashRegisters;

namespace Nrst.Flash.Stm32F7;

/// <summary>
/// The flash of the STM32F7: sectors of 16 to 256 KiB, programmed 8, 16 or 32 bits at a time, always through its AXIM addresses.
/// Follows RM0410, "Flash erase sequences" and "Flash programming sequences", step by step.
/// </summary>
internal sealed class Stm32F7Flash(FlashChip chip) : FlashController(chip)
{
    private readonly Address _at = chip.Flash.Controller;

    /// <summary>RM0410, "Program/erase parallelism": x32 from 2.7 V, x16 from 2.1 V. An unknown supply is taken for a low one.</summary>
    public override int Access { get; } = chip.Volts switch { >= 2.7 => 4, >= 2.1 => 2, _ => 1 };

    protected override int Column => Access * 8;

    public override string? Notice => Access == 4
        ? null
        : $"{Supply} the flash takes {Column} bits at a time; from 2.7 V on it is faster";

    public override LoaderPart Loader => new("stm32f7") { Arguments = [(uint)(FlashCr.PG | FlashCr.Size(Access))] };

    public override bool IsLocked => Memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    /// <summary>
    /// The figure is for 1 MiB. Less takes less; of 2 MiB nobody says whether the halves are erased at the same time or one after the other,
    /// so the least is taken from the one and the longest from the other.
    /// </summary>
    public override OperationTime TimeOfEraseAll()
    {
        var row = Chip.Flash.Times.BankErase.First(row => row.Bits == Column);
        var scale = Chip.Layout.Range.Length / (double)row.UnitBytes;
        return new OperationTime(row.Typical * Math.Min(scale, 1), row.Max * Math.Max(scale, 1));
    }

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
            _ when flags.HasFlag(FlashSr.ERSERR) => "The controller was not ready: FLASH_CR is not what was written.",
            _ when flags.HasFlag(FlashSr.RDERR) => "PCROP covers this area: it can be run and not read.",
            _ => null,
        };
        return new FlashStatus(flags.HasFlag(FlashSr.BSY), fault, SR.Show(flags), cause);
    }

    /// <summary>
    /// FLASH_CR for erasing one sector, without STRT. With two banks the sectors that the manual calls 12 to 23 are 0x10 to 0x1B here.
    /// </summary>
    public override uint EraseWord(FlashSector sector)
    {
        var bank = Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        return (uint)(FlashCr.SER | FlashCr.Sector(bank.FieldOf(sector)) | FlashCr.Size(Access));
    }

    /// <summary>FLASH_CR for erasing everything, without STRT.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        [((uint)(FlashCr.MER1 | (Chip.Layout.Banks.Count > 1 ? FlashCr.MER2 : 0) | FlashCr.Size(Access)), Chip.Layout.Range, TimeOfEraseAll())];

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, CR, (FlashCr)word);
        Memory.Write(_at, CR, (FlashCr)word | FlashCr.STRT);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, CR, FlashCr.PG | FlashCr.Size(Access));

    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit, (AccessSize)unit.Length);

    protected override void Idle() => Memory.Write(_at, CR, default);

    /// <summary>The ART accelerator keeps what the ITCM bus read, and can be reset only while it is off.</summary>
    public override void ResetCaches()
    {
        var before = Memory.Read(_at, ACR);
        var off = before & ~FlashAcr.ARTEN;
        Chip.Words.Run(
            [
                _at.WriteOf(ACR, off),
                _at.WriteOf(ACR, off | FlashAcr.ARTRST),
                _at.WriteOf(ACR, off),
                _at.WriteOf(ACR, before),
            ],
            []);
    }

    private string Supply => Chip.Volts is { } volts
        ? string.Create(CultureInfo.InvariantCulture, $"at {volts:0.0} V")
        : "without a measured supply";
}
