using Nrst.Usb.LibUsb;

namespace Nrst.Usb.Tests;

public sealed class Using_a_device : IDisposable
{
    private static readonly BulkEndpoints Endpoints = new(0, 0x01, 0x81);

    private readonly MadeUpUsb _usb = new();
    private readonly MadeUpDevice _device = new(0x374B, "066CFF535155878281112233", 1, 2) { Address = 4 };
    private readonly Machine _machine = new();
    private readonly LibUsbBus _bus;

    public Using_a_device()
    {
        _usb.Devices.Add(_device);
        _bus = new LibUsbBus(_usb, _machine.As(UsbSystem.Linux));
    }

    private UsbDeviceInfo Info => new(0x0483, 0x374B, "066CFF535155878281112233", "1-2");

    public void Dispose()
    {
        Assert.Equal(0, _usb.Open_); // every test gives back what it opened
        _bus.Dispose();
        Assert.Equal(0, _usb.Contexts);
        _machine.Dispose();
    }

    [Fact]
    public void Claims_and_releases_and_closes_in_this_order()
    {
        using (var pipe = _bus.OpenPipe(Info, Endpoints))
        {
            pipe.Send([1, 2, 3]);
        }

        Assert.Equal(["open", "claim 0", "release 0", "close"], _device.Log);
    }

    [Fact]
    public void A_setting_is_chosen_only_where_it_is_another()
    {
        using (var device = _bus.Open(Info))
        {
            device.Claim(0);
            device.Claim(0, 1);
            device.Claim(0, 1);
            device.Claim(0, 0);
        }

        Assert.Equal(["open", "claim 0", "setting 0.1", "setting 0.0", "release 0", "close"], _device.Log);
    }

    [Fact]
    public void A_kernel_driver_is_asked_away_and_put_back()
    {
        _device.KernelDriverActive = 1;

        _bus.OpenPipe(Info, Endpoints).Dispose();

        Assert.Equal(["open", "detach 0", "claim 0", "release 0", "attach 0", "close"], _device.Log);
    }

