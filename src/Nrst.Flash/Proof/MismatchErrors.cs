using static Nrst.Flash.MismatchClassifier;

namespace Nrst.Flash;

/// <summary>A failed proof in words: each kind of difference has a number and a page of its own.</summary>
internal static class MismatchErrors
{
    private const int MostPlaces = 4;

    private static readonly Remedy s_flash = new("Flash the image.", "nrst flash FILE");
    private static readonly Remedy s_eraseFirst = new("Flash again and erase first.", "nrst flash FILE --always-erase");

    public static ProofException Failure(Comparison seen)
    {
        var verdict = Classify(seen);
        var mismatch = verdict.Mismatch;
        var first = mismatch.Ranges[0].Start;
        var (code, fact, cause, remedies) = Words(mismatch, first, seen);
        return new ProofException(code, first, fact)
        {
            LikelyCause = cause,
            Evidence = [FirstDifference(seen, first), Places(mismatch), .. verdict.Evidence, .. AfterSecondLook(seen, mismatch)],
            Remedies = remedies,
            Mismatch = mismatch,
        };
    }

    /// <summary>What differs where, for an error that has words of its own.</summary>
    public static string Places(Mismatch mismatch)
    {
        var shown = mismatch.Ranges.Take(MostPlaces).Select(range => range.Length == 1 ? $"{range.Start}" : $"{range}");
        var more = mismatch.Ranges.Count - MostPlaces;
        var count = mismatch.BytesDifferent == 1 ? "1 byte differs" : Told($"{mismatch.BytesDifferent:N0} bytes differ");
        return Told($"{count} of {mismatch.BytesCompared:N0} that were compared: {string.Join(", ", shown)}{(more > 0 ? Told($" and {more:N0} more places") : "")}");
    }

    private static string FirstDifference(Comparison seen, Address first)
    {
        var part = seen.Parts.First(part => part.Range.Contains(first));
        var at = (int)(first - part.At);
        return seen.Unreadable.Any(range => range.Contains(first))
            ? $"first difference at {first}: expected 0x{part.Wanted.Span[at]:X2}, and it cannot be read"
            : $"first difference at {first}: expected 0x{part.Wanted.Span[at]:X2}, found 0x{part.Found.Span[at]:X2}";
    }

    private static string[] AfterSecondLook(Comparison seen, Mismatch mismatch) =>
        seen.Again.Count == 0 || mismatch.RereadsDiffer ? [] : [Told($"{seen.Again.Sum(look => (long)look.First.Length):N0} bytes were read a second time, and were the same")];

