using Nrst.Targets;

namespace Nrst.VirtualBench.Boards;

/// <summary>The models of silicon this bench has, by the flash controller they are built around.</summary>
internal static class ChipFactory
{
    public static IBoardChip Make(Device device, Part part, double volts, IReadOnlyList<Fault> faults) =>
        throw new UsageException("NRST0187", $"The bench has no model of an {part.Name}.");
}
