using Nrst.Bootloaders.Usart;

namespace Nrst.Diagnosis;

/// <summary>What can stand between this machine and a chip's loader. No rule touches anything.</summary>
public static class LoaderRules
{
    public static IReadOnlyList<Finding> Conclude(LoaderObservations seen)
    {
        ArgumentNullException.ThrowIfNull(seen);
        return [.. Went(seen), .. Nobody(seen), .. NoWayOut(seen), .. Closed(seen)];
    }

    private static IEnumerable<Finding> Went(LoaderObservations seen) => seen.Problem is { } problem ? [Finding.From(problem, $"tried with --probe {seen.Place}")] : [];

    /// <summary>Silence, noise, and a program that talks look alike to a user and have different cures.</summary>
    private static IEnumerable<Finding> Nobody(LoaderObservations seen)
    {
        if (seen.Problem is not null || seen.Loader is not null || seen.Trials.Count == 0)
        {
            return [];
        }

        string[] tried = [.. seen.Trials.Select(Line)];
        return [Finding.From(seen.Talk is { } talk ? UsartScout.ProgramTalks(seen.Place, talk) : UsartScout.NobodyAnswers(seen.Place, []), tried)];
    }

    private static IEnumerable<Finding> NoWayOut(LoaderObservations seen) => seen.Trials is [.., { LetsGo: false, Wiring: { } wiring }]
        ? [new Finding(
            "NRST3514",
            $"The wiring {wiring} resets the chip, and it starts in its loader also when BOOT0 is to be low.",
            "A jumper or a resistor holds BOOT0 high, the wire to BOOT0 is missing, or there is no program in the flash.",
            [.. seen.Trials.Select(Line)],
            [new Remedy("Take the jumper away, or leave the chip in its loader after programming.", $"nrst flash FILE --probe {seen.Place} --boot-wiring {wiring} --reset none")])]
        : [];

    private static IEnumerable<Finding> Closed(LoaderObservations seen) => seen.ReadProtected
        ? [new Finding(
            "NRST6501",
            "The loader refuses to read the flash: the chip is read-protected.",
            "RDP in the option bytes was set, by a production tool or by the firmware itself.",
            [$"{seen.Loader} at {seen.Place}"],
            [new Remedy("Lift the protection with a debug probe. That erases the whole chip.", "nrst info")])]
        : [];

    /// <summary><c>rts-nrst,!dtr-boot0: nothing came</c>.</summary>
    public static string Line(WiringTrial trial)
    {
        ArgumentNullException.ThrowIfNull(trial);
        return !trial.IsSteady ? $"{trial.Wiring}: {trial.Seen}, and nothing more when BOOT0 alone was lowered"
            : $"{trial.Wiring ?? "as it was"}: {trial.Seen}{(trial.LetsGo switch { true => ", and the program starts again", false => ", and again with BOOT0 low", null => "" })}";
    }
}
