using Nrst.Diagnosis.Examining;
using Nrst.Usb;

namespace Nrst.Diagnosis;

/// <summary>Looks at this machine's side, at the way to the chip, and at the chip. Looking and concluding are separate: this only looks.</summary>
public static class Doctor
{
    /// <summary>Never resets a chip that can be reached as it runs, unless the options say to connect under reset; disturbs nothing otherwise.</summary>
    /// <param name="named">The only probe to look at, or null for all that are attached, virtual boards left out.</param>
    /// <param name="mayReset">The chips may be reset, which shows what their two ways to be reset do.</param>
    public static Observations Look(ProbeCatalog catalog, ProbeSelector? named, ConnectOptions options, bool mayReset = false)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(options);
        var survey = named is null ? catalog.Survey() : null;
        IEnumerable<ProbeSelector> tried = named is not null
            ? [named]
            : survey!.Probes.Where(probe => probe.CannotOpen is null && probe.Selector is not ProbeSelector.Virtual).Select(probe => probe.Selector);
        return new Observations
        {
            Survey = survey,
            UdevRules = OperatingSystem.IsLinux() ? UdevRules.Installed() : null,
            MayOpenAnything = Environment.IsPrivilegedProcess,
            Trials = [.. tried.Select(selector => Try(catalog, selector, options, mayReset))],
        };
    }

    /// <summary>
    /// Looks at the board behind an open probe, from its supply to its flash. Changes no flash, no option byte and no RAM; takes no longer than half a
    /// minute on the probe's clock.
    /// </summary>
    /// <param name="job">What a job has met already; <see cref="JobTrail.None"/> where there was none.</param>
    /// <param name="mayReset">The chip may be reset. One that cannot be reached otherwise is, whatever this says.</param>
    /// <exception cref="ProbeException">The probe itself failed.</exception>
    public static BoardObservations Examine(IDebugProbe probe, ConnectOptions options, JobTrail job, bool mayReset)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(job);
        return new BoardExaminer(probe, options, job, mayReset).Examine();
    }

    private static ProbeTrial Try(ProbeCatalog catalog, ProbeSelector selector, ConnectOptions options, bool mayReset)
    {
        try
        {
            using var probe = catalog.Open(selector);
            return LookAt(probe, $"{selector}", options, mayReset);
        }
        catch (ProbeException problem)
        {
            return new ProbeTrial($"{selector}") { Problem = problem };
        }
    }

    /// <summary>Connects to the board behind an open probe as far as it goes, and examines it.</summary>
    /// <param name="name">How the probe was named.</param>
    public static ProbeTrial LookAt(IDebugProbe probe, string name, ConnectOptions options, bool mayReset)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(options);
        var id = probe.Identity;
        var trial = new ProbeTrial(name) { Probe = $"{id.Kind}, firmware {id.Firmware}, serial {id.Serial}" };
        var notes = new TrailNotes();
        // Looking is not to reset anything, and the other ways to connect do.
        var gently = options with { Mode = options.Mode is ConnectMode.Auto ? ConnectMode.HotPlug : options.Mode, Listener = notes.Listen };
        try
        {
            using var target = Target.Connect(probe, gently, leaveOpen: true);
            target.ReadGeometry();
            trial = trial with { Chip = target.Chip.Name };
        }
        catch (UsageException)
        {
            throw; // the question was wrong, not the machine
        }
        catch (NrstException problem)
        {
            trial = trial with { Problem = problem };
        }

        try
        {
            return trial.Problem is null or TargetException ? trial with { Board = Examine(probe, options, notes.Trail(trial.Problem), mayReset) } : trial;
        }
        catch (ProbeException problem)
        {
            return trial with { Problem = trial.Problem ?? problem };
        }
    }
}
