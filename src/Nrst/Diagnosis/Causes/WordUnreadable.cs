namespace Nrst.Diagnosis.Causes;

/// <summary>Words of the flash have a wrong error code.</summary>
internal sealed class WordUnreadable : Cause
{
    public override string Code => "NRST7081";

    public override string Why =>
        "An erase or a program broke off there. Every read of such a word faults, also one by the program.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Erase the sector and flash again; nrst does so by itself where the image covers it.", "nrst flash FILE"),
    ];

    public override Verdict? Judge(BoardObservations seen)
    {
        if (seen.Chip?.Protection is { Read: not Flash.ReadProtection.Level0 } or { ReadProtected.Count: > 0 } || seen.Flash is { EndsAt: not null })
        {
            return null; // what is protected, or is not there, cannot be read either
        }

        return seen.Flash switch
        {
            { Unreadable: { Count: > 0 } places } => new Verdict(
                Sureness.Strong, $"The flash cannot be read at {places[0]}: a word there has a wrong error code.", $"{places.Count} places of the flash fault, and those around them do not"),
            { EccRegister: { } value } => new Verdict(Sureness.Strong, "A word of the flash has a wrong error code.", $"FLASH_ECCR = 0x{value:X8}, ECCD is set"),
            _ => seen.Job.TextOf("sector-rewritten") is { } told ? new Verdict(Sureness.Likely, "The flash held words that could not be read.", told) : null,
        };
    }
}
