using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Faults;

namespace Nrst.VirtualBench.Tests.Boards;

public sealed class FaultNames : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-names-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void There_are_many_and_each_has_its_own_name() =>
        Assert.True(FaultCatalogue.All.Select(kind => kind.Name).Distinct().Count() is >= 55 and var names && names == FaultCatalogue.All.Count);

    /// <summary>A fault that no chip here can have would be one in name only.</summary>
    [Fact]
    public void Every_fault_can_be_ordered_for_one_of_these()
    {
        var store = new BoardStore(_folder);
        string[] parts = ["STM32F407VG", "STM32F429ZI", "STM32G071RB", "STM32WB55RG", "STM32H745ZI", "STM32H563ZI", "STM32U575ZI"];
        foreach (var kind in FaultCatalogue.All)
        {
            var argument = kind.Argument switch { "MILLIVOLTS" => kind.Name == "vdd-high" ? 3600u : 1600u, "ADDRESS" => 0x0800_0100u, _ => 1u };
            Assert.Contains(parts, part => Can(store, part, new Fault(kind, argument).ToString()));
        }
    }

    [Theory]
    [InlineData("STM32F103C8", "trustzone")]
    [InlineData("STM32F103C8", "firmware-hangs-bus")]
    [InlineData("STM32F407VG", "pdr-on-low")]
    [InlineData("STM32F407VG", "nrst-is-gpio")]
    [InlineData("STM32F407VG", "write-protected:12")]
    [InlineData("STM32F407VG", "ecc-damage:0x08000000")]
    [InlineData("STM32F407VG", "vdd-high:3300")]
    [InlineData("STM32G071RB", "vdda-unconnected")]
    [InlineData("STM32G071RB", "vcap-missing")]
    [InlineData("STM32H743ZI", "smps-mismatch")]
    [InlineData("STM32H743ZI", "core-boot-disabled")]
    [InlineData("STM32U575ZI", "firmware-dma")]
    public void What_a_chip_cannot_have_is_refused_with_a_reason(string part, string fault)
    {
        var refusal = Assert.Throws<UsageException>(() => new BoardStore(_folder).New("b", part, faults: [fault]));
        Assert.Equal("NRST0193", refusal.Code);
        Assert.NotEmpty(refusal.LikelyCause!);
    }

    [Theory]
    [InlineData("flash-stuck-bit")]
    [InlineData("flash-stuck-bit:here")]
    [InlineData("flash-ignores-commands:3")]
    [InlineData("no-such-fault")]
    public void What_is_no_fault_is_refused(string text) =>
        Assert.Equal("NRST0183", Assert.Throws<UsageException>(() => FaultCatalogue.Parse(text)).Code);

    private static bool Can(BoardStore store, string part, string fault)
    {
        try
        {
            store.New("b", part, faults: [fault]);
            store.Remove("b");
            return true;
        }
        catch (UsageException refused) when (refused.Code == "NRST0193")
        {
            return false;
        }
    }
}