    [Fact]
    public void A_device_that_is_shared_over_the_network_is_left_to_who_shared_it()
    {
        _device.KernelDriverActive = 1;
        _machine.WithLink("sys/bus/usb/devices/1-2:1.0/driver", "../../../bus/usb/drivers/usbip-host");

        var error = Assert.Throws<ProbeException>(() => _bus.OpenPipe(Info, Endpoints));

        Assert.Equal("NRST1106", error.Code);
        Assert.Contains("usbip-host", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("detach 0", _device.Log);
    }

    [Fact]
    public void The_program_that_has_it_is_named()
    {
        _device.ClaimCode = (int)LibUsbCode.ERROR_BUSY;
        _machine.WithLink("sys/bus/usb/devices/1-2:1.0/driver", "../../../bus/usb/drivers/usbfs")
            .WithFile("proc/99999991/comm", "openocd\n").WithLink("proc/99999991/fd/7", "/dev/bus/usb/001/004")
            .WithFile("proc/99999992/comm", "bash\n").WithLink("proc/99999992/fd/0", "/dev/bus/usb/001/005")
            .WithFile($"proc/{Environment.ProcessId}/comm", "self\n").WithLink($"proc/{Environment.ProcessId}/fd/9", "/dev/bus/usb/001/004");

        var error = _bus.FindProblem(Info, 0);

        Assert.Equal("NRST1106", error?.Code);
        Assert.Equal("0483:374b at usb:1-2 is in use by openocd (process 99999991).", error!.Message);
    }

    [Fact]
    public void Looking_for_problems_finds_none_where_there_is_none_and_lets_go()
    {
        Assert.Null(_bus.FindProblem(Info, 0));
        Assert.Equal(["open", "claim 0", "release 0", "close"], _device.Log);

        var known = new ProbeException("NRST1105", "Known before.");
        Assert.Same(known, _bus.FindProblem(Info with { Problem = known }, 0));
    }

    [Fact]
    public void What_is_no_longer_there_is_said_to_be_gone()
    {
        Assert.Equal("NRST1102", Assert.Throws<ProbeException>(() => _bus.Open(Info with { BusPort = "1-3" })).Code);
        Assert.Equal("NRST1102", Assert.Throws<ProbeException>(() => _bus.Open(Info with { Pid = 0x3748 })).Code);
        Assert.Equal(0, _usb.References);
    }

    [Theory]
    [InlineData(LibUsbCode.ERROR_IO, "NRST1109", false)]
    [InlineData(LibUsbCode.ERROR_INVALID_PARAM, "NRST1109", false)]
    [InlineData(LibUsbCode.ERROR_ACCESS, "NRST1109", false)]
    [InlineData(LibUsbCode.ERROR_NO_DEVICE, "NRST1102", false)]
    [InlineData(LibUsbCode.ERROR_NOT_FOUND, "NRST1109", false)]
    [InlineData(LibUsbCode.ERROR_BUSY, "NRST1106", false)]
    [InlineData(LibUsbCode.ERROR_TIMEOUT, "NRST1103", true)]
    [InlineData(LibUsbCode.ERROR_OVERFLOW, "NRST1108", false)]
    [InlineData(LibUsbCode.ERROR_PIPE, "NRST1104", false)]
    [InlineData(LibUsbCode.ERROR_INTERRUPTED, "NRST1109", false)]
    [InlineData(LibUsbCode.ERROR_NO_MEM, "NRST1109", false)]
    [InlineData(LibUsbCode.ERROR_NOT_SUPPORTED, "NRST1109", false)]
    [InlineData(LibUsbCode.ERROR_OTHER, "NRST1109", false)]
    [InlineData((LibUsbCode)(-50), "NRST1109", false)]
    public void Every_code_of_libusb_becomes_an_error_at_once(object code, string error, bool timedOut)
    {
        var number = (int)(LibUsbCode)code;
        using var pipe = _bus.OpenPipe(Info, Endpoints);
        _device.Bulk = (_, _) => (number, 3);

        var sending = Assert.Throws<ProbeException>(() => pipe.Send(new byte[16]));
        var receiving = Assert.Throws<ProbeException>(() => pipe.Receive(new byte[64]));

        foreach (var failure in new[] { sending, receiving })
        {
            Assert.Equal((error, true, timedOut), (failure.Code, failure.LostSync, failure.TimedOut));
            Assert.Contains(failure.Evidence, evidence => evidence.Contains($"{number}", StringComparison.Ordinal));
            Assert.NotEmpty(failure.Remedies);
            Assert.NotNull(failure.LikelyCause);
        }

        Assert.Contains("sending 16 bytes", sending.Message, StringComparison.Ordinal);
        Assert.Contains("3 of 16 bytes sent", sending.Evidence);
        Assert.Contains("waiting for 64 bytes", receiving.Message, StringComparison.Ordinal);
        Assert.Contains("3 of 64 bytes received", receiving.Evidence);
    }

    [Fact]
    public void A_transfer_that_ends_early_is_an_answer_and_one_that_was_not_taken_whole_is_none()
    {
        using var pipe = _bus.OpenPipe(Info, Endpoints);
        _device.Bulk = (_, _) => (0, 5);

        Assert.Equal(5, pipe.Receive(new byte[64]));
        Assert.True(Assert.Throws<ProbeException>(() => pipe.Send(new byte[16])).LostSync);
    }

    [Fact]
    public void Transfers_go_to_their_endpoints_and_none_lasts_longer_than_five_seconds()
    {
        var seen = new List<(byte, uint)>();
        using var pipe = _bus.OpenPipe(Info, new BulkEndpoints(0, 0x02, 0x81));
        _device.Bulk = (endpoint, limit) =>
        {
            seen.Add((endpoint, limit));
            return (0, null);
        };

        pipe.Send([1]);
        pipe.Receive(new byte[1]);
        pipe.Recovery!.Offer([1], TimeSpan.FromMilliseconds(500));
        pipe.Recovery.Listen(new byte[1], TimeSpan.FromMilliseconds(0.2));

        Assert.Equal([(0x02, 5000), (0x81, 5000), (0x02, 500), (0x81, 1)], seen); // never 0, which is for ever
    }

    [Fact]
    public void Listening_tells_silence_from_an_answer_and_from_a_failure()
    {
        using var pipe = _bus.OpenPipe(Info, Endpoints);
        var recovery = pipe.Recovery!;

        _device.Bulk = (_, _) => ((int)LibUsbCode.ERROR_TIMEOUT, 0);
        Assert.Null(recovery.Listen(new byte[64], TimeSpan.FromMilliseconds(1)));
        Assert.False(recovery.Offer([1], TimeSpan.FromMilliseconds(1)));

        _device.Bulk = (_, _) => ((int)LibUsbCode.ERROR_TIMEOUT, 64);
        Assert.Equal(64, recovery.Listen(new byte[64], TimeSpan.FromMilliseconds(1)));

        _device.Bulk = (_, _) => (0, 0);
        Assert.Equal(0, recovery.Listen(new byte[64], TimeSpan.FromMilliseconds(1)));
        Assert.False(recovery.Offer([1], TimeSpan.FromMilliseconds(1)));

        _device.Bulk = (_, _) => ((int)LibUsbCode.ERROR_PIPE, 0);
        Assert.Equal("NRST1104", Assert.Throws<ProbeException>(() => recovery.Listen(new byte[64], TimeSpan.FromMilliseconds(1))).Code);
        Assert.Equal("NRST1104", Assert.Throws<ProbeException>(() => recovery.Offer([1], TimeSpan.FromMilliseconds(1))).Code);
    }

    [Fact]
    public void Stalls_are_cleared_on_both_endpoints_and_a_device_that_comes_back_as_another_is_gone()
    {
        using var pipe = _bus.OpenPipe(Info, Endpoints);

        pipe.Recovery!.ClearHalts();
        pipe.Recovery.Reset();

        Assert.Equal(["clear 01", "clear 81", "reset"], _device.Log[2..]);
        _device.OtherCode = (int)LibUsbCode.ERROR_NOT_FOUND;
        Assert.Equal("NRST1102", Assert.Throws<ProbeException>(() => pipe.Recovery.Reset()).Code);
        Assert.Equal("NRST1109", Assert.Throws<ProbeException>(() => pipe.Recovery.ClearHalts()).Code);
    }

    [Fact]
    public void A_control_request_that_is_refused_leaves_the_conversation_in_step()
    {
        using var device = _bus.Open(Info);

        var refused = Assert.Throws<ProbeException>(() => device.Control(0xA1, 3, 0, 0, new byte[6], TimeSpan.FromSeconds(1)));

        Assert.Equal(("NRST1104", false), (refused.Code, refused.LostSync));
        Assert.Contains("control request A1 03 0000 0000", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Descriptors_are_read_whole()
    {
        var configuration = new byte[300];
        (configuration[0], configuration[1], configuration[2], configuration[3], configuration[299]) = (9, 2, 300 & 0xFF, 300 >> 8, 0x77);
        _device.Configuration = configuration;
        using var device = _bus.Open(Info);

        Assert.Equal(configuration, device.ReadConfiguration());
        Assert.Equal("066CFF535155878281112233", device.ReadString(3));
        Assert.Equal("", device.ReadString(0));
    }

    [Fact]
    public void An_interface_that_is_not_there_is_named() =>
        Assert.Equal("NRST1111", Claiming(LibUsbCode.ERROR_NOT_FOUND).Code);

    [Fact]
    public void Closing_twice_closes_once()
    {
        var device = _bus.Open(Info);
        device.Dispose();
        device.Dispose();

        Assert.Single(_device.Log, "close");
    }

    private ProbeException Claiming(LibUsbCode code)
    {
        _device.ClaimCode = (int)code;
        return Assert.Throws<ProbeException>(() => _bus.OpenPipe(Info, Endpoints));
    }
}
