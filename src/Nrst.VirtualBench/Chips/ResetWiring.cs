namespace Nrst.VirtualBench.Chips;

/// <summary>What the board has on the NRST net besides the probe and the chip. The default is a wire and a small capacitor.</summary>
internal sealed record ResetWiring
{
    /// <summary>Something conducts from NRST to ground: a stuck button, a shorted capacitor.</summary>
    public bool IsShorted { get; init; }

    /// <summary>A supervisor with a push-pull output drives the net high.</summary>
    public bool HasPushPullSupervisor { get; init; }

    /// <summary>The probe's reset wire ends before it reaches the net.</summary>
    public bool ProbeIsUnwired { get; init; }

    /// <summary>Time from the moment the last one lets go of the net until it counts as high.</summary>
    public long RiseNanoseconds { get; init; }
}
