using System.Globalization;
using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32H7.FlashRegisters;

namespace Nrst.Flash.Stm32H7;

/// <summary>
/// The flash of the STM32H7: sectors of 128 KiB and flash words of 256 bits, or of 8 KiB and 128 bits on the STM32H7A and H7B; where there are
/// two banks, each has registers of its own. Follows RM0433, "FLASH erase operations" and "FLASH program operations", step by step.
/// </summary>
internal sealed class Stm32H7Flash(FlashChip chip, ControlShape shape) : FlashController(chip)
{
    /// <summary>IWDG1_KR.</summary>
    public static readonly Address Watchdog = new(0x5800_4800);

    /// <summary>BCM4 in FLASH_OPTSR_CUR: the second core starts with the chip. Reads 0 where there is none.</summary>
    private const uint Bcm4 = 1u << 22;

    private readonly Address _at = chip.Flash.Controller;

    // By the numbers the registers have, whatever the order of the addresses: SWAP_BANK leaves these alone.
    private readonly Address[] _banks =
        [.. chip.Layout.Banks.Select(bank => bank.Number).Order().Select(chip.Flash.ControllerOf).Distinct()];

    // RM0433, "Adjusting programming parallelism": any width works at any supply, and a narrower one draws less at its peak.
    private readonly int _bits = chip.Volts is < 2.7 ? 32 : 64;

    protected override int Column => shape.HasParallelism ? _bits : 0;

    public override string? Notice
    {
        get
        {
            var slow = Column == 32
                ? string.Create(CultureInfo.InvariantCulture, $"at {Chip.Volts:0.0} V the flash takes 32 bits at a time; from 2.7 V on it is faster")
                : null;
            var shared = Chip.Device.SecondCore is not null && (Memory.Read32(_at + OPTSR_CUR) & Bcm4) != 0
                ? "the Cortex-M4 of this chip runs on while the flash is changed (BCM4); if its firmware uses the flash too, expect errors"
                : null;
            return slow is not null && shared is not null ? $"{slow}; {shared}" : slow ?? shared;
        }
    }

    public override LoaderPart Loader => new("stm32h7")
    {
        Arguments = _banks.Length > 1
            ? [_banks[1] - _banks[0], (uint)Waiting, (uint)shape.Start, Upper.Layout.Range.Start.Value | (Upper.Number == 1 ? 1u : 0)]
            : [0, (uint)Waiting, (uint)shape.Start],
        Cycles = 130,
        Watchdog = Watchdog,
    };

    /// <summary>RM0433, "Embedded flash memory", main features: each bank reads, programs and erases whatever the other does.</summary>
    public override IReadOnlyList<AddressRange> Lanes =>
        _banks.Length > 1 ? [.. Chip.Layout.Banks.Select(bank => bank.Layout.Range)] : base.Lanes;

    public override bool IsLocked => _banks.Any(IsShut);

    /// <summary>One bank after the other.</summary>
    public override OperationTime TimeOfEraseAll() =>
        Chip.Layout.Banks.Aggregate(default(OperationTime), (sum, bank) => sum + TimeOf(bank));

    /// <summary>A register that is open gets no keys: a second sequence would shut it until the next reset.</summary>
    protected override bool WriteKeys()
    {
        var shut = _banks.Where(IsShut).ToList();
        var seen = new uint[shut.Count];
        Chip.Words.Run(
            [.. shut.SelectMany(bank => (WordAccess[])[bank.WriteOf(KEYR, FlashKey.First), bank.WriteOf(KEYR, FlashKey.Second), bank.ReadOf(CR)])], seen);
        return !seen.Any(control => ((FlashCr)control).HasFlag(FlashCr.LOCK));
    }

    /// <summary>LOCK leaves the other bits as they are, so they are put out of the way first.</summary>
    protected override void WriteLock()
    {
        foreach (var bank in _banks.Where(bank => !IsShut(bank)))
        {
            Chip.Words.Run([bank.WriteOf(CR, Waiting), bank.WriteOf(CR, Waiting | FlashCr.LOCK)], []);
        }
    }

    protected override string ShowControl() => string.Join(", ", _banks.Select((bank, i) =>
        (i == 0 ? CR : CR with { Name = "FLASH_CR2" }).Show(Memory.Read(bank, CR))));

    /// <summary>Flags are cleared through FLASH_CCR, and a flash word that was begun is dropped by clearing PG.</summary>
    protected override void ForgetErrors() => Chip.Words.Run(
        [.. _banks.SelectMany(bank => (WordAccess[])[bank.WriteOf(CR, Waiting), bank.WriteOf(CCR, FlashSr.Clearable)])], []);

