namespace Nrst.Diagnosis.Causes;

/// <summary>The same words of the flash read differently, all over it.</summary>
internal sealed class SupplyIntegrity : Cause
{
    public override string Code => "NRST7005";

    public override string Why =>
        "The supply of the core gives way when the flash is read quickly: the capacitors at VCAP are missing, too small or not soldered, or VDD is badly decoupled.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Measure VCAP: about 1.2 V, steady, with the capacitors of the data sheet (2.2 µF each on most chips) close to the pin."),
        new("Compare again at a lower SWD clock.", "nrst verify FILE --speed 480"),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        if (seen.Flash is { UnstableSectors: > 1 } flash)
        {
            return new Verdict(
                Sureness.Strong,
                "The supply of the core is not steady: the same words of the flash read differently each time.",
                $"{flash.Unstable.Count} words in {flash.UnstableSectors} of {flash.Sectors} sectors changed between three looks, the first at {flash.Unstable[0]}",
                Supply.Said(seen))
            {
                Against = seen.Wire.Any(sample => sample.Errors > 0) ? ["the wires lose transfers, too; noise on them looks alike"] : [],
            };
        }

        return seen.Job.EndedWith("NRST5106")
            ? new Verdict(Sureness.Likely, "The supply of the core is not steady: what was programmed reads differently each time.", seen.Job.Error!.Message, Supply.Said(seen))
            : null;
    }
}
