using Nrst.Usb.LibUsb;

namespace Nrst.Usb.Tests;

public sealed class Listing_devices : IDisposable
{
    private const string Serial = "066CFF535155878281112233";

    private readonly MadeUpUsb _usb = new();
    private readonly Machine _machine = new();

    public void Dispose() => _machine.Dispose();

    [Fact]
    public void Says_where_a_device_is_what_it_is_called_and_how_fast_it_runs()
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 2, 3) { Address = 9, Speed = 3 });

        var info = Assert.Single(List());

        Assert.Equal(new UsbDeviceInfo(0x0483, 0x374B, Serial, "1-2.3") { Address = 9, Speed = UsbSpeed.High }, info);
        Assert.Equal("0483:374b at usb:1-2.3", $"{info}");
    }

    [Fact]
    public void Turns_the_raw_bytes_of_an_old_probe_into_digits()
    {
        _usb.Devices.Add(new MadeUpDevice(0x3748, "", 1, 1)
        {
            SerialDescriptor = [26, 3, 0x57, 0, 0xFF, 0, 0x72, 0, 0x06, 0, 0x72, 0, 0x65, 0, 0x57, 0, 0x57, 0, 0x42, 0, 0x13, 0, 0x20, 0, 0x67, 0],
        });

        Assert.Equal("57FF72067265575742132067", Assert.Single(List()).Serial);
    }

    [Fact]
    public void Touches_no_device_that_is_not_wanted()
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 1) { Vid = 0x046D });
        _usb.Devices.Add(new MadeUpDevice(0x1234, Serial, 1, 2));

        Assert.Empty(List());
        Assert.All(_usb.Devices, device => Assert.Empty(device.Log));
    }

    [Fact]
    public void Goes_by_the_sockets_as_a_person_counts()
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 10));
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 2, 1));
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 2, 4));
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 2));

        Assert.Equal(["1-2", "1-2.4", "1-10", "2-1"], List().Select(info => info.BusPort));
    }

    [Fact]
    public void Passes_over_a_device_that_has_no_descriptor()
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 1) { DescriptorCode = -1 });
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 2));

        Assert.Equal("1-2", Assert.Single(List()).BusPort);
    }

    [Theory]
    [InlineData(LibUsbCode.ERROR_ACCESS, UsbSystem.Linux, "NRST1105", "69-nrst.rules")]
    [InlineData(LibUsbCode.ERROR_ACCESS, UsbSystem.MacOS, "NRST1106", "other program")]
    [InlineData(LibUsbCode.ERROR_ACCESS, UsbSystem.Windows, "NRST1106", "other program")]
    [InlineData(LibUsbCode.ERROR_BUSY, UsbSystem.Linux, "NRST1106", "other program")]
    [InlineData(LibUsbCode.ERROR_NOT_SUPPORTED, UsbSystem.Windows, "NRST1107", "WinUSB")]
    [InlineData(LibUsbCode.ERROR_NOT_FOUND, UsbSystem.Windows, "NRST1107", "WinUSB")]
    [InlineData(LibUsbCode.ERROR_NO_DEVICE, UsbSystem.Linux, "NRST1105", "container")] // no device file
    [InlineData(LibUsbCode.ERROR_NO_DEVICE, UsbSystem.Windows, "NRST1102", "plug")]
    [InlineData(LibUsbCode.ERROR_NO_MEM, UsbSystem.Linux, "NRST1109", "cable")]
    public void What_cannot_be_opened_is_listed_with_the_reason_and_the_way_out(object code, UsbSystem system, string error, string remedy)
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 1) { OpenCode = (int)(LibUsbCode)code });
        _usb.Devices.Add(new MadeUpDevice(0x374E, Serial, 1, 2));

        var (closed, open) = List(system) switch { [var a, var b] => (a, b), var other => throw new InvalidOperationException($"{other.Count}") };

        Assert.Equal(error, closed.Problem?.Code);
        Assert.Contains(closed.Problem!.Remedies, r => $"{r.Advice} {r.Command}".Contains(remedy, StringComparison.Ordinal));
        Assert.Contains($"libusb says LIBUSB_{(LibUsbCode)code} ({(int)(LibUsbCode)code})", closed.Problem.Evidence);
        Assert.Null(open.Problem);
        Assert.Equal(0, _usb.Open_);
    }

    [Fact]
    public void Without_permission_the_kernel_still_tells_the_serial_number()
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, "", 1, 1) { OpenCode = (int)LibUsbCode.ERROR_ACCESS });
        _usb.Devices.Add(new MadeUpDevice(0x3748, "", 1, 2) { OpenCode = (int)LibUsbCode.ERROR_ACCESS });
        _machine.WithFile("sys/bus/usb/devices/1-1/serial", Serial + "\n").WithFile("sys/bus/usb/devices/1-2/serial", "W\u00FFr\u0006reWWB\u0013 g\n");

        Assert.Equal([Serial, "57FF72067265575742132067"], List(UsbSystem.Linux).Select(info => info.Serial));
    }

    [Fact]
    public void Without_permission_the_device_file_is_shown_as_evidence()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no modes of files here.");
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 1) { OpenCode = (int)LibUsbCode.ERROR_ACCESS, Address = 4 });
        _machine.WithFile("dev/bus/usb/001/004", "");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(_machine.Root, "dev/bus/usb/001/004"), (UnixFileMode)0b110_110_100);
        }

        Assert.Contains("/dev/bus/usb/001/004 is rw-rw-r--", Assert.Single(List()).Problem!.Evidence);
    }

    [Theory]
    [InlineData(LibUsbCode.ERROR_PIPE, null)]
    [InlineData(LibUsbCode.ERROR_TIMEOUT, null)]
    [InlineData(LibUsbCode.ERROR_NO_DEVICE, "NRST1102")]
    public void A_serial_number_that_cannot_be_read_makes_a_device_no_worse(object code, string? problem)
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 1) { ControlCode = (int)(LibUsbCode)code });

        var info = Assert.Single(List());

        Assert.Equal(("", problem), (info.Serial, info.Problem?.Code));
    }

    [Fact]
    public void Gives_everything_back_to_libusb()
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 1));
        _usb.Devices.Add(new MadeUpDevice(0x1234, Serial, 1, 2));
        var bus = new LibUsbBus(_usb, _machine.As(UsbSystem.Linux));

        bus.List(StLinks);
        bus.List(StLinks);

        Assert.Equal((1, 0, 0), (_usb.Contexts, _usb.References, _usb.Open_));
        bus.Dispose();
        Assert.Equal(0, _usb.Contexts);
    }

    [Fact]
    public void A_device_outlives_the_bus_it_came_from()
    {
        _usb.Devices.Add(new MadeUpDevice(0x374B, Serial, 1, 1));
        var bus = new LibUsbBus(_usb, _machine.As(UsbSystem.Linux));
        var device = bus.Open(bus.List(StLinks)[0]);

        bus.Dispose();

        Assert.Equal(1, _usb.Contexts); // libusb may not be left while one of its devices is open
        device.Dispose();
        Assert.Equal(0, _usb.Contexts);
    }

    [Fact]
    public void That_USB_cannot_be_looked_at_is_said()
    {
        _usb.InitCode = (int)LibUsbCode.ERROR_OTHER;
        Assert.Equal("NRST1110", Assert.Throws<ProbeException>(() => List()).Code);

        (_usb.InitCode, _usb.ListCode) = (0, (int)LibUsbCode.ERROR_IO);
        Assert.Equal("NRST1110", Assert.Throws<ProbeException>(() => List()).Code);
    }

    [Theory]
    [InlineData(UsbSystem.Linux, "sudo apt-get install libusb-1.0-0")]
    [InlineData(UsbSystem.MacOS, "brew install libusb")]
    [InlineData(UsbSystem.Windows, null)]
    public void A_missing_library_is_an_error_with_the_package_that_has_it(UsbSystem system, string? command)
    {
        var bus = new LibUsbBus(_machine.As(system), ["libnrst-there-is-no-such-library.so.0", Path.Combine(_machine.Root, "none")]);

        var error = Assert.Throws<ProbeException>(() => bus.List(StLinks));

        Assert.Equal("NRST1101", error.Code);
        Assert.Contains(error.Remedies, remedy => remedy.Command == command);
        Assert.Contains(error.Evidence, evidence => evidence.Contains("libnrst-there-is-no-such-library.so.0", StringComparison.Ordinal));
    }

    [Fact]
    public void A_file_that_is_no_libusb_is_not_taken_for_it()
    {
        var other = OperatingSystem.IsLinux() ? "libc.so.6" : "none";

        Assert.False(LibUsbLibrary.TryLoad([other], out _));
    }

    [Fact]
    public void The_real_library_can_be_asked()
    {
        if (!LibUsbLibrary.TryLoad(LibUsbLibrary.Names(UsbMachine.Current), out _))
        {
            Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") == "true", "libusb-1.0 is not installed here.");
        }

        using var bus = new LibUsbBus();

        Assert.All(bus.List((_, _) => true), info => Assert.Matches(@"^\d+-\d+(\.\d+)*$", info.BusPort));
    }

    private IReadOnlyList<UsbDeviceInfo> List(UsbSystem system = UsbSystem.Linux)
    {
        using var bus = new LibUsbBus(_usb, _machine.As(system));
        return bus.List(StLinks);
    }

    private static bool StLinks(ushort vid, ushort pid) => vid == 0x0483 && pid is 0x3748 or 0x374B or 0x374E;
}
