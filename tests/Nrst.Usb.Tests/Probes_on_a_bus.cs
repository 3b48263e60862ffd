namespace Nrst.Usb.Tests;

/// <summary>ST-LINKs among the devices of a bus: found, told apart, opened.</summary>
public sealed class Probes_on_a_bus
{
    private const string Serial = "066CFF535155878281112233";

    private static readonly UsbDeviceInfo Nucleo = new(0x0483, 0x374B, Serial, "1-2.3");
    private static readonly UsbDeviceInfo Stick = new(0x0483, 0x3748, "57FF72067265575742132067", "1-4");

    [Fact]
    public void Are_listed_with_their_socket()
    {
        var probes = Source(Nucleo, Stick with { Serial = "" }).List();

        Assert.Equal(
            [
                new ProbeListing(new ProbeSelector.UsbPort("1-2.3"), "ST-LINK/V2-1", Serial, null, null),
                new ProbeListing(new ProbeSelector.UsbPort("1-4"), "ST-LINK/V2", null, null, null),
            ], probes);
    }

    [Fact]
    public void That_cannot_be_used_are_listed_with_the_reason()
    {
        var locked = Nucleo with { Problem = new ProbeException("NRST1105", "Not for this user.") };
        var desk = new Desk(locked, Stick, new(0x0483, 0x374D, "", "1-5"), new(0x0483, 0x3744, "", "1-6"));
        desk.Taken.Add(Stick.BusPort);

        var probes = new UsbProbeSource(desk).List();

        Assert.Equal(["NRST1105", "NRST1106", "NRST1112", "NRST1112"], probes.Select(probe => probe.Problem?.Code));
        Assert.All(probes, probe => Assert.Equal(probe.Problem!.Message, probe.CannotOpen));
        Assert.Equal(["NRST1105", "NRST1106", "NRST1112", "NRST1112"],
            probes.Select(probe => Assert.Throws<ProbeException>(() => new UsbProbeSource(desk).Open(probe.Selector)).Code));
    }

    [Theory]
    [InlineData("usb:1-2.3", 0x01)]
    [InlineData("0483:374b", 0x01)]
    [InlineData("0483:374b:066c", 0x01)]
    [InlineData("066CFF", 0x01)]
    [InlineData("usb:1-4", 0x02)]
    [InlineData("0483:3748", 0x02)]
    public void Are_opened_by_each_selector_over_their_own_endpoint(string selector, byte endpoint)
    {
        var desk = new Desk(Nucleo, Stick);

        using var probe = new ProbeCatalog([new UsbProbeSource(desk)]).Open(ProbeSelector.Parse(selector));

        Assert.Equal(new BulkEndpoints(0, endpoint, 0x81), desk.Opened);
        Assert.Equal(endpoint == 1 ? Serial : Stick.Serial, probe.Identity.Serial);
    }

    [Theory]
    [InlineData("usb:1-2")]
    [InlineData("usb:1-2.33")]
    [InlineData("0483:374e")]
    [InlineData("0483:374b:57FF")]
    [InlineData("0483:df11")]
    [InlineData("77")]
    public void That_do_not_fit_are_not_opened(string selector)
    {
        var desk = new Desk(Nucleo, Stick);

        var error = Assert.Throws<ProbeException>(() => new ProbeCatalog([new UsbProbeSource(desk)]).Open(ProbeSelector.Parse(selector)));

        Assert.Equal("NRST1002", error.Code);
        Assert.Null(desk.Opened);
    }

    [Theory]
    [InlineData("066CFF535155878281112233")]
    [InlineData("0483:374b")]
    [InlineData("0483:374b:066CFF535155878281112233")]
    [InlineData(null)]
    public void With_the_same_serial_number_are_told_apart_by_their_sockets(string? selector)
    {
        var desk = new Desk(Nucleo, Nucleo with { BusPort = "1-3" });
        var catalog = new ProbeCatalog([new UsbProbeSource(desk)]);

        var error = Assert.Throws<UsageException>(() => catalog.Open(selector is null ? null : ProbeSelector.Parse(selector)));

        Assert.Equal("NRST1003", error.Code);
        Assert.Equal(["--probe usb:1-2.3", "--probe usb:1-3"], error.Remedies.Select(remedy => remedy.Command));
        Assert.Equal([$"usb:1-2.3  ST-LINK/V2-1  {Serial}", $"usb:1-3  ST-LINK/V2-1  {Serial}"], error.Evidence);
        Assert.Null(desk.Opened);
        catalog.Open(ProbeSelector.Parse("usb:1-3")).Dispose();
        Assert.NotNull(desk.Opened);
    }

    private static UsbProbeSource Source(params UsbDeviceInfo[] devices) => new(new Desk(devices));

    /// <summary>A bus of probes that answer their version and nothing else.</summary>
    private sealed class Desk(params UsbDeviceInfo[] devices) : IUsbBus
    {
        public HashSet<string> Taken { get; } = [];
        public BulkEndpoints? Opened { get; private set; }

        public IReadOnlyList<UsbDeviceInfo> List(Func<ushort, ushort, bool> wanted) =>
            [.. devices.Append(new(0x0483, 0xDF11, "DFU", "1-9")).Where(device => wanted(device.Vid, device.Pid))];

        public IUsbDevice Open(UsbDeviceInfo device) => new Device(this, device);

        private sealed class Device(Desk desk, UsbDeviceInfo info) : IUsbDevice, IBulkPipe
        {
            public UsbDeviceInfo Info => info;

            public void Claim(byte @interface, byte alternate = 0)
            {
                if (desk.Taken.Contains(info.BusPort))
                {
                    throw new ProbeException("NRST1106", "In use.");
                }
            }

            public IBulkPipe Pipe(BulkEndpoints endpoints)
            {
                desk.Opened = endpoints;
                return this;
            }

            public void Send(ReadOnlySpan<byte> packet) => Assert.Equal(0xF1, packet[0]);

            public int Receive(Span<byte> into)
            {
                ((ReadOnlySpan<byte>)[0x29, 0x5A, 0x83, 0x04, 0x48, 0x37]).CopyTo(into);
                return 6;
            }

            public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit) => throw new InvalidOperationException();
            public void ClearHalt(byte endpoint) => throw new InvalidOperationException();
            public void Reset() => throw new InvalidOperationException();

            public void Dispose()
            {
            }
        }
    }
}
