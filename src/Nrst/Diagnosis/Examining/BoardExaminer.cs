namespace Nrst.Diagnosis.Examining;

/// <summary>
/// Looks at a board from the supply to the flash. Changes no flash, no option byte and no RAM, and puts back what it touches in the debug registers.
/// </summary>
/// <param name="mayReset">The chip may be reset, because a job has done so already or because the user said so.</param>
internal sealed class BoardExaminer(IDebugProbe probe, ConnectOptions options, JobTrail job, bool mayReset)
{
    private readonly List<string> _notSeen = [];

    public BoardObservations Examine()
    {
        var volts = new List<double>();
        Volts(volts);
        Volts(volts);
        var seen = new BoardObservations { Job = job, Probe = probe.Identity, Named = options.Chip, Volts = volts, NotSeen = _notSeen };
        seen = new LinkExaminer(probe, options).Look(seen);
        if (seen.Answers)
        {
            seen = See("access ports", seen, LookInside);
        }

        if (mayReset || !seen.Answers)
        {
            seen = See("resets", seen, now => now with { Reset = new ResetExaminer(probe).Look(now) });
        }

        Volts(volts);
        return seen;
    }

    private BoardObservations LookInside(BoardObservations seen)
    {
        seen = new PortExaminer(probe).Look(seen);
        if (seen.AccessPorts.FirstOrDefault(port => port.ReachesCore) is not { } port)
        {
            return seen;
        }

        probe.UseAccessPort((byte)port.Number);
        seen = See("core", seen, now => now with { Core = CoreExaminer.Look(probe, port.Number) });
        seen = See("chip", seen, now => now with { Chip = new ChipExaminer(probe, port.Number, options.Chip).Look() });
        if (seen.Chip is { Device: { } device } chip)
        {
            seen = See("flash", seen, now => now with { Flash = new FlashExaminer(probe, device, chip).Look() });
            seen = See("RAM", seen, now => now with { RamWrittenWhileHalted = RamExaminer.Look(probe, device) });
        }

        return seen;
    }

    private BoardObservations See(string what, BoardObservations before, Func<BoardObservations, BoardObservations> look)
    {
        try
        {
            return look(before);
        }
        catch (TargetException error)
        {
            _notSeen.Add($"{what}: {error.Code}: {error.Message}");
            return before;
        }
    }

    private void Volts(List<double> into)
    {
        if (probe.ReadTargetVolts() is { } volts)
        {
            into.Add(volts);
        }
    }
}
