using Nrst.VirtualBench.Rom;

namespace Nrst.VirtualBench.Faults;

/// <summary>A fault of the bootloader in the ROM, or of the serial line to it.</summary>
internal sealed class LoaderFault(string name, string? argument, string description, Func<RomFaults, uint, RomFaults> add) : FaultKind
{
    public override string Name => name;

    public override string? Argument => argument;

    public override string Description => description;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LoaderFault> All { get; } =
    [
        new("dfu-erase-dropped", null, "The USB bootloader reports erases as done that never took place.", (faults, _) => faults with { EraseDropped = true }),
        new("dfu-write-dropped", null, "The USB bootloader reports blocks as written that it threw away.", (faults, _) => faults with { WriteDropped = true }),
        new("dfu-reports-ok", null, "The USB bootloader reports as done what it refused.", (faults, _) => faults with { ReportsOk = true }),
        new("dfu-stall-while-busy", null, "The USB bootloader answers with STALL while the flash is busy, as on STM32L43x.", Quirk(RomQuirks.StallsWhileBusy)),
        new("dfu-bank2-never-ready", null, "The USB bootloader stays busy for ever with an erase in bank 2, as V9.1 of the STM32H743.", Quirk(RomQuirks.Bank2NeverReady)),
        new("dfu-first-status-error", null, "The first status of the USB bootloader is dfuERROR, errFIRMWARE.", (faults, _) => faults with { FirstStatusError = true }),
        new("dfu-string-garbled", null, "The layout string of the flash breaks off in the middle.", (faults, _) => faults with { StringGarbled = true }),
        new("dfu-tail-lost", null, "The bootloader loses the end of a block that does not fill a flash word, as on STM32H743.", Quirk(RomQuirks.LosesTail)),
        new("dfu-no-mass-erase", null, "The mass erase of the USB bootloader is reported as done and does nothing, as V13.3 of the STM32H7.", Quirk(RomQuirks.MassEraseDoesNothing)),
        new("uart-noise", "PPM", "The serial line to the bootloader is noisy: so many bytes in a million have a wrong bit.", (faults, ppm) => faults with { NoisePpm = (int)ppm }),
        new("uart-loses-bytes", "PPM", "The serial line to the bootloader loses so many bytes in a million.", (faults, ppm) => faults with { LossPpm = (int)ppm }),
        new("uart-nack-at", "COMMAND", "The serial bootloader refuses this command, counted from its start.", (faults, at) => faults with { NackAt = at }),
        new("uart-silent-at", "COMMAND", "The serial bootloader does not answer this command, counted from its start.", (faults, at) => faults with { SilentAt = at }),
        new("uart-deaf-above", "BAUD", "The serial bootloader measures baud rates above this one wrongly: it synchronises, and understands nothing.", (faults, baud) => faults with { DeafAbove = (int)baud }),
        new("uart-page-limit", "PAGES", "The serial bootloader refuses an erase of more pages at once.", (faults, pages) => faults with { PageLimit = (int)pages }),
        new("uart-wants-parity", null, "The serial bootloader takes bytes without even parity for noise.", (faults, _) => faults with { WantsParity = true }),
        new("uart-two-nacks", null, "The serial bootloader refuses twice under read protection, as on STM32F40x.", Quirk(RomQuirks.TwoNacks)),
        new("uart-no-ack-on-go", null, "The serial bootloader does not acknowledge the Go command, only its address, as V9.0 of the STM32H743.", Quirk(RomQuirks.NoAckOnGo)),
        new("uart-no-nack-for-address", null, "The serial bootloader meets a bad address with silence, as V3.0.", Quirk(RomQuirks.NoNackForAddress)),
        new("uart-reads-erased", null, "What the serial bootloader reads straight behind a write of the same block looks erased, as on STM32H723.", Quirk(RomQuirks.ReadsErasedAfterWrite)),
        new("uart-two-acks", null, "The serial bootloader acknowledges the first byte twice, as on STM32L412.", Quirk(RomQuirks.TwoAcksOnConnect)),
        new("uart-checksum", null, "The serial bootloader has the command Get Checksum, as V3.3.", Quirk(RomQuirks.Checksum)),
        new("uart-checksum-in-bytes", null, "The serial bootloader has a Get Checksum that takes its length in bytes and no polynomial, as before AN3155 had it.", Quirk(RomQuirks.Checksum | RomQuirks.ChecksumInBytes)),
        new("uart-checksum-wrong", null, "The Get Checksum of the serial bootloader tells another checksum than that of the memory.", Quirk(RomQuirks.Checksum | RomQuirks.ChecksumWrong)),
    ];

    internal override void Spoil(BoardPhysics board, uint argument) => board.Chip = board.Chip with { Rom = add(board.Chip.Rom, argument) };

    private static Func<RomFaults, uint, RomFaults> Quirk(RomQuirks quirk) => (faults, _) => faults with { Quirks = faults.Quirks | quirk };
}
