namespace Nrst.VirtualBench.Probes;

/// <summary>The SWD clocks a probe has.</summary>
internal static class SwdSpeeds
{
    /// <summary>
    /// kHz by divisor on ST-LINK/V2 and V2-1, as ST labels them. The wire runs a little slower at the fast end (the divisor
    /// suggests 3600 for "4000"), but the per-word times of <see cref="ProbeModel"/> were fitted against the labels.
    /// </summary>
    private static readonly (int Divisor, int Kilohertz)[] s_labels =
    [
        (0, 4000), (1, 1800), (2, 1200), (3, 950), (5, 650), (7, 480), (9, 400), (10, 360), (15, 240), (25, 150),
        (31, 125), (40, 100), (79, 50), (158, 25), (265, 15), (798, 5),
    ];

    private static readonly int[] s_v3 = [24000, 8000, 3300, 1000, 200, 50, 5];

    public const int DefaultV2 = 1800;
    public const int DefaultV3 = 1000;

    public static IReadOnlyList<int> V3 => s_v3;

    public static int FromDivisor(int divisor)
    {
        var label = Array.Find(s_labels, entry => entry.Divisor == divisor && entry.Kilohertz != 0);
        return label.Kilohertz != 0 ? label.Kilohertz : Math.Max(1, 3600 / (divisor + 1));
    }

    /// <summary>The highest clock of a V3 that is not above the wish; the slowest when all are.</summary>
    public static int AtMost(uint kilohertz)
    {
        var index = Array.FindIndex(s_v3, speed => speed <= kilohertz);
        return index < 0 ? s_v3[^1] : s_v3[index];
    }
}
