namespace Nrst.Probes.StLink.Tests;

public sealed class Firmware_versions
{
    [Theory]
    [InlineData(0x2947, 0x3748, "V2J37S7")]
    [InlineData(0x2B5F, 0x374B, "V2J45M31")]
    [InlineData(0x295B, 0x374B, "V2J37M27")]
    [InlineData(0x295B, 0x3752, "V2J37M27")]
    [InlineData(0x2444, 0x3748, "V2J17S4")]
    [InlineData(0x1340, 0x3744, "V1J13")]
    public void Read_as_their_maker_writes_them(int word, int product, string text) =>
        Assert.Equal(text, StLinkVersion.Decode(new VersionWord((ushort)word, 0x0483, (ushort)product)).ToString());

    [Theory]
    [InlineData(12, 7)]
    [InlineData(22, 7)]
    [InlineData(25, 7)]
    [InlineData(26, 12)]
    public void Of_an_STM8_board_have_no_SWD(int x, int y) =>
        Assert.Null(StLinkVersion.Decode(new VersionWord((ushort)(2 << 12 | x << 6 | y), 0x0483, 0x374B)).Jtag);

    [Theory]
    [InlineData(23, 7)]
    [InlineData(28, 17)]
    public void Next_to_those_of_an_STM8_board_have_SWD(int x, int y) =>
        Assert.Equal(x, StLinkVersion.Decode(new VersionWord((ushort)(2 << 12 | x << 6 | y), 0x0483, 0x374B)).Jtag);

    [Fact]
    public void Of_a_V3_come_in_the_long_form()
    {
        Assert.True(StLinkVersion.NeedsLongForm(new VersionWord(0x3000, 0x0483, 0x374E)));
        Assert.True(StLinkVersion.NeedsLongForm(new VersionWord(0x4000, 0x0483, 0x3757)));
        Assert.False(StLinkVersion.NeedsLongForm(new VersionWord(0x2947, 0x0483, 0x3748)));
        Assert.Equal("V3J13M4B5S1", StLinkVersion.Decode(new VersionList(3, 1, 13, 4, 5, 0, 0x0483, 0x374E)).ToString());
        Assert.Equal("V4J6B1P2", StLinkVersion.Decode(new VersionList(4, 0, 6, 0, 1, 2, 0x0483, 0x3757)).ToString());
    }

    [Theory]
    [InlineData(2, 23, true)]
    [InlineData(2, 24, false)]
    [InlineData(3, 2, true)]
    [InlineData(3, 3, false)]
    [InlineData(4, 1, false)]
    public void Too_old_are_refused(int hardware, int jtag, bool refused) =>
        Assert.Equal(refused, new StLinkGates(new StLinkVersion(hardware, jtag)).IsOldEnoughToRefuse);

    [Theory]
    [InlineData(2, 25, false, false, false, false, 64, 64)]
    [InlineData(2, 26, true, false, false, false, 64, 64)]
    [InlineData(2, 27, true, false, false, false, 64, 64)]
    [InlineData(2, 28, true, true, false, false, 64, 64)]
    [InlineData(2, 31, true, true, false, false, 64, 64)]
    [InlineData(2, 32, true, true, true, false, 64, 64)]
    [InlineData(2, 45, true, true, true, false, 64, 64)]
    [InlineData(3, 3, true, true, true, true, 1227, 64)]
    [InlineData(3, 7, true, true, true, true, 1227, 64)]
    [InlineData(3, 8, true, true, true, true, 1227, 512)]
    [InlineData(3, 13, true, true, true, true, 1227, 512)]
    [InlineData(4, 1, true, true, true, true, 1227, 512)]
    public void Say_what_a_probe_can(
        int hardware, int jtag, bool halfWords, bool initAp, bool batch, bool list, int items, int bytes)
    {
        var gates = new StLinkGates(new StLinkVersion(hardware, jtag));

        Assert.Equal(halfWords, gates.HasHalfWords);
        Assert.Equal(initAp, gates.HasInitAp);
        Assert.Equal(batch, gates.HasWordBatch);
        Assert.Equal(list, gates.HasFrequencyList);
        Assert.Equal(items, gates.BatchItems);
        Assert.Equal(bytes, gates.LongestByteBlock);
    }
}
