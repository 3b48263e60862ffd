using System.Globalization;
using Nrst.Images;

namespace Nrst.Flash;

/// <summary>Decides what to erase, keep and program. Touches nothing.</summary>
public static class FlashPlanner
{
    /// <param name="known">One for each sector, in the same order; null where the sector was not looked at.</param>
    public static FlashPlan Plan(
        FirmwareImage image,
        IReadOnlyList<FlashSector> sectors,
        IReadOnlyList<SectorKnowledge?> known,
        PlanOptions options,
        FlashGrain? grain = null)
    {
        ArgumentNullException.ThrowIfNull(known);
        return Plan(WantedSector.Split(image, sectors, grain), known, options);
    }

    internal static FlashPlan Plan(
        IReadOnlyList<WantedSector> wanted, IReadOnlyList<SectorKnowledge?> known, PlanOptions options, bool massErase = false)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (known.Count != wanted.Count)
        {
            throw new ArgumentException("There must be one piece of knowledge, or null, for each sector.", nameof(known));
        }

        if (options is { Keep: true, ChipErase: true })
        {
            throw new UsageException("NRST0301", "A chip erase cannot keep other data.")
            {
                LikelyCause = "--keep and --chip-erase were given together, and one says the opposite of the other.",
                Remedies = [new Remedy("Decide for one of them.", "nrst flash FILE --keep")],
            };
        }

        var sectors = new List<SectorPlan>();
        var steps = new List<PlanStep>();
        for (var i = 0; i < wanted.Count; i++)
        {
            if (wanted[i].Runs.Count > 0)
            {
                PlanTouched(wanted[i], known[i], options, massErase, sectors, steps);
            }
            else if (options.ChipErase)
            {
                PlanUntouched(wanted[i], known[i], options.AlwaysErase || massErase, sectors, steps);
            }
        }

        var total = sectors.Sum(sector => (long)sector.Wanted.ImageBytes);
        steps.Add(new PlanStep(StepKind.Verify, null, total, $"{Count(total)} against the image"));
        return new FlashPlan(sectors, steps, massErase);
    }

    private static void PlanTouched(
        WantedSector wanted, SectorKnowledge? known, PlanOptions options, bool massErase, List<SectorPlan> sectors, List<PlanStep> steps)
    {
        var sector = wanted.Sector;
        var dropOthers = options.ChipErase && known is not { Other.Count: 0 };
        if (known is { NeedsNoErase: true } && !options.AlwaysErase && !massErase && !dropOthers)
        {
            PlanWithoutErase(wanted, known, sectors, steps);
            return;
        }

        var preserve = options.Keep ? known?.Other ?? [] : [];
        sectors.Add(new SectorPlan(wanted, Erase: true, wanted.Runs, preserve));
        steps.Add(new PlanStep(StepKind.Erase, sector, sector.Range.Length, WhyErase(known, options, massErase)));
        steps.Add(new PlanStep(StepKind.Program, sector, wanted.ImageBytes, Count(wanted.ImageBytes)));
    }

    private static void PlanWithoutErase(WantedSector wanted, SectorKnowledge known, List<SectorPlan> sectors, List<PlanStep> steps)
    {
        var program = wanted.Runs.Zip(known.Runs)
            .Where(pair => pair.Second.Match == RunMatch.Appendable)
            .Select(pair => From(pair.First, pair.Second.From))
            .ToList();
        sectors.Add(new SectorPlan(wanted, Erase: false, program, []));
        if (program.Count == 0)
        {
            steps.Add(new PlanStep(StepKind.Keep, wanted.Sector, wanted.ImageBytes, "already holds these bytes"));
            return;
        }

        var bytes = program.Sum(run => run.ImageBytes);
        var why = bytes == wanted.ImageBytes ? "blank, not erased" : $"blank from {program[0].Start} on, not erased";
        steps.Add(new PlanStep(StepKind.Program, wanted.Sector, bytes, $"{Count(bytes)}; {why}"));
    }

    private static void PlanUntouched(
        WantedSector wanted, SectorKnowledge? known, bool always, List<SectorPlan> sectors, List<PlanStep> steps)
    {
        var sector = wanted.Sector;
        if (known is { Other.Count: 0 } && !always)
        {
            steps.Add(new PlanStep(StepKind.Keep, sector, sector.Range.Length, "already blank"));
            return;
        }

        sectors.Add(new SectorPlan(wanted, Erase: true, [], []));
        steps.Add(new PlanStep(StepKind.Erase, sector, sector.Range.Length, "chip erase was asked for"));
    }

    private static string WhyErase(SectorKnowledge? known, PlanOptions options, bool massErase)
    {
        var why = known switch
        {
            _ when options.ChipErase => "chip erase was asked for",
            _ when massErase => "everything at once is faster, and nothing else is in the flash",
            _ when options.AlwaysErase => "always erasing was asked for",
            null => "not looked at",
            _ => "holds other bytes where the image lies",
        };
        if (known is { IsComplete: false })
        {
            return $"{why}; what else it holds was not read and will be lost; --keep keeps it";
        }

        return known is not { Other.Count: > 0 } || options.ChipErase
            ? why
            : $"{why}; {Others(known)} {(options.Keep ? "will be written back" : "will be lost; use --keep")}";
    }

    private static string Others(SectorKnowledge known) =>
        known.Other.Count == 1
            ? $"{Count(known.OtherBytes)} of other data at {known.Other[0].Start}"
            : $"{Count(known.OtherBytes)} of other data in {known.Other.Count} places from {known.Other[0].Start} on";

    private static WantedRun From(WantedRun run, Address from)
    {
        var cut = (int)(from - run.Start);
        return cut == 0
            ? run
            : new WantedRun(from, run.Data[cut..], [.. run.Holes.Where(hole => hole >= cut).Select(hole => hole - cut)]);
    }

    private static string Count(long bytes) =>
        string.Create(CultureInfo.InvariantCulture, $"{bytes:N0} {(bytes == 1 ? "byte" : "bytes")}");
}
