using Nrst.Flash.Loaders;
using Nrst.Targets;
using static Nrst.Flash.Stm32WB.FlashRegisters;

namespace Nrst.Flash.Stm32WB;

/// <summary>
/// The flash of the STM32WB and WL, which two CPUs share: pages of 2 or 4 KiB, programmed 64 bits at a time.
/// Follows RM0434, "Flash main memory erase sequences" and "Flash main memory programming sequences", step by step.
/// </summary>
/// <remarks>It takes rows only after a mass erase, which CPU1 does not do: all is programmed double word by double word.</remarks>
internal sealed class Stm32WBFlash(FlashChip chip)
    : DoubleWordFlash<FlashAcr, FlashSr, FlashCr>(chip, s_traits, ACR, FlashAcr.ICEN | FlashAcr.DCEN, FlashAcr.ICRST | FlashAcr.DCRST)
{
    private static readonly ControlTraits<FlashSr, FlashCr> s_traits = new(KEYR, SR, CR)
    {
        Lock = FlashCr.LOCK,
        Program = FlashCr.PG,
        Start = FlashCr.STRT,
        Busy = FlashSr.Busy,
        Clearable = FlashSr.Clearable,
        Faults = FaultRules.OfPages(FlashSr.WRPERR, FlashSr.PROGERR, FlashSr.OPERR, FlashSr.Errors),
    };

    public override LoaderPart Loader => new("stm32wb");

    /// <summary>Our CPU is halted, so nobody else takes back what its firmware asked for. The other one's request is waited for.</summary>
    protected override void Prepare()
    {
        var before = Memory.Read(At, ACR);
        if (before.HasFlag(FlashAcr.PES))
        {
            Memory.Write(At, ACR, before & ~FlashAcr.PES);
        }
    }

    public override JobEvent.Repaired? Leftover() => Memory.Read(At, ACR).HasFlag(FlashAcr.PES)
        ? new JobEvent.Repaired("flash-resumed", $"The program had suspended the flash ({ACR.Show(Memory.Read(At, ACR))}); it was let go on.")
        : base.Leftover();

    protected override FlashCr WordOf(FlashBank bank, uint field) => FlashCr.PER | FlashCr.Page(field);

    /// <summary>None: a mass erase by CPU1 is refused, with a bus fault, as soon as the other CPU owns a page.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() => [];

    public override void AfterChange() => NoLongerEmpty(ACR, FlashAcr.EMPTY, before => before & ~FlashAcr.EMPTY);
}
