namespace Nrst.Diagnosis.Causes;

/// <summary>The probe is a copy of an ST-LINK.</summary>
internal sealed class ProbeIsCopy : Cause
{
    public override string Code => "NRST7030";

    public override string Why =>
        "Copies answer like an ST-LINK and often fail in their own ways: NRST that does nothing, a voltage that is never measured, firmware that cannot be updated.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Nothing, as long as it works. If it does not, try a genuine probe before anything else."),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        var signs = new List<string>();
        if (seen.Probe is { Kind: var kind, Serial: var serial } && kind.Contains("ST-LINK", StringComparison.Ordinal) && (serial.Length != 24 || !serial.All(char.IsAsciiHexDigit)))
        {
            signs.Add($"its serial number '{serial}' is not one of 24 hexadecimal digits");
        }

        return signs.Count > 0 ? new Verdict(Sureness.Possible, "The probe is a copy of an ST-LINK.", signs) : null;
    }
}
