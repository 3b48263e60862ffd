namespace Nrst.Diagnosis.Causes;

/// <summary>TrustZone is on and the secure world is closed to the debugger.</summary>
internal sealed class TrustZoneClosed : Cause
{
    public override string Code => "NRST7068";

    public override string Why =>
        "With TZEN = 1 and secure debug off, flash, size register and secure peripherals refuse every access, and the core may not halt.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Go back to TZEN = 0 by a regression from read-out protection level 1 (it erases the chip), or use the tool that provisioned the board."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen is { Core: { SecureDebug: false, Identity.PartNumber: 0xD21 or 0xD20 or 0xD22 } core } && (seen.Chip?.Option("TZEN") == 1 || Refused(seen))
        ? new Verdict(
            seen.Chip?.Option("TZEN") == 1 ? Sureness.Certain : Sureness.Strong, "TrustZone is on, and the secure world is closed to a debugger.",
            [$"{core.Identity}, DHCSR.S_SDE = 0", .. seen.Chip?.Option("TZEN") is { } bit ? [$"TZEN = {bit}"] : (string[])[], .. seen.Job.Error is { } error ? [error.Message] : (string[])[]])
        : null;


    private static bool Refused(BoardObservations seen) => seen.Chip is { Device: null } or { SizeKiB: null } || seen.Job.Met("NRST3005");
}
