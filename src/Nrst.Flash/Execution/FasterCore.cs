using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>
/// A faster core for the time of a job, where reset leaves a slow one: hashing a flash at 2 MHz takes longer than programming some of it.
/// </summary>
internal sealed class FasterCore
{
    /// <summary>An RC oscillator is ready within microseconds; every look takes longer than that.</summary>
    private const int MostLooks = 20;

    private readonly FlashTarget _slow;
    private readonly List<(Address At, uint Value)> _before = [];

    private FasterCore(FlashTarget slow) => _slow = slow;

    /// <summary>The target as it is from now on, and the way back; the same target and no way where nothing was changed.</summary>
    /// <remarks>Only after a reset is it known where the steps begin.</remarks>
    public static (FlashTarget Target, FasterCore? Core) Raise(FlashTarget target)
    {
        if (target.MeasuredHertz is not null || target.Device.FasterClock is not { } faster)
        {
            return (target, null);
        }

        var core = new FasterCore(target);
        if (core.Take(faster))
        {
            return (target with { MeasuredHertz = faster.Hertz }, core);
        }

        core.Restore();
        return (target, null);
    }

    /// <summary>Puts back what was there.</summary>
    public void Restore()
    {
        if (_before.Count > 0)
        {
            _slow.Words.Run([.. Enumerable.Reverse(_before).Select(one => WordAccess.Write(one.At, one.Value))], []);
            _before.Clear();
        }
    }

    private bool Take(FasterClock faster)
    {
        var now = Present(faster.Places);
        var writes = new List<WordAccess>();
        foreach (var step in faster.Steps)
        {
            if (step.Waits)
            {
                if (!Await(writes, step))
                {
                    return false;
                }

                continue;
            }

            _before.Add((step.At, now[step.At]));
            now[step.At] = (now[step.At] & ~step.Mask) | step.Value;
            writes.Add(WordAccess.Write(step.At, now[step.At]));
        }

        Write(writes);
        return true;
    }

    private Dictionary<Address, uint> Present(IReadOnlyList<Address> places)
    {
        if (_slow.Beginning?.Clocks is { } known && places.All(known.ContainsKey))
        {
            return new Dictionary<Address, uint>(known);
        }

        var values = new uint[places.Count];
        _slow.Words.Run([.. places.Select(WordAccess.Read)], values);
        return places.Zip(values).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    private void Write(List<WordAccess> writes)
    {
        if (writes.Count > 0)
        {
            _slow.Words.Run([.. writes], []);
            writes.Clear();
        }
    }

    /// <summary>Writes, and waits for what follows.</summary>
    private bool Await(List<WordAccess> writes, ClockStep step)
    {
        Span<uint> seen = stackalloc uint[1];
        _slow.Words.Run([.. writes, WordAccess.Read(step.At)], seen);
        writes.Clear();
        for (var look = 0; (seen[0] & step.Mask) != step.Value; look++)
        {
            if (look == MostLooks)
            {
                return false;
            }

            seen[0] = _slow.Memory.Read32(step.At);
        }

        return true;
    }
}
