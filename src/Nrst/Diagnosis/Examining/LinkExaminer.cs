using Nrst.Arm;
using Nrst.Connecting;

namespace Nrst.Diagnosis.Examining;

/// <summary>Whether the debug port answers, and how many of its answers are right at five clocks.</summary>
internal sealed class LinkExaminer(IDebugProbe probe, ConnectOptions options)
{
    private static readonly int[] s_clocks = [1800, 950, 480, 240, 100];

    public BoardObservations Look(BoardObservations seen)
    {
        var samples = new List<WireSample>();
        NrstException? silence = null;
        foreach (var wish in s_clocks.Where(clock => clock < options.Kilohertz).Prepend(options.Kilohertz).Take(5))
        {
            var kilohertz = probe.SetSpeed(wish);
            if (samples.Exists(sample => sample.Kilohertz == kilohertz))
            {
                continue;
            }

            samples.Add(Attached(ref silence) ? Sample(WireCheck.At(probe, kilohertz)) : new WireSample(kilohertz, 0, 0));
        }

        seen = seen with { Wire = samples, Silence = silence };
        if (samples.Where(sample => sample is { Transfers: > 0 }).OrderBy(sample => sample.Errors).ThenByDescending(sample => sample.Kilohertz).ToList() is not [var best, ..])
        {
            return seen;
        }

        probe.SetSpeed(best.Kilohertz);
        NrstException? lost = null;
        if (!Attached(ref lost))
        {
            return seen with { Silence = lost };
        }

        var answered = best.Errors < best.Transfers;
        return seen with { Answers = answered, Silence = answered ? null : silence, DebugPort = Identity() };
    }

    private Dpidr? Identity()
    {
        try
        {
            return probe.Dap is { } dap ? new DebugPort(dap).ReadIdentity() : null;
        }
        catch (TargetException)
        {
            return null;
        }
    }

    /// <summary>A noisy wire may lose the first attempt and not the second.</summary>
    private bool Attached(ref NrstException? silence)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                probe.Attach();
                return true;
            }
            catch (TargetException error)
            {
                silence ??= error;
            }
        }

        return false;
    }

    private static WireSample Sample(WireQuality quality) => new(quality.Kilohertz, quality.Transfers, quality.Errors);
}
