using System.Globalization;
using System.Text;

namespace Nrst.Flash;

/// <param name="AlwaysErase">Erase every sector the image touches, even where that looks needless.</param>
/// <param name="Keep">Put the other data of an erased sector back.</param>
/// <param name="ChipErase">Leave nothing on the chip but the image.</param>
public sealed record PlanOptions(bool AlwaysErase = false, bool Keep = false, bool ChipErase = false);

public enum StepKind
{
    Keep,
    Erase,
    Program,
    Verify,
}

/// <summary>One line of a plan: what is done where, and why.</summary>
/// <param name="Sector">Null where the step concerns the whole flash.</param>
/// <param name="Bytes">Erased, programmed, left alone or compared, by kind.</param>
public sealed record PlanStep(StepKind Kind, FlashSector? Sector, long Bytes, string Reason);

/// <summary>What happens to one sector.</summary>
/// <param name="Program">Parts of the image's runs to be written; whole units.</param>
/// <param name="Preserve">Other data to be read before the erase and written back after it.</param>
public sealed record SectorPlan(
    WantedSector Wanted, bool Erase, IReadOnlyList<WantedRun> Program, IReadOnlyList<AddressRange> Preserve)
{
    public FlashSector Sector => Wanted.Sector;
    public bool Changes => Erase || Program.Count > 0;
}

/// <summary>The work a flash job will do, decided before anything is changed. Prints as a table.</summary>
/// <param name="MassErase">All banks at once instead of sector by sector.</param>
public sealed record FlashPlan(IReadOnlyList<SectorPlan> Sectors, IReadOnlyList<PlanStep> Steps, bool MassErase)
{
    public long BytesErased => Sectors.Where(sector => sector.Erase).Sum(sector => (long)sector.Sector.Range.Length);

    /// <summary>Image bytes that are already there.</summary>
    public long BytesSkipped => Sectors.Sum(sector => (long)sector.Wanted.ImageBytes) - BytesProgrammed;

    /// <summary>Image bytes that will be written.</summary>
    public long BytesProgrammed => Sectors.Sum(sector => sector.Program.Sum(run => (long)run.ImageBytes));

    public bool ChangesNothing => !Sectors.Any(sector => sector.Changes);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var step in Steps)
        {
            var place = step.Sector is { } sector ? $"sector {sector.Number,-3} {sector.Range}" : "all        ";
            text.Append(CultureInfo.InvariantCulture, $"{place,-34}  {Name(step.Kind),-8} {step.Reason}").Append('\n');
        }

        return text.Append(
            CultureInfo.InvariantCulture,
            $"erased {BytesErased:N0}, programmed {BytesProgrammed:N0}, already there {BytesSkipped:N0} bytes").ToString();
    }

    private static string Name(StepKind kind) => kind switch
    {
        StepKind.Keep => "keep",
        StepKind.Erase => "erase",
        StepKind.Program => "program",
        _ => "verify",
    };
}
