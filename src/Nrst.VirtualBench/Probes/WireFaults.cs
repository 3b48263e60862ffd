namespace Nrst.VirtualBench.Probes;

/// <summary>What is wrong between the host and the chip's pins. The default is a good cable on a good board.</summary>
internal sealed record WireFaults
{
    public static WireFaults None { get; } = new();

    /// <summary>SWDIO or SWCLK does not reach the chip.</summary>
    public bool SwdDisconnected { get; init; }

    /// <summary>Above this SWD clock some transfers come back without an acknowledge or with wrong parity.</summary>
    public int? NoisyAboveKilohertz { get; init; }

    /// <summary>Something else drives SWDIO: at every clock some transfers are lost, and the more the faster they follow.</summary>
    public bool HasContention { get; init; }

    /// <summary>The wire that lets the probe measure the target's supply ends before it.</summary>
    public bool SenseIsUnwired { get; init; }

    /// <summary>The target has no supply.</summary>
    public bool NoTargetPower { get; init; }

    /// <summary>What the probe tells whatever it measures, as copies of it do; null for one that measures.</summary>
    public double? FrozenVolts { get; init; }

    public UsbFaults Usb { get; init; } = UsbFaults.None;
}

/// <summary>
/// What goes wrong between the host and the probe's debug endpoints. Each happens once, and is counted from 1 since the probe was
/// plugged in.
/// </summary>
internal sealed record UsbFaults
{
    public static UsbFaults None { get; } = new();

    /// <summary>The cable comes loose after this many transfers.</summary>
    public long? UnplugAfter { get; init; }

    /// <summary>This transfer is answered with STALL; a command in it is not executed, an answer in it is lost.</summary>
    public long? StallAt { get; init; }

    /// <summary>This answer never leaves the probe.</summary>
    public long? AnswerLostAt { get; init; }

    /// <summary>This answer ends half-way.</summary>
    public long? AnswerShortAt { get; init; }

    /// <summary>This answer is ready when the host has stopped waiting for it, and meets the next one who asks.</summary>
    public long? AnswerLateAt { get; init; }

    /// <summary>This answer is followed by a packet that nobody asked for.</summary>
    public long? ExtraPacketAt { get; init; }
}
