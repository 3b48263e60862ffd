using Nrst.Bootloaders.Usart;

namespace Nrst.Diagnosis;

/// <summary>Looks for the loader in a chip's ROM, over USB or at a serial port. Changes nothing in the chip; only looks.</summary>
public static class LoaderDoctor
{
    /// <summary>Tenths of a second that a part is given to listen after a reset.</summary>
    private const int Patience = 6;

    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(100);

    private const int Impatience = 2; // where nothing was reset: a byte, and the other half of a command

    /// <summary>Opens a loader, asks it who it is, and leaves it as it was.</summary>
    public static LoaderObservations Look(LoaderCatalog catalog, ProbeSelector selector, string? chip)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(selector);
        return Identify(new LoaderObservations($"{selector}"), () => catalog.Open(selector, chip));
    }

    /// <summary>Tries whether DTR and RTS of a serial port lead to NRST and BOOT0. Where one of them leads to NRST, the chip is reset by that.</summary>
    /// <param name="line">Owned, also when this throws.</param>
    /// <param name="wiring">The only one to try, or null for all that boards are known to have.</param>
    /// <param name="cancel">Ends the search between one question and the next.</param>
    public static LoaderObservations Look(
        ISerialLine line, IClock clock, ProbeSelector.SerialPort port, string? chip, string? wiring, SerialParity parity, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(port);
        line = new SearchedLine(line, cancel);
        var seen = new LoaderObservations($"{port}");
        try
        {
            var scout = new UsartScout(line, clock, port.Baud ?? UsartLink.UsualBauds[0], parity);
            if (scout.HearsTalk())
            {
                seen = seen with { Talk = scout.Seen };
            }

            var trials = new List<WiringTrial> { new(null, scout.Ask(Impatience), scout.Seen) };
            foreach (var text in wiring is null ? BootWiring.Usual : [wiring])
            {
                trials.Add(Try(scout, line, clock, text));
                if (trials[^1] is { Answer: LoaderAnswer.Acknowledged, IsSteady: true })
                {
                    seen = seen with { Works = text };
                    break;
                }
            }

            line.SetLines(false, false);
            seen = seen with { Trials = trials };
        }
        catch (Exception other) when (other is UsageException or OperationCanceledException)
        {
            line.Dispose();
            throw; // the question was wrong, not the machine, or is not asked any more
        }
        catch (NrstException problem)
        {
            line.Dispose();
            return seen with { Problem = problem };
        }

        return Identify(seen, line, clock, port, chip, parity);
    }

    private static WiringTrial Try(UsartScout scout, ISerialLine line, IClock clock, string text)
    {
        // What the wiring before left behind, and what released lines do by themselves, is not to look like the work of this one.
        var wiring = BootWiring.Parse(text);
        line.SetLines(false, false);
        clock.Wait(Settling);
        scout.Ask(Impatience);

        wiring.EnterLoader(line, clock);
        var trial = new WiringTrial(text, scout.Ask(Patience), scout.Seen);
        if (trial.Answer is not LoaderAnswer.Acknowledged)
        {
            return trial;
        }

        wiring.LowerBoot0(line);
        clock.Wait(Settling);
        if (scout.Ask(Impatience) is not LoaderAnswer.Refused)
        {
            return trial with { IsSteady = false };
        }

        wiring.StartProgram(line, clock);
        return trial with { LetsGo = scout.Ask(Patience) is LoaderAnswer.Silence or LoaderAnswer.Noise };
    }

    /// <summary>Where a loader is or can be had, who it is.</summary>
    private static LoaderObservations Identify(LoaderObservations seen, ISerialLine line, IClock clock, ProbeSelector.SerialPort port, string? chip, SerialParity parity)
    {
        if (seen.Works is null && seen.Trials[0].Answer is LoaderAnswer.Silence or LoaderAnswer.Noise)
        {
            line.Dispose();
            return seen;
        }

        return Identify(seen, () => UsartSource.Open(line, clock, port, chip, seen.Works is { } works ? BootWiring.Parse(works) : null, parity));
    }

    private static LoaderObservations Identify(LoaderObservations seen, Func<RomSession> open)
    {
        try
        {
            using var session = open();
            var id = session.Loader.Identity;
            session.RealReset?.Invoke(); // the program was there before, and is again
            return seen with
            {
                Loader = id.Version is { } version ? $"{id.Kind}, version {version}" : id.Kind,
                Chip = session.Chip.Name,
                Notes = session.Chip.Notes,
                ReadProtected = session.Chip.ReadProtected,
            };
        }
        catch (UsageException)
        {
            throw;
        }
        catch (NrstException problem)
        {
            return seen with { Problem = problem };
        }
    }
}
