using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Faults;

/// <summary>What a board, its chip and its probe are made of. Healthy until a fault changes something; faults add up.</summary>
internal sealed class BoardPhysics
{
    public ChipOptions Chip { get; set; } = new();

    public WireFaults Wire { get; set; } = WireFaults.None;

    /// <summary>The probe tells a third of a serial number.</summary>
    public bool ProbeSerialIsShort { get; set; }

    /// <summary>The firmware that a probe of this kind has instead of a recent one; null for that.</summary>
    public Func<ProbeModel, string>? ProbeFirmware { get; set; }

    /// <summary>A board with these faults, as they are written on a command line.</summary>
    public static BoardPhysics With(params IEnumerable<string> faults) => With(faults.Select(FaultCatalogue.Parse));

    public static BoardPhysics With(IEnumerable<Fault> faults, double volts = 3.3)
    {
        var board = new BoardPhysics { Chip = new ChipOptions { SupplyVolts = volts } };
        foreach (var fault in faults)
        {
            fault.Kind.Spoil(board, fault.Argument);
        }

        return board;
    }
}
