using System.Globalization;
using Nrst.Arm;

namespace Nrst.Connecting;

/// <summary>How many of a number of transfers went wrong at one clock.</summary>
internal readonly record struct WireQuality(int Kilohertz, int Transfers, int Errors)
{
    public override string ToString() => Transfers == 0
        ? string.Create(CultureInfo.InvariantCulture, $"{Kilohertz} kHz: no answer")
        : string.Create(CultureInfo.InvariantCulture, $"{Kilohertz} kHz: {Errors} of {Transfers} transfers wrong");
}

/// <summary>Counts how many transfers over the SWD wires go wrong, to find the fastest clock at which none does.</summary>
internal static class WireCheck
{
    // Enough that one wrong transfer in a hundred does not go unseen.
    private const int Looks = 500;

    // Slower than this no wire of a hand's length needs, and the count would take seconds.
    private const int Slowest = 100;

    /// <summary>Measures at this clock and, until one is clean, at the probe's lower ones. Leaves the probe attached where it was clean.</summary>
    /// <returns>One line a clock, fastest first. The last is clean, or there is none that is.</returns>
    public static IReadOnlyList<WireQuality> FindCleanClock(IDebugProbe probe, int from, TimeSpan deadline)
    {
        var measured = new List<WireQuality>();
        for (var wish = from; wish >= Slowest && probe.Clock.Now < deadline;)
        {
            var kilohertz = probe.SetSpeed(wish);
            if (measured.Count > 0 && kilohertz >= measured[^1].Kilohertz)
            {
                break; // the probe has no lower one
            }

            measured.Add(Attached(probe) ? Measure(probe, kilohertz) : new WireQuality(kilohertz, 0, 0));
            if (measured[^1] is { Transfers: > 0, Errors: 0 })
            {
                break;
            }

            wish = kilohertz - 1;
        }

        return measured;
    }

    /// <summary>What was measured and done about it. The last one measured is clean.</summary>
    public static string Words(IReadOnlyList<WireQuality> measured) =>
        $"The SWD wires do not carry {measured[0].Kilohertz} kHz ({string.Join("; ", measured)}); the clock is {measured[^1].Kilohertz} kHz now.";

    /// <summary>Counts at the clock now in use. The probe is attached.</summary>
    public static WireQuality At(IDebugProbe probe, int kilohertz) => Measure(probe, kilohertz, Looks / 5);

    /// <summary>Whether the clock now in use loses nothing. The probe is attached.</summary>
    public static bool IsCleanNow(IDebugProbe probe) => Measure(probe, 0).Errors == 0;

    private static WireQuality Measure(IDebugProbe probe, int kilohertz, int looks = Looks)
    {
        uint? first = null;
        var errors = 0;
        for (var look = 0; look < looks; look++)
        {
            var read = Read(probe);
            first ??= read;
            errors += read is null || read != first ? 1 : 0;
        }

        return new WireQuality(kilohertz, looks, errors);
    }

    private static uint? Read(IDebugProbe probe)
    {
        try
        {
            return probe.Dap is { } dap ? new DebugPort(dap).ReadIdentity().Value : probe.Memory.Read32(new Address(0xE000_ED00)); // CPUID
        }
        catch (TargetException)
        {
            return null;
        }
    }

    /// <summary>A noisy wire may lose the first attempt and not the second.</summary>
    private static bool Attached(IDebugProbe probe)
    {
        for (var attempt = 0; attempt < 2; attempt++)
        {
            try
            {
                probe.Attach();
                return true;
            }
            catch (TargetException)
            {
                // Counted by the caller as no answer.
            }
        }

        return false;
    }
}
