namespace Nrst.Diagnosis.Causes;

/// <summary>The core is locked up.</summary>
internal sealed class LockedUp : Cause
{
    public override string Code => "NRST7054";

    public override string Why =>
        "A fault inside a fault handler: the vectors lead nowhere, the stack is outside RAM, or the image was linked for another address.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Check that the image begins with its vector table, and is linked for where it was written."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Core is { IsLockedUp: true } core && seen.Flash is { IsBlank: false, Vectors.Count: > 1 } flash
        ? new Verdict(
            Sureness.Likely, "The program has locked the core up.",
            [
                $"DHCSR.S_LOCKUP is set", $"initial stack 0x{flash.Vectors[0]:X8}, reset vector 0x{flash.Vectors[1]:X8}{((flash.Vectors[1] & 1) == 0 ? ", which is no Thumb address" : "")}",
                .. core.Faults is { } faults ? [faults] : (string[])[],
            ])
        : null;
}