    private static (string Code, string Fact, string Cause, IReadOnlyList<Remedy> Remedies) Words(Mismatch mismatch, Address first, Comparison seen) => mismatch.Kind switch
    {
        MismatchKind.OldContents => (
            "NRST5101",
            $"The flash at {first} holds still what it held before: it was neither erased nor programmed.",
            "The flash did not carry out what it was told: write protection that nobody reported, a supply too low for its charge pump, a chip that is not what it says, or a loader that reports as done what it does not do.",
            [new Remedy("See whether option bytes protect the sector.", "nrst info"), s_eraseFirst]),
        MismatchKind.NotErased => (
            "NRST5102",
            $"The flash at {first} was programmed without having been erased: the old and the new contents are on top of each other.",
            "The erase was dropped or cut short, or something else programmed the flash without erasing it.",
            [s_eraseFirst, new Remedy("If it stays, erase the whole flash, and measure the supply while it does.", "nrst erase --all")]),
        MismatchKind.Blank => (
            "NRST5103",
            $"The flash is blank at {first}, where 0x{WantedAt(seen, first):X2} belongs: it was not programmed.",
            "Programming was dropped, broke off, or was never begun.",
            [s_flash, new Remedy("If it was just flashed, the supply may be too low to program: see what is measured.", "nrst info")]),
        MismatchKind.OtherBank => (
            "NRST5104",
            $"What belongs at {first} lies at the same place of the other bank.",
            "The option bytes exchange the two banks, or have been changed since the image was flashed.",
            [new Remedy("See which bank comes first.", "nrst info"), new Remedy("Flash the image to where it is to run now.", "nrst flash FILE")]),
        MismatchKind.Moved => (
            "NRST5105",
            Told($"From {first} on the right bytes lie {Math.Abs(mismatch.MovedBy!.Value):N0} bytes too {(mismatch.MovedBy > 0 ? "high" : "low")}."),
            mismatch.MovedBy > 0 ? "A block came twice on its way to the chip." : "Bytes were lost on their way to the chip.",
            [s_eraseFirst, new Remedy("Use another cable and another port, without a hub.", "nrst doctor")]),
        MismatchKind.Unsteady => (
            "NRST5106",
            $"The flash reads differently each time at {first}.",
            "The supply of the core or of the flash is unsteady, as with a missing capacitor at VCAP, or the wires pick up noise; an erase that was torn off leaves such cells, too.",
            [
                new Remedy("Measure VDD, and VCAP where the chip has it (about 1.2 V).", "nrst doctor"),
                new Remedy("Compare again at a lower SWD clock.", "nrst verify FILE --speed 950"),
            ]),
        MismatchKind.Rewritten => (
            "NRST5107",
            $"The running program has written into its flash at {first}.",
            "A program that keeps settings, counters or an emulated EEPROM in its flash. The image itself may be all there.",
            [new Remedy("Compare while the program is held.", "nrst flash FILE --reset halt")]),
        MismatchKind.BeyondFlash => (
            "NRST5108",
            $"The flash of this chip ends at {mismatch.FlashEnd}, sooner than the chip says.",
            "A smaller part that was marked as a larger one, or a clone.",
            [new Remedy("See what the chip says of itself, and look at its marking.", "nrst info"), new Remedy("Build the program for the part that it really is.")]),
        MismatchKind.StuckCells => (
            "NRST5109",
            $"Single cells of the flash at {first} are not as they should be, and everything around them is right.",
            "Worn or damaged cells. In a chip that was not just flashed, a bit that fell over.",
            [s_eraseFirst, new Remedy("If the same place stays wrong, the chip is worn out: replace it, or keep the image off that sector.")]),
        MismatchKind.Unreadable => (
            "NRST5110",
            $"The flash cannot be read at {seen.Unreadable[0].Start}.",
            seen.HasEcc
                ? "A word there has a wrong error code, as an erase or a program leaves it that broke off."
                : "There is no flash behind this address, or its controller is shut off.",
            [new Remedy("Erase its sector, then flash again.", $"nrst erase --range {SectorOf(seen, seen.Unreadable[0].Start)}")]),
        MismatchKind.PartlyErased => (
            "NRST5111",
            $"Some bits of the flash at {first} did not come back with the erase.",
            "The sector is worn, or the supply sagged while it was erased.",
            [s_eraseFirst, new Remedy("If other bits stay each time, measure the supply; if the same stay, the sector is worn out.")]),
        _ => (
            "NRST5001",
            $"The flash holds 0x{FoundAt(seen, first):X2} at {first} where 0x{WantedAt(seen, first):X2} belongs.",
            Constant(seen) is { } constant
                ? $"Everything that differs reads 0x{constant:X2}: the flash does not answer as it should."
                : "The chip holds another program, or a program that was changed after it was flashed.",
            [s_flash, new Remedy("If it was just flashed, erase first; a place that stays wrong is worn out.", "nrst flash FILE --always-erase")]),
    };

    private static byte WantedAt(Comparison seen, Address at) => seen.Parts.Where(part => part.Range.Contains(at)).Select(part => part.Wanted.Span[(int)(at - part.At)]).First();

    private static byte FoundAt(Comparison seen, Address at) => seen.Parts.Where(part => part.Range.Contains(at)).Select(part => part.Found.Span[(int)(at - part.At)]).First();

    private static AddressRange SectorOf(Comparison seen, Address at) => seen.Layout.Sectors.First(sector => sector.Range.Contains(at)).Range;

    private static byte? Constant(Comparison seen)
    {
        var stretches = new Differences(seen).Stretches;
        var value = stretches[0].Found[0];
        return stretches.Sum(stretch => (long)stretch.Found.Length) >= EnoughBytes && stretches.All(stretch => !stretch.Found.ContainsAnyExcept(value)) ? value : null;
    }
}
