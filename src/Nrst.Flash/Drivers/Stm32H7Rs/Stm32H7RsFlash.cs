using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32H7Rs.FlashRegisters;

namespace Nrst.Flash.Stm32H7Rs;

/// <summary>
/// The boot flash of the STM32H7R and H7S: eight sectors of 8 KiB, programmed 128 bits at a time.
/// Follows RM0477, "FLASH erase operations" and "FLASH program operations", step by step.
/// </summary>
internal sealed class Stm32H7RsFlash(FlashChip chip) : ControlFlash<FlashSr, FlashCr>(chip, s_traits)
{
    /// <summary>IWDG_KR.</summary>
    private static readonly Address s_watchdog = new(0x5800_4800);

    /// <summary>What FLASH_SR says. Its bits clear themselves; the flags stand in FLASH_ISR.</summary>
    private static readonly ControlTraits<FlashSr, FlashCr> s_traits = new(KEYR, SR, CR)
    {
        Lock = FlashCr.LOCK,
        Program = FlashCr.PG,
        Start = FlashCr.START,
        LockKeepsTheRest = true,
        Busy = FlashSr.Busy,
        Clearable = default,
        Faults = [new(FlashSr.WBNE, FlashFault.Sequence, "A flash word did not arrive complete.") { AtRest = true }],
    };

    private static readonly FaultRule<FlashIsr>[] s_faults =
    [
        new(FlashIsr.WRPERRF, FlashFault.WriteProtected),
        new(FlashIsr.STRBERRF, FlashFault.Sequence, "Something wrote the same bytes of a flash word twice: a DMA channel or another debugger."),
        new(FlashIsr.INCERRF, FlashFault.Sequence, "Two flash words were written into each other: something else writes too."),
        new(FlashIsr.PGSERRF, FlashFault.Sequence, "The controller was not ready to program: FLASH_CR is not what was written."),
    ];

    public override LoaderPart Loader => new("stm32h7rs") { Watchdog = s_watchdog };

    /// <summary>Through FLASH_ICR.</summary>
    protected override void ForgetErrors() => ForgetErrors(ICR, FlashIsr.All);

    /// <summary>Two registers: what goes on, and what went wrong.</summary>
    protected override FlashStatus ReadStatus(AddressRange where)
    {
        Span<uint> seen = stackalloc uint[2];
        Chip.Words.Run([At.ReadOf(SR), At.ReadOf(ISR)], seen);
        return Decode((seen[0] & (uint)FlashSr.Looked) | (seen[1] & (uint)FlashIsr.All));
    }

    public override FlashStatus Decode(uint status)
    {
        var (state, flags) = (base.Decode(status & (uint)FlashSr.Looked), (FlashIsr)status & FlashIsr.All);
        var seen = state with { Text = $"{state.Text}, {ISR.Show(flags)}" };
        return s_faults.First(flags, state.IsBusy) is { } rule ? seen with { Fault = rule.Fault, Cause = rule.Cause } : seen;
    }

    protected override FlashCr WordOf(FlashBank bank, uint field) => FlashCr.SER | FlashCr.Sector(field);

    /// <summary>The user flash. ALL_BANKS stays 0: with it more is erased than that.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() => AllAtOnce(FlashCr.BER, AtLeastOneSector);

    /// <summary>The flash has none of its own, and those of the core are off after a reset.</summary>
    public override void ResetCaches()
    {
    }
}
