using System.Globalization;

namespace Nrst.Connecting;

/// <summary>Tries one way to get hold of the chip after the other, in an order that everybody can see, until one works.</summary>
internal sealed class ConnectLadder
{
    private readonly IDebugProbe _probe;
    private readonly ConnectOptions _options;
    private readonly RungTools _tools;
    private readonly RungChoice _choice;
    private readonly List<RungReport> _reports = [];
    private readonly List<JobEvent.Repaired> _repairs = [];
    private NrstException? _first;
    private IReadOnlyList<WireQuality>? _measured;

    public ConnectLadder(IDebugProbe probe, ConnectOptions options, double? volts)
    {
        (_probe, _options) = (probe, options);
        _tools = new RungTools(probe, options, probe.Clock.Now + options.Limit);
        _choice = new RungChoice(options, volts);
    }

    public IReadOnlyList<RungReport> Reports => _reports;

    public IReadOnlyList<JobEvent.Repaired> Repairs => _repairs;

    /// <summary>The SWD clock in use, in kHz.</summary>
    public int Kilohertz => _tools.Kilohertz;

    /// <exception cref="TargetException">No way worked. It is what the first one met, with what the others met as evidence.</exception>
    public Contact Climb()
    {
        var last = _options.Mode is ConnectMode.Auto ? _options.Memory?.Recall(_probe.Identity.Serial) : null;
        foreach (var rung in RungChoice.Order(_options.Mode, last))
        {
            if ((_tools.Left > TimeSpan.Zero ? _choice.WhyNot(rung) : TimeIsUp()) is { } reason)
            {
                Report(rung, RungOutcome.Skipped, reason, TimeSpan.Zero);
            }
            else if (Try(rung) is { } contact)
            {
                Remember(rung, contact, last);
                Tell(rung);
                return contact;
            }
        }

        if (_measured is { } measured && measured.Any(one => one.Errors > 0))
        {
            _first!.AddEvidence($"the wires lose transfers at every clock: {string.Join("; ", measured)}");
        }

        foreach (var report in _reports.Skip(1))
        {
            _first!.AddEvidence($"{report.Name}: {(report.Outcome is RungOutcome.Skipped ? "left out, " : "")}{report.Observed}");
        }

        throw _first!;
    }

    private Contact? Try(ConnectRung rung)
    {
        var start = _probe.Clock.Now;
        try
        {
            var contact = rung.Climb(_tools);
            Report(rung, RungOutcome.Connected, $"{contact.Chip.Name} at {_tools.Kilohertz} kHz", _probe.Clock.Now - start);
            return contact;
        }
        catch (Exception failure) when (failure is TargetException or ProbeException { Code: "NRST1319" })
        {
            var error = (NrstException)failure;
            _tools.LetGo();
            _choice.Saw(rung, error);
            Report(rung, RungOutcome.Failed, Seen(error), _probe.Clock.Now - start);
            if (_choice.IsTheAnswer(error))
            {
                throw;
            }

            _first ??= error;
            return _choice.SuspectsTheWire(error) && _measured is null && SlowDown() ? Try(rung) : null;
        }
    }

    /// <summary>Counts wrong transfers at ever lower clocks. Tells whether one was found that loses none, where the one in use does.</summary>
    private bool SlowDown()
    {
        _measured = WireCheck.FindCleanClock(_probe, _tools.Wish, _probe.Clock.Now + _tools.Left);
        if (_measured is not [_, .., { Transfers: > 0, Errors: 0 } clean])
        {
            return false;
        }

        _tools.Wish = clean.Kilohertz;
        Repaired("slower-clock", WireCheck.Words(_measured));
        return true;
    }

    /// <summary>What stood in the way, where another than the first way worked.</summary>
    private void Tell(ConnectRung rung)
    {
        if (_options.Mode is ConnectMode.Auto && rung.Name != RungChoice.All[0].Name)
        {
            Repaired(rung.Name, $"The chip could not be reached by attaching to it as it runs{Because()}; it was by way of {rung.Name}.");
        }
    }

    private string Because() => _first is null ? "" : $" ({_first.Code}: {_first.Message.TrimEnd('.')})";

    private void Remember(ConnectRung rung, Contact contact, RememberedRung? last)
    {
        if (_options is not { Mode: ConnectMode.Auto, Memory: { } memory } || (last is null && rung.Name == RungChoice.All[0].Name))
        {
            return; // a board that can be attached to is nothing to remember
        }

        var attach = _reports.FirstOrDefault(report => report.Name == RungChoice.All[0].Name && report.Outcome is RungOutcome.Failed);
        memory.Remember(new RememberedRung(
            _probe.Identity.Serial, contact.Chip.UniqueId, rung.Name, attach is null ? last?.AttachSeconds ?? 0 : Math.Round(attach.Seconds, 3)));
    }

    private void Report(ConnectRung rung, RungOutcome outcome, string observed, TimeSpan took)
    {
        _reports.Add(new RungReport(rung.Name, outcome, observed, took.TotalSeconds));
        _options.Listener?.Invoke(new JobEvent.RungTried(rung.Name, $"{outcome}".ToLowerInvariant(), observed, took));
    }

    private void Repaired(string name, string text)
    {
        _repairs.Add(new JobEvent.Repaired(name, text));
        _options.Listener?.Invoke(_repairs[^1]);
    }

    private string TimeIsUp() => string.Create(CultureInfo.InvariantCulture, $"the {_options.Limit.TotalSeconds:0.#} s for connecting are over");

    private static string Seen(NrstException error) =>
        $"{error.Code}: {error.Message}" + (error.Evidence.Count > 0 ? $" ({string.Join("; ", error.Evidence)})" : "");
}
