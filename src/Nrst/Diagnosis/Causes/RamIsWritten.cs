namespace Nrst.Diagnosis.Causes;

/// <summary>RAM changes while the core stands still.</summary>
internal sealed class RamIsWritten : Cause
{
    public override string Code => "NRST7052";

    public override string Why =>
        "A DMA channel, Ethernet or USB that the program has started goes on writing. A loader in that RAM would be overwritten while it runs.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Let nrst reset the chip (the default); do not flash by --connect attach.", "nrst flash FILE --connect normal"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.RamWrittenWhileHalted is { Count: > 0 } words
        ? new Verdict(Sureness.Certain, "Something other than the core writes into RAM.", $"{words.Count} words changed while the core was halted, the first at {words[0]}") : null;
}
