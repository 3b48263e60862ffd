using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32L0.FlashRegisters;

namespace Nrst.Flash.Stm32L0;

/// <summary>
/// The flash of the STM32L0 and L1: pages of 128 or 256 bytes that erase to zeros, programmed half a page at a time.
/// Follows RM0367, "Writing/erasing the NVM", step by step; RM0038 has the same steps.
/// </summary>
/// <remarks>
/// A word takes as long as half a page, so half a page is the unit. Only code in RAM may write it at once; through the registers
/// it goes a word at a time. The data EEPROM belongs to the same controller and is never touched: the one command that erases everything
/// is a change of RDP, and that would take the EEPROM along.
/// </remarks>
internal sealed class Stm32L0Flash(FlashChip chip) : FlashController(chip)
{
    private const int WordBytes = 4;

    private readonly Address _at = chip.Flash.Controller;

    /// <summary>Half a page, with zeros where nothing is written.</summary>
    public override FlashGrain Grain => new((uint)Access, Chip.Flash.ErasedValue);

    public override int Access => Chip.Flash.Burst ?? WordBytes;

    public override LoaderPart Loader => new("stm32l0") { Cycles = 130 };

    public override bool IsLocked => (Memory.Read(_at, PECR) & FlashPecr.Locks) != 0;

    /// <summary>The second lock listens only once the first is open, and a key that is not expected closes both until a reset.</summary>
    protected override bool WriteKeys()
    {
        var locks = Memory.Read(_at, PECR);
        return (!locks.HasFlag(FlashPecr.PELOCK) || WriteKeys(_at, PEKEYR, FlashPeKey.First, FlashPeKey.Second, PECR, FlashPecr.PELOCK))
            && (!locks.HasFlag(FlashPecr.PRGLOCK) || WriteKeys(_at, PRGKEYR, FlashPrgKey.First, FlashPrgKey.Second, PECR, FlashPecr.PRGLOCK));
    }

    protected override void WriteLock() => Memory.Write(_at, PECR, FlashPecr.PELOCK | FlashPecr.PRGLOCK | FlashPecr.OPTLOCK);

    protected override string ShowControl() => PECR.Show(Memory.Read(_at, PECR));

    /// <summary>Writing a one clears.</summary>
    protected override WordAccess? Forgetting => _at.WriteOf(SR, FlashSr.Clearable);

    protected override FlashStatus ReadStatus(AddressRange where) => Decode((uint)Memory.Read(_at, SR));

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashSr)status;
        var fault = flags switch
        {
            _ when (flags & FlashSr.Errors) == 0 => FlashFault.None,
            _ when flags.HasFlag(FlashSr.WRPERR) => FlashFault.WriteProtected,
            _ when flags.HasFlag(FlashSr.NOTZEROERR) => FlashFault.NotBlank,
            _ when flags.HasFlag(FlashSr.FWWERR) => FlashFault.Broken,
            _ => FlashFault.Sequence,
        };
        var cause = flags switch
        {
            _ when fault == FlashFault.Broken => "Something read the flash while it was being written, and the write was given up: the firmware runs, or a DMA.",
            _ when fault == FlashFault.Sequence && flags.HasFlag(FlashSr.RDERR) => "PCROP covers this area: it can be run and not read.",
            _ => null,
        };
        return new FlashStatus(flags.HasFlag(FlashSr.BSY), fault, SR.Show(flags), cause);
    }

    /// <summary>The first word of the page; a zero written there erases it.</summary>
    public override uint EraseWord(FlashSector sector) => sector.Range.Start.Value;

    /// <summary>None: a change of RDP erases the data EEPROM too.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() => [];

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, PECR, FlashPecr.ERASE);
        Memory.Write(_at, PECR, FlashPecr.ERASE | FlashPecr.PROG);
        Memory.Write32(new Address(word), 0);
    }

    /// <summary>A word at a time needs no bit at all, and none that an earlier program left set.</summary>
    protected override void StartProgram(Address at) => Memory.Write(_at, PECR, default);

    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit)
    {
        var limit = TimeOfProgram(1).Limit;
        AddressRange? before = null;
        for (var i = 0; i < unit.Length; i += WordBytes)
        {
            var word = unit.Slice(i, WordBytes);
            if (Grain.IsBlank(word))
            {
                continue;
            }

            if (before is { } place)
            {
                Settle(place, WaitWhileBusy(place, limit));
            }

            before = new AddressRange(at + (uint)i, WordBytes);
            Memory.Write(before.Value.Start, word);
        }
    }

    protected override int OperationsOf(ReadOnlySpan<byte> unit)
    {
        var words = 0;
        for (var i = 0; i < unit.Length; i += WordBytes)
        {
            words += Grain.IsBlank(unit.Slice(i, WordBytes)) ? 0 : 1;
        }

        return words;
    }

    protected override void Idle() => Memory.Write(_at, PECR, default);

    /// <summary>There are buffers of a few words and no cache; the reads that compare have long pushed them out.</summary>
    public override void ResetCaches()
    {
    }
}
