using System.Globalization;

namespace Nrst.Diagnosis.Causes;

/// <summary>The program runs under the independent watchdog.</summary>
internal sealed class WatchdogRuns : Cause
{
    public override string Code => "NRST7051";

    public override string Why =>
        "A core that a debugger halts cannot feed it, so the chip is reset in the middle. nrst freezes it while the core is halted, or feeds it from its loader.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Nothing with nrst. For other tools set DBG_IWDG_STOP in DBGMCU early in the program."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Core is { Resets: > 0, IsInReset: false } core && seen.Chip?.Watchdog is not null
        ? new Verdict(Sureness.Certain, "A watchdog resets the chip again and again.", $"{core.Resets} of {core.Looks} looks saw a reset that nobody asked for", Told(seen))
        : seen.Chip is { Watchdog: { } period } && period <= Short
        ? new Verdict(Sureness.Likely, "The program runs under a short independent watchdog.", Told(seen)) : null;


    // Longer ones let a debugger do its work.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(1);

    private static string Told(BoardObservations seen) =>
        string.Create(CultureInfo.InvariantCulture, $"IWDG_PR and IWDG_RLR are set to {seen.Chip!.Watchdog!.Value.TotalMilliseconds:0} ms");
}