    /// <summary>Of both banks, the one that has something to say.</summary>
    protected override FlashStatus ReadStatus(AddressRange where)
    {
        var seen = default(FlashSr);
        for (var i = _banks.Length - 1; i >= 0; i--)
        {
            var flags = Memory.Read(_banks[i], SR) | (i == 1 ? FlashSr.OfBank2 : 0);
            seen = Weight(flags) >= Weight(seen) ? flags : seen;
        }

        return Decode((uint)seen);

        static int Weight(FlashSr flags) => (flags & FlashSr.Errors) != 0 ? 3 : (flags & FlashSr.Busy) != 0 ? 2 : (flags & FlashSr.WBNE) != 0 ? 1 : 0;
    }

    public override bool Concerns(uint status, AddressRange where) =>
        ((FlashSr)status).HasFlag(FlashSr.OfBank2) == (Chip.Layout.Banks.First(bank => bank.Layout.Range.Contains(where.Start)).Number == 2);

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashSr)status;
        var busy = (flags & FlashSr.Busy) != 0;
        var (fault, cause) = flags switch
        {
            _ when flags.HasFlag(FlashSr.WRPERR) => (FlashFault.WriteProtected, null),
            _ when flags.HasFlag(FlashSr.OPERR) => (FlashFault.Broken, null),
            _ when flags.HasFlag(FlashSr.STRBERR) => (FlashFault.Sequence, "Something wrote the same bytes of a flash word twice: another core or another debugger."),
            _ when flags.HasFlag(FlashSr.INCERR) => (FlashFault.Sequence, "Two flash words were written into each other: another core or another debugger writes too."),
            _ when flags.HasFlag(FlashSr.PGSERR) => (FlashFault.Sequence, "The controller was not ready to program: FLASH_CR is not what was written."),
            _ when flags.HasFlag(FlashSr.WBNE) && !busy => (FlashFault.Sequence, "A flash word did not arrive complete."),
            _ => (FlashFault.None, (string?)null),
        };
        return new FlashStatus(busy, fault, flags.Words, cause);
    }

    /// <summary>FLASH_CR for erasing one sector, without START, and which of the two registers it is for.</summary>
    public override uint EraseWord(FlashSector sector)
    {
        var bank = Chip.Layout.Banks.First(bank => bank.Layout.Sectors.Contains(sector));
        return (uint)(Waiting | FlashCr.SER | shape.Sector(bank.FieldOf(sector)) | Mark(bank));
    }

    /// <summary>Bank by bank, and only where the part has all the sectors of the die: the command would erase the others too.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords()
    {
        var most = Chip.Device.Parts.SelectMany(part => part.Layouts).SelectMany(layout => layout.Banks).Max(bank => bank.Layout.Sectors.Count);
        return Chip.Layout.Banks.All(bank => bank.Layout.Sectors.Count == most)
            ?
            [
                // Nobody has published that a bank takes as long as its sectors together, so only a time below one sector's is too short.
                .. Chip.Layout.Banks.Select(bank => (
                    (uint)(Waiting | FlashCr.BER | Mark(bank)),
                    bank.Layout.Range,
                    new OperationTime(TimeOfErase(bank.Layout.Sectors[0]).Typical, TimeOf(bank).Max))),
            ]
            : [];
    }

    protected override void StartErase(uint word)
    {
        var bank = ((FlashCr)word).HasFlag(FlashCr.OfBank2) ? _banks[1] : _banks[0];
        var control = (FlashCr)word & ~FlashCr.OfBank2;
        Memory.Write(bank, CR, control);
        Memory.Write(bank, CR, control | shape.Start);
    }

    /// <summary>In both banks: what is written may go over from one to the other.</summary>
    protected override void StartProgram(Address at)
    {
        foreach (var bank in _banks)
        {
            Memory.Write(bank, CR, Waiting | FlashCr.PG);
        }
    }

    /// <summary>Word by word; the last one starts the operation.</summary>
    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit);

    /// <summary>EOP need not be cleared by the manual, and users found that the next operation can fail with it.</summary>
    protected override void Idle()
    {
        foreach (var bank in _banks)
        {
            Chip.Words.Run([bank.WriteOf(CR, Waiting), bank.WriteOf(CCR, FlashSr.EOP)], []);
        }
    }

    /// <summary>The flash has none of its own, and those of the core are off after a reset.</summary>
    public override void ResetCaches()
    {
    }

    /// <summary>FLASH_CR with nothing to do.</summary>
    private FlashCr Waiting => shape.Size(_bits);

    private Targets.FlashBank Upper => Chip.Layout.Banks.MaxBy(bank => bank.Layout.Range.Start.Value)!;

    private static FlashCr Mark(Targets.FlashBank bank) => bank.Number == 2 ? FlashCr.OfBank2 : 0;

    private bool IsShut(Address bank) => Memory.Read(bank, CR).HasFlag(FlashCr.LOCK);

    private OperationTime TimeOf(Targets.FlashBank bank) => Scaled(
        Chip.Flash.Times.BankErase.Where(row => row.Bits == Column).MinBy(row => Math.Abs((long)row.UnitBytes - bank.Layout.Range.Length))!,
        bank.Layout.Range.Length);
}
