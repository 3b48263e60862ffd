namespace Nrst.Diagnosis.Causes;

/// <summary>PDR_ON low and no supervisor: the chip never leaves power-down reset.</summary>
internal sealed class PowerDownReset : Cause
{
    public override string Code => "NRST7007";

    public override string Why =>
        "On packages with a PDR_ON pin a low level switches the internal reset off; without an external supervisor the chip then never starts, and SWDIO stays high.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Connect PDR_ON to VDD, or NRST to a supervisor."),
    ];

    public override Verdict? Judge(BoardObservations seen) => SilentChip.Is(seen) && MayHavePin(seen.Named) is { } sureness
        ? new Verdict(sureness, "Or the chip is kept in power-down reset: PDR_ON is low, where its package has that pin.", SilentChip.Seen(seen))
        : null;

    /// <summary>Packages of 144 pins or balls and more of the F2, F4, F7 and H7 have the pin; a chip that nobody named may.</summary>
    private static Sureness? MayHavePin(string? named) => named is null ? Sureness.Possible
        : named.Length == 11 && named.ToUpperInvariant() is var part && part[5..7] is "F2" or "F4" or "F7" or "H7" && "ZIBNXA".Contains(part[^2], StringComparison.Ordinal) ? Sureness.Likely
        : null;
}
