using Nrst.Flash.Loaders;
using static Nrst.Flash.Stm32WB.FlashRegisters;

namespace Nrst.Flash.Stm32WB;

/// <summary>
/// The flash of the STM32WB and WL, which two CPUs share: pages of 2 or 4 KiB, programmed 64 bits at a time.
/// Follows RM0434, "Flash main memory erase sequences" and "Flash main memory programming sequences", step by step.
/// </summary>
internal sealed class Stm32WBFlash(FlashChip chip) : FlashController(chip)
{
    private readonly Address _at = chip.Flash.Controller;

    public override LoaderPart Loader => new("stm32wb");

    /// <summary>Our CPU is halted, so nobody else takes back what its firmware asked for. The other one's request is waited for.</summary>
    protected override void Prepare()
    {
        var before = Memory.Read(_at, ACR);
        if (before.HasFlag(FlashAcr.PES))
        {
            Memory.Write(_at, ACR, before & ~FlashAcr.PES);
        }
    }

    public override JobEvent.Repaired? Leftover() => Memory.Read(_at, ACR).HasFlag(FlashAcr.PES)
        ? new JobEvent.Repaired("flash-resumed", $"The program had suspended the flash ({ACR.Show(Memory.Read(_at, ACR))}); it was let go on.")
        : base.Leftover();

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
        return new FlashStatus((flags & FlashSr.Busy) != 0, fault, SR.Show(flags));
    }

    /// <summary>FLASH_CR for erasing one page, without STRT.</summary>
    public override uint EraseWord(FlashSector sector) => (uint)(FlashCr.PER | FlashCr.Page(Chip.Layout.Banks[0].FieldOf(sector)));

    /// <summary>None: a mass erase by CPU1 is refused, with a bus fault, as soon as the other CPU owns a page.</summary>
    public override IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords() => [];

    protected override void StartErase(uint word)
    {
        Memory.Write(_at, CR, (FlashCr)word);
        Memory.Write(_at, CR, (FlashCr)word | FlashCr.STRT);
    }

    protected override void StartProgram(Address at) => Memory.Write(_at, CR, FlashCr.PG);

    /// <summary>Two words; the second one starts the operation.</summary>
    protected override void WriteUnit(Address at, ReadOnlySpan<byte> unit) => Memory.Write(at, unit);

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

    /// <summary>The flag is renewed when option bytes are loaded, and not by a reset, so a chip that was blank would stay in its boot loader.</summary>
    public override void AfterChange()
    {
        var before = Memory.Read(_at, ACR);
        if (before.HasFlag(FlashAcr.EMPTY) && Memory.Read32(Chip.Flash.Start) != Grain.ErasedWord)
        {
            Memory.Write(_at, ACR, before & ~FlashAcr.EMPTY);
        }
    }
}
