namespace Nrst.Diagnosis.Causes;

/// <summary>The core waits for ever on a bus access.</summary>
internal sealed class BusHangs : Cause
{
    public override string Code => "NRST7053";

    public override string Why =>
        "The program reads an external memory that never answers (FMC, QSPI, HyperRAM): the core cannot halt, and every access through its access port waits behind it.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Hold BOOT0 high and switch the board off and on: the ROM bootloader runs instead of the program. Then erase it.", "nrst erase --all"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Job.Met("NRST3004") || seen.Silence?.Code == "NRST3004" || seen.NotSeen.Any(one => one.Contains("NRST3004", StringComparison.Ordinal))
            || seen.AccessPorts.Any(port => port.Refusal?.StartsWith("NRST3004", StringComparison.Ordinal) == true)
        ? new Verdict(Sureness.Strong, "The program waits for a memory that never answers, and the bus with it.", $"{(seen.Job.Error ?? seen.Silence)?.Message ?? (seen.NotSeen.Count > 0 ? seen.NotSeen[0] : null)}")
        {
            Against = seen.Core is { IsSleeping: true } ? ["the core sleeps"] : [],
        }
        : null;
}
