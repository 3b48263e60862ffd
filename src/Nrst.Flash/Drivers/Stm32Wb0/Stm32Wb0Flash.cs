using System.Buffers.Binary;
using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32Wb0.FlashRegisters;

namespace Nrst.Flash.Stm32Wb0;

/// <summary>
/// The flash of the STM32WB0: pages of 2 KiB, programmed 32 bits at a time by commands, with no lock and no option bytes.
/// Follows RM0530, "Flash controller", and the sequences of the maker's own driver.
/// </summary>
internal sealed class Stm32Wb0Flash(FlashChip chip) : FlashController(chip)
{
    /// <summary>No address of a word: erases everything.</summary>
    private const uint Everything = 1u << 31;

    private readonly Address _at = chip.Flash.Controller;

    // CMDDONE is not set while nothing was asked, so an idle controller and a busy one look alike.
    private bool _asked;

    /// <summary>No option starts the watchdog here, so after a reset there is none to feed.</summary>
    public override LoaderPart Loader => new("stm32wb0") { Arguments = [Chip.Flash.Start.Value], Watchdog = null };

    /// <summary>There is no lock.</summary>
    public override bool IsLocked => false;

    protected override bool WriteKeys() => true;

    protected override void WriteLock()
    {
    }

    protected override string ShowControl() => IRQRAW.Show(Memory.Read(_at, IRQRAW));

    /// <summary>Writing a one clears.</summary>
    protected override void ForgetErrors()
    {
        Memory.Write(_at, IRQRAW, FlashIrq.All);
        _asked = false;
    }

    protected override FlashStatus ReadStatus(AddressRange where)
    {
        var flags = Memory.Read(_at, IRQRAW);
        var over = (flags & (FlashIrq.CMDDONE | FlashIrq.Errors)) != 0;
        return Decode((uint)flags) with { IsBusy = !over && (_asked || flags.HasFlag(FlashIrq.CMDSTART)) };
    }

    public override FlashStatus Decode(uint status)
    {
        var flags = (FlashIrq)status & FlashIrq.All;
        var (fault, cause) = flags switch
        {
            _ when flags.HasFlag(FlashIrq.CMDERR) => (FlashFault.Sequence, "The command was refused: a page that is protected (PAGEPROT), or one that came while another ran."),
            _ when flags.HasFlag(FlashIrq.ILLCMD) => (FlashFault.Sequence, "The controller does not know the command, or does not allow it now."),
            _ => (FlashFault.None, (string?)null),
        };
        return new FlashStatus(false, fault, IRQRAW.Show(flags), cause);
    }

    /// <summary>The page's first word, counted from the start of the flash.</summary>
    public override uint EraseWord(FlashSector sector) => WordOf(sector.Range.Start);

    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        [(Everything, Chip.Layout.Range, TimeOfEraseAll())];

    protected override void StartErase(uint word)
    {
        if (word == Everything)
        {
            Ask(FlashCommand.MASSERASE);
        }
        else
        {
            Memory.Write(_at, ADDRESS, (FlashNumber)word);
            Ask(FlashCommand.ERASE);
        }
    }

    protected override void StartProgram(Address at)
    {
    }

    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit)
    {
        Chip.Words.Run(
            [
                _at.WriteOf(IRQRAW, FlashIrq.All), // CMDDONE of the word before would end this one
                _at.WriteOf(ADDRESS, (FlashNumber)WordOf(at)),
                _at.WriteOf(DATA0, (FlashNumber)BinaryPrimitives.ReadUInt32LittleEndian(unit)),
                _at.WriteOf(COMMAND, FlashCommand.WRITE),
            ],
            []);
        _asked = true;
    }

    protected override void Idle() => ForgetErrors();

    /// <summary>There are none.</summary>
    public override void ResetCaches()
    {
    }

    private uint WordOf(Address at) => (at - Chip.Flash.Start) / 4;

    private void Ask(FlashCommand command)
    {
        Memory.Write(_at, COMMAND, command);
        _asked = true;
    }
}
