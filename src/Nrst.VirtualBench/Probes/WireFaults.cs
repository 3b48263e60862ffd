namespace Nrst.VirtualBench.Probes;

/// <summary>What is wrong between the host and the chip's pins. The default is a good cable on a good board.</summary>
internal sealed record WireFaults
{
    public static WireFaults None { get; } = new();

    /// <summary>SWDIO or SWCLK does not reach the chip.</summary>
    public bool SwdDisconnected { get; init; }

    /// <summary>Above this SWD clock some transfers come back without an acknowledge or with wrong parity.</summary>
    public int? NoisyAboveKilohertz { get; init; }

    /// <summary>The target has no supply.</summary>
    public bool NoTargetPower { get; init; }

    /// <summary>The USB cable comes loose after this many transfers.</summary>
    public long? UnplugAfter { get; init; }
}
