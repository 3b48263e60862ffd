using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Boards;

public sealed class FaultNames
{
    /// <summary>A fault is played by the wires, the chip or its bootloader; one that nobody knows would be a fault in name only.</summary>
    [Fact]
    public void Every_fault_is_somebodys()
    {
        foreach (var kind in FaultCatalogue.All)
        {
            var text = kind.Argument is null ? kind.Name : $"{kind.Name}:0x8000000";
            var wires = FaultCatalogue.Wire([FaultCatalogue.Parse(text)]) != FaultCatalogue.Wire([]);

            var loader = LoaderFaults.Of([FaultCatalogue.Parse(text)]) != LoaderFaults.Of([]);

            Assert.Single(new[] { wires, loader, ChipFault.TryParse(text, out _) }, played => played);
        }
    }

    [Fact]
    public void Every_fault_of_a_chip_can_be_ordered()
    {
        foreach (var fault in ChipFault.Known)
        {
            Assert.Contains(FaultCatalogue.All, kind => kind.Name == fault.Name);
        }
    }
}
