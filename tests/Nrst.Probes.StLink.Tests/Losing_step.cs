namespace Nrst.Probes.StLink.Tests;

public sealed class Losing_step
{
    private const string Opened = """
        > F1
        < 29 47 83 04 48 37
        > F5
        < 01 00
        > F2 3C 01
        < 80 00
        > F2 43 00 00
        < 80 00
        > F2 30 A3
        < 80 00
        > F2 4B 00
        < 80 00

        """;

    [Theory]
    [InlineData("< 80 00", 2)]
    [InlineData("< 80 00 00 00 03 00 03 00 00", 9)]
    public void Is_noticed_by_the_length_of_an_answer_and_stays(string wrong, int received)
    {
        var recording = Recording.Of($"{Opened}> F2 36 F0 ED 00 E0\n{wrong}");
        using var probe = StLinkProbe.Open(recording, new TestClock(), 0x0483, 0x3748, "S");
        probe.Attach();

        var first = Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0xE000_EDF0)));
        var later = Assert.Throws<ProbeException>(() => probe.ReadTargetVolts());
        var stillLater = Assert.Throws<ProbeException>(() => probe.Reset.Assert());

        Assert.True(first.LostSync);
        Assert.Equal("NRST1302", first.Code);
        Assert.Contains($"{received} bytes received, 8 expected", first.Evidence);
        Assert.True(recording.IsOver); // nothing more was sent
        Assert.Same(first, later.InnerException);
        Assert.Same(first, stillLater.InnerException);
        Assert.Equal((first.Code, first.Message, true), (later.Code, later.Message, later.LostSync));
    }

    [Fact]
    public void Is_noticed_in_a_block_as_well()
    {
        var recording = Recording.Of($"{Opened}> F2 07 00 00 00 20 80 00\n< 01 02 03 04");
        using var probe = StLinkProbe.Open(recording, new TestClock(), 0x0483, 0x3748, "S");
        probe.Attach();

        Assert.True(Assert.Throws<ProbeException>(() => probe.Memory.Read(new Address(0x2000_0000), new byte[128])).LostSync);
        Assert.True(Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0))).LostSync);
    }

    [Fact]
    public void By_a_pipe_that_broke_keeps_the_first_cause()
    {
        var tiny = new TinyProbe();
        using var probe = StLinkProbe.Open(tiny, new TestClock(), 0x0483, 0x3748, "S");
        probe.Attach();
        tiny.Unplugged = true;
        var first = Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0)));

        tiny.Unplugged = false; // plugged in again: still another conversation

        Assert.Same(first, Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0))).InnerException);
    }
}
