namespace Nrst.Probes.StLink.Tests;

/// <summary>Where the core hangs behind another access port than the first, as on an STM32H5.</summary>
public sealed class Access_ports
{
    private static readonly Address Ram = new(0x2000_0000);
    private readonly TestClock _clock = new();

    [Fact]
    public void Every_access_goes_through_the_port_that_was_chosen()
    {
        var (tiny, probe) = Open();
        probe.UseAccessPort(1);

        probe.Memory.Write32(Ram, 0x1122_3344);
        probe.Memory.Write(Ram + 5, [1, 2, 3], AccessSize.Byte);
        probe.Words.Run([WordAccess.Write(Ram + 8, 8), WordAccess.Write(Ram + 12, 12), WordAccess.Write(Ram + 16, 16)], []);
        var read = new uint[3];
        probe.Words.Run([WordAccess.Read(Ram), WordAccess.Read(Ram + 8), WordAccess.Read(Ram + 16)], read);
        var block = new byte[20];
        probe.Memory.Read(Ram, block);

        Assert.Equal([0x1122_3344u, 8u, 16u], read);
        Assert.Equal([0x44, 0x33, 0x22, 0x11, 0, 1, 2, 3, 8, 0, 0, 0, 12, 0, 0, 0, 16, 0, 0, 0], block);
        Assert.Equal(0x1122_3344u, probe.Memory.Read32(Ram));
        Assert.Equal((12u, 0u), (tiny.Word(Ram.Value + 12, port: 1), tiny.Word(Ram.Value + 12)));
    }

    [Fact]
    public void Two_words_behind_another_port_cost_no_more_than_one()
    {
        var (tiny, probe) = Open();
        probe.UseAccessPort(1);
        tiny.Log.Clear();

        probe.Words.Run([WordAccess.Write(Ram, 5), WordAccess.Read(Ram)], new uint[1]);

        Assert.Equal(["F2 51", "F2 52"], tiny.Log.Where(command => command.StartsWith("F2", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_word_that_faults_behind_another_port_is_named()
    {
        var (tiny, probe) = Open();
        probe.UseAccessPort(1);
        tiny.Faults.Add(Ram.Value);

        Assert.Equal(Ram, Assert.Throws<TargetMemoryException>(() => probe.Memory.Read32(Ram)).Address);
        Assert.Equal(Ram, Assert.Throws<TargetMemoryException>(() => probe.Memory.Write32(Ram, 1)).Address);
    }

    [Fact]
    public void Attaching_again_starts_at_the_first_port()
    {
        var (tiny, probe) = Open();
        probe.UseAccessPort(1);
        probe.Attach();

        probe.Memory.Write32(Ram, 7);

        Assert.Equal((7u, 0u), (tiny.Word(Ram.Value), tiny.Word(Ram.Value, port: 1)));
    }

    [Fact]
    public void Firmware_that_knows_one_port_says_so()
    {
        var (_, probe) = Open(version: 0x2000 | 27 << 6);

        Assert.Equal("NRST1319", Assert.Throws<ProbeException>(() => probe.UseAccessPort(1)).Code);
        probe.UseAccessPort(0);
    }

    private (TinyProbe Tiny, StLinkProbe Probe) Open(ushort version = 0x2947)
    {
        var tiny = new TinyProbe(version);
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "");
        probe.Attach();
        return (tiny, probe);
    }
}
