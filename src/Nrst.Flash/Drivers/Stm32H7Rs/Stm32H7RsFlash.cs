using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32H7Rs.FlashRegisters;

namespace Nrst.Flash.Stm32H7Rs;

/// <summary>
/// The boot flash of the STM32H7R and H7S: eight sectors of 8 KiB, programmed 128 bits at a time.
/// Follows RM0477, "FLASH erase operations" and "FLASH program operations", step by step.
/// </summary>
internal sealed class Stm32H7RsFlash(FlashChip chip) : FlashController(chip)
{
    /// <summary>IWDG_KR.</summary>
    private static readonly Address s_watchdog = new(0x5800_4800);

    private readonly Address _at = chip.Flash.Controller;

    public override LoaderPart Loader => new("stm32h7rs") { Watchdog = s_watchdog };

    public override bool IsLocked => Memory.Read(_at, CR).HasFlag(FlashCr.LOCK);

    protected override bool WriteKeys() => WriteKeys(_at, KEYR, FlashKey.First, FlashKey.Second, CR, FlashCr.LOCK);

    /// <summary>LOCK may leave the other bits as they are, so they are put out of the way first.</summary>
    protected override void WriteLock()
    {
        if (!IsLocked)
        {
            Chip.Words.Run([_at.WriteOf(CR, default), _at.WriteOf(CR, FlashCr.LOCK)], []);
        }
    }

    protected override string ShowControl() => CR.Show(Memory.Read(_at, CR));

    /// <summary>Flags are cleared through FLASH_ICR, and a flash word that was begun is dropped by clearing PG.</summary>
    protected override void ForgetErrors() => Chip.Words.Run([_at.WriteOf(CR, default), _at.WriteOf(ICR, FlashIsr.All)], []);

    /// <summary>Two registers: what goes on, and what went wrong.</summary>
    protected override FlashStatus ReadStatus(AddressRange where)
    {
        Span<uint> seen = stackalloc uint[2];
        Chip.Words.Run([_at.ReadOf(SR), _at.ReadOf(ISR)], seen);
        return Decode((seen[0] & (uint)FlashSr.Looked) | (seen[1] & (uint)FlashIsr.All));
    }

    public override FlashStatus Decode(uint status)
    {
        var (state, flags) = ((FlashSr)status & FlashSr.Looked, (FlashIsr)status & FlashIsr.All);
        var busy = (state & FlashSr.Busy) != 0;
        var (fault, cause) = flags switch
        {
            _ when flags.HasFlag(FlashIsr.WRPERRF) => (FlashFault.WriteProtected, null),
            _ when flags.HasFlag(FlashIsr.STRBERRF) => (FlashFault.Sequence, "Something wrote the same bytes of a flash word twice: a DMA channel or another debugger."),
            _ when flags.HasFlag(FlashIsr.INCERRF) => (FlashFault.Sequence, "Two flash words were written into each other: something else writes too."),
            _ when flags.HasFlag(FlashIsr.PGSERRF) => (FlashFault.Sequence, "The controller was not ready to program: FLASH_CR is not what was written."),
            _ when state.HasFlag(FlashSr.WBNE) && !busy => (FlashFault.Sequence, "A flash word did not arrive complete."),
            _ => (FlashFault.None, (string?)null),
        };
        return new FlashStatus(busy, fault, $"{SR.Show(state)}, {ISR.Show(flags)}", cause);
    }

    /// <summary>FLASH_CR for erasing one sector, without START.</summary>
    public override uint EraseWord(FlashSector sector) => (uint)(FlashCr.SER | FlashCr.Sector((uint)sector.Number));

    /// <summary>FLASH_CR for erasing the user flash, without START. ALL_BANKS stays 0: with it more is erased than the user flash.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() =>
        // How long it takes is not published, so only a time below one sector's is too short.
        [((uint)FlashCr.BER, Chip.Layout.Range, new OperationTime(TimeOfErase(Chip.Layout.Sectors.First()).Typical, TimeOfEraseAll().Max))];

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, CR, (FlashCr)word);
        Memory.Write(_at, CR, (FlashCr)word | FlashCr.START);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, CR, FlashCr.PG);

    /// <summary>Word by word; the last one starts the operation.</summary>
    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit);

    protected override void Idle() => Memory.Write(_at, CR, default);

    /// <summary>The flash has none of its own, and those of the core are off after a reset.</summary>
    public override void ResetCaches()
    {
    }
}
