using Nrst.Usb;

namespace Nrst.Diagnosis;

/// <summary>Observations in, findings or none out. No rule touches anything.</summary>
public delegate IEnumerable<Finding> Rule(Observations seen);

/// <summary>What can be wrong between this machine and the chip, in the order in which it would be put right.</summary>
public static class MachineRules
{
    public static IReadOnlyList<Rule> All { get; } = [UsbOutOfReach, ProbesOutOfReach, NothingAttached, NoUdevRule, BoardsThatAreIll];

    public static IReadOnlyList<Finding> Conclude(Observations seen) => [.. All.SelectMany(rule => rule(seen))];

    private static IEnumerable<Finding> UsbOutOfReach(Observations seen) =>
        seen.Survey is { } survey ? survey.Problems.Select(problem => Finding.From(problem)) : [];

    private static IEnumerable<Finding> ProbesOutOfReach(Observations seen) =>
        seen.Survey is { } survey
            ? survey.Probes.Select(probe => probe.Problem).OfType<NrstException>().Select(problem => problem.Code == "NRST1105" && Rules(seen) is { } rules
                ? Finding.From(problem, rules)
                : Finding.From(problem))
            : [];

    private static IEnumerable<Finding> NothingAttached(Observations seen) =>
        seen.Survey is { Problems: [] } survey && survey.Probes.All(probe => probe.Selector is ProbeSelector.Virtual)
            ? [Finding.From(ProbeCatalog.NoneAttached())]
            : [];

    // Where a probe is attached, whether it can be opened says more than any file.
    private static IEnumerable<Finding> NoUdevRule(Observations seen) =>
        seen is { UdevRules: [], MayOpenAnything: false } && NothingAttached(seen).Any()
            ? [new Finding(
                "NRST1113",
                "No udev rule gives this user access to ST-LINKs.",
                "A probe plugged in now could be seen, but not opened.",
                ["no installed rule file speaks of ST-LINKs"],
                [new Remedy($"Install the rule file {UdevRules.File}.", UdevRules.InstallCommand)])]
            : [];

    private static IEnumerable<Finding> BoardsThatAreIll(Observations seen) =>
        seen.Trials.SelectMany(trial => (trial.Board is { } board ? BoardRules.Conclude(board) : trial.Problem is { } problem ? [Finding.From(problem)] : [])
            .Select(finding => finding with { Evidence = [.. finding.Evidence, $"tried with --probe {trial.Selector}"] }));

    private static string? Rules(Observations seen) => seen.UdevRules switch
    {
        null => null,
        [] => "no udev rule for ST-LINKs is installed",
        var rules => $"installed rules: {string.Join(", ", rules)}",
    };
}
