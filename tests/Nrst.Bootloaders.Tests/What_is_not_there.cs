using Nrst.Arm;
using Nrst.Usb.Serial;

namespace Nrst.Bootloaders.Tests;

/// <summary>Loaders that are not there, do not come to rest, or do not go.</summary>
public sealed class What_is_not_there
{
    private const string Flash = "@Internal Flash  /0x08000000/32*002Kg";
    private readonly ManualClock _clock = new();

    [Fact]
    public void No_loader() => Assert.Equal("NRST1505", Assert.Throws<ProbeException>(() => new LoaderCatalog([]).Open(new ProbeSelector.Dfu(null), null)).Code);

    [Fact]
    public void No_port() => Assert.Equal("NRST1511", Assert.Throws<ProbeException>(() => SerialPorts.Open("/dev/there-is-no-such-port")).Code);

    [Theory]
    [InlineData("dfu", "dfu")]
    [InlineData("dfu:357236543131", "dfu:357236543131")]
    [InlineData("dfu:usb:1-2.3", "dfu:usb:1-2.3")]
    [InlineData("serial:/dev/ttyUSB0", "serial:/dev/ttyUSB0")]
    [InlineData("serial:COM3:57600", "serial:COM3:57600")]
    [InlineData("serial:virtual:b:9600", "serial:virtual:b:9600")]
    public void Selectors_are_read(string text, string shown) => Assert.Equal(shown, ProbeSelector.Parse(text).ToString());

    [Fact]
    public void No_serial_port_but_a_file()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no /dev/null here.");
        var told = Assert.Throws<ProbeException>(() => SerialPorts.Open("/dev/null"));
        Assert.Equal("NRST1512", told.Code);
        Assert.NotEmpty(told.Remedies);
    }

    [Fact]
    public void No_speed() => Assert.Equal("NRST0103", Assert.Throws<UsageException>(() => ProbeSelector.Parse("serial:/dev/ttyUSB0:7")).Code);

    [Fact]
    public void No_rest() => Assert.Equal("NRST1502", Assert.Throws<ProbeException>(() => Open(new FakeDfu(_clock, Flash) { NeverIdle = true })).Code);

    [Fact]
    public void No_end()
    {
        using var session = Open(new FakeDfu(_clock, Flash) { StaysAfterLeave = true });
        Assert.Equal("NRST3502", Assert.Throws<TargetException>(() => new RomProgrammer(session).Reset(ResetKind.System, halt: false)).Code);
    }

    [Theory]
    [InlineData("@Internal Flash  /0x08000000")]
    [InlineData("@Internal Flash  /0x08000000/32*0Kg")]
    [InlineData("@Something else /0x20000000/32*1Kg")]
    public void No_map(string name)
    {
        var thrown = Assert.Throws<RefusedException>(() => Open(new FakeDfu(_clock, name)));
        Assert.Equal("NRST6502", thrown.Code);
    }

    private RomSession Open(FakeDfu fake) => DfuSource.Open(fake, _clock, "dfu", null);
}
