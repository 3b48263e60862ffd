using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32F1.FlashRegisters;

namespace Nrst.Flash.Stm32F1;

/// <summary>
/// The flash of the STM32F1 of XL density: two banks, each with a lock, a status and a control of its own.
/// Follows PM0068, "Flash memory erase" and "Main Flash memory programming", step by step.
/// </summary>
internal sealed class Stm32F1XlFlash(FlashChip chip) : FlashController(chip)
{
    // A status of the second bank, as it travels to Decode; the register has no such bit.
    private const uint OfBank2 = 1u << 31;

    private readonly FlashBank[] _banks = [.. chip.Layout.Banks];
    private bool _keysGiven;

    public override LoaderPart Loader => new("stm32f1xl") { Arguments = [_banks[^1].Layout.Range.Start.Value, At(_banks[^1]) - At(_banks[0])], Cycles = 24 };

    /// <summary>Copies of the STM32F1 are known that read LOCK as 0 while they are locked; keys too many do no harm.</summary>
    public override bool IsLocked => !_keysGiven || _banks.Any(bank => Memory.Read(At(bank), CR).HasFlag(FlashCr.LOCK));

    /// <summary>One bank after the other.</summary>
    public override OperationTime TimeOfEraseAll() => _banks.Select(TimeOfErase).Aggregate((sum, one) => sum + one);

    protected override bool WriteKeys()
    {
        _keysGiven = true;
        var opened = true;
        foreach (var bank in _banks)
        {
            opened &= WriteKeys(At(bank), KEYR, FlashKey.First, FlashKey.Second, CR, FlashCr.LOCK);
        }

        return opened;
    }

    protected override void WriteLock()
    {
        Control(FlashCr.LOCK);
        _keysGiven = false;
    }

    protected override string ShowControl() => string.Join(", ", _banks.Select(bank => NameOf(CR, bank.Number).Show(Memory.Read(At(bank), CR))));

    /// <summary>Writing a one clears.</summary>
    protected override void ForgetErrors()
    {
        foreach (var bank in _banks)
        {
            Memory.Write(At(bank), SR, FlashSr.EOP | FlashSr.Errors);
        }
    }

    protected override bool StatusByBank => true;

    /// <summary>Of the banks that the place lies in, the one that is busy or has failed.</summary>
    protected override FlashStatus ReadStatus(AddressRange where)
    {
        var seen = _banks.Where(bank => bank.Layout.Range.Overlaps(where))
            .Select(bank => Decode((uint)Memory.Read(At(bank), SR) | (bank.Number == 2 ? OfBank2 : 0)))
            .ToList();
        return seen.Find(status => status.IsBusy) is { IsBusy: true } busy ? busy
            : seen.Find(status => status.Fault != FlashFault.None) is { Text: not null } failed ? failed
            : seen[0];
    }

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashSr)(status & ~OfBank2);
        var fault = flags switch
        {
            _ when (flags & FlashSr.Errors) == 0 => FlashFault.None,
            _ when flags.HasFlag(FlashSr.WRPRTERR) => FlashFault.WriteProtected,
            _ => FlashFault.NotBlank,
        };
        return new FlashStatus(flags.HasFlag(FlashSr.BSY), fault, NameOf(SR, (status & OfBank2) != 0 ? 2 : 1).Show(flags));
    }

    /// <summary>FLASH_AR for one page.</summary>
    public override uint EraseWord(FlashSector sector) => sector.Range.Start.Value;

    /// <summary>The number of a bank for all its pages; FLASH_AR is never that low.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        [.. _banks.Select(bank => ((uint)bank.Number, bank.Layout.Range, TimeOfErase(bank)))];

    protected override void StartErase(uint word)
    {
        var whole = word <= 2;
        var at = At(whole ? _banks[word - 1] : _banks.First(bank => bank.Layout.Range.Contains(new Address(word))));
        var command = whole ? FlashCr.MER : FlashCr.PER;
        Memory.Write(at, CR, command);
        if (!whole)
        {
            Memory.Write(at, AR, (FlashAr)word);
        }

        Memory.Write(at, CR, command | FlashCr.STRT);
    }

    /// <summary>In both banks: the words may go over from one to the other.</summary>
    protected override void StartProgram(Address at) => Control(FlashCr.PG);

    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit, AccessSize.HalfWord);

    protected override void Idle() => Control(default);

    /// <summary>There is a prefetch buffer of two lines and no cache; the reads that compare have long pushed them out.</summary>
    public override void ResetCaches()
    {
    }

    private void Control(FlashCr value)
    {
        foreach (var bank in _banks)
        {
            Memory.Write(At(bank), CR, value);
        }
    }

    private Address At(FlashBank bank) => Chip.Flash.ControllerOf(bank.Number);

    private OperationTime TimeOfErase(FlashBank bank)
    {
        var row = Chip.Flash.Times.BankErase.MinBy(row => Math.Abs((long)row.UnitBytes - bank.Layout.Range.Length))!;
        return new OperationTime(row.Typical, row.Max);
    }

    /// <summary>As the manual names the registers of the second bank: <c>FLASH_SR2</c>.</summary>
    private static Register<T> NameOf<T>(Register<T> register, int bank) where T : unmanaged, Enum =>
        bank == 2 ? register with { Name = register.Name + "2" } : register;
}
