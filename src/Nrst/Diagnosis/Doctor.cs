using Nrst.Usb;

namespace Nrst.Diagnosis;

/// <summary>Looks at this machine's side and at the way to the chip. Looking and concluding are separate: this only looks.</summary>
public static class Doctor
{
    /// <summary>Never resets a target unless the options say to connect under reset; disturbs nothing otherwise.</summary>
    /// <param name="named">The only probe to look at, or null for all that are attached, virtual boards left out.</param>
    public static Observations Look(ProbeCatalog catalog, ProbeSelector? named, ConnectOptions options)
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
            Trials = [.. tried.Select(selector => Try(catalog, selector, options))],
        };
    }

    private static ProbeTrial Try(ProbeCatalog catalog, ProbeSelector selector, ConnectOptions options)
    {
        var trial = new ProbeTrial($"{selector}");
        try
        {
            var probe = catalog.Open(selector);
            var id = probe.Identity;
            trial = trial with { Probe = $"{id.Kind}, firmware {id.Firmware}, serial {id.Serial}" };
            // Looking is not to reset anything, and the other ways to connect do.
            using var target = Target.Connect(probe, options with { Mode = options.Mode is ConnectMode.Auto ? ConnectMode.HotPlug : options.Mode });
            target.ReadGeometry();
            return trial with { Chip = target.Chip.Name };
        }
        catch (UsageException)
        {
            throw; // the question was wrong, not the machine
        }
        catch (NrstException problem)
        {
            return trial with { Problem = problem };
        }
    }
}
