using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Faults;

/// <summary>The board that is to get a fault, before it has it.</summary>
internal sealed class FaultSite(Device device, Part part, ProbeModel probe)
{
    private Stm32Chip? trial;

    public Device Device => device;

    public Part Part => part;

    public ProbeModel Probe => probe;

    /// <summary>A healthy chip of this kind, to try things on.</summary>
    public Stm32Chip Trial => trial ??= new Stm32Chip(device, part, new ChipOptions());
}
