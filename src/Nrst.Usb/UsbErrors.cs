using Nrst.Usb.LibUsb;

namespace Nrst.Usb;

/// <summary>The errors of USB, worded once. What libusb said is always among the evidence.</summary>
internal static class UsbErrors
{
    private static readonly Remedy PlugInAgain = new("Unplug the device and plug it in again, without a hub if there is one.");
    private static readonly Remedy Look = new("See what is there.", "nrst list");
    private static readonly Remedy CloseOthers = new("Close other programs that use the probe (an IDE, a debug server).");

    public static ProbeException NoLibrary(UsbSystem system, IReadOnlyList<string> names) =>
        new("NRST1101", "USB cannot be used: the library libusb-1.0 was not found.")
        {
            LikelyCause = "It is not installed, or lies where programs are not looked for.",
            Evidence = [$"looked for {string.Join(", ", names)}"],
            Remedies = system switch
            {
                UsbSystem.Windows => [new("Put libusb-1.0.dll (from libusb.info) beside nrst or into a folder on PATH.")],
                UsbSystem.MacOS => [new("Install it with Homebrew.", "brew install libusb")],
                _ =>
                [
                    new("Install it, on Debian or Ubuntu:", "sudo apt-get install libusb-1.0-0"),
                    new("On Fedora:", "sudo dnf install libusb1"),
                    new("On Arch:", "sudo pacman -S libusb"),
                ],
            },
        };

    /// <summary>libusb is there and does not come to life, or sees no bus.</summary>
    public static ProbeException NoBus(int code, string doing) =>
        new("NRST1110", $"USB cannot be looked at: {doing} failed.")
        {
            LikelyCause = "This machine, or the container or virtual machine that nrst runs in, gives no access to USB.",
            Evidence = [Said(code)],
            Remedies = [new("In a container, pass /dev/bus/usb and /sys on to it."), new("Run nrst on the machine that the probe is plugged into.")],
        };

    /// <summary>Opening a device or claiming one of its interfaces failed.</summary>
    public static ProbeException Unavailable(LibUsbCode code, UsbDeviceInfo device, int? @interface, UsbMachine machine) => (code, machine.System) switch
    {
        (LibUsbCode.ERROR_ACCESS, UsbSystem.Linux) => NotPermitted(code, device, machine),
        (LibUsbCode.ERROR_NO_DEVICE, UsbSystem.Linux) when @interface is null && machine.NodeMode(device) is null => NoNode(code, device),
        (LibUsbCode.ERROR_BUSY or LibUsbCode.ERROR_ACCESS, _) => Busy(code, device, @interface, machine),
        (LibUsbCode.ERROR_NOT_SUPPORTED or LibUsbCode.ERROR_NOT_FOUND, UsbSystem.Windows) => WrongDriver(code, device),
        (LibUsbCode.ERROR_NOT_FOUND, _) => new("NRST1111", $"{device} has no interface {@interface ?? 0}.")
        {
            LikelyCause = "It is another kind of device than its ids say, or it is not configured.",
            Evidence = [Said((int)code)],
            Remedies = [PlugInAgain],
        },
        _ => Failed(code, @interface is null ? "opening it" : $"claiming interface {@interface}", device, lostSync: false),
    };

    /// <summary>A transfer, or a request about one, failed.</summary>
    /// <param name="lostSync">Nobody knows any more which answer belongs to which question.</param>
    public static ProbeException Failed(LibUsbCode code, string doing, UsbDeviceInfo device, bool lostSync, string? seen = null)
    {
        string[] evidence = seen is null ? [Said((int)code)] : [Said((int)code), seen];
        return code switch
        {
            LibUsbCode.ERROR_NO_DEVICE => new("NRST1102", $"{device} is gone, noticed while {doing}.")
            {
                Failure = TransferFailure.Gone,
                LostSync = true,
                LikelyCause = "Its cable was pulled, it lost power, or it restarted.",
                Evidence = evidence,
                Remedies = [new("Check the cable, plug the device in again, and run the command again.", "nrst list")],
            },
            LibUsbCode.ERROR_TIMEOUT => new("NRST1103", $"{device} did not answer in time, {doing}.")
            {
                LostSync = lostSync,
                TimedOut = true,
                LikelyCause = "The device hangs, or a program before left it in the middle of a conversation.",
                Evidence = evidence,
                Remedies = [new("Run the command again: nrst begins a new conversation when it opens the device."), PlugInAgain],
            },
            LibUsbCode.ERROR_PIPE => new("NRST1104", $"{device} refused, {doing}.")
            {
                Failure = TransferFailure.Stalled,
                LostSync = lostSync,
                LikelyCause = "It does not know the request, or it is confused by an earlier one.",
                Evidence = evidence,
                Remedies = [PlugInAgain],
            },
            LibUsbCode.ERROR_OVERFLOW => new("NRST1108", $"{device} sent more than it was asked for, {doing}.")
            {
                Failure = TransferFailure.Overflow,
                LostSync = lostSync,
                LikelyCause = "The answer belongs to an earlier question: another program talks to the device, or was cut off.",
                Evidence = evidence,
                Remedies = [CloseOthers, PlugInAgain],
            },
            LibUsbCode.ERROR_BUSY => new("NRST1106", $"{device} is in use, noticed while {doing}.")
            {
                LostSync = lostSync,
                LikelyCause = "Another program has it open.",
                Evidence = evidence,
                Remedies = [CloseOthers],
            },
            _ => new("NRST1109", $"USB failed with {device}, {doing}.")
            {
                LostSync = lostSync,
                LikelyCause = "A bad cable or hub, or too little power on the socket.",
                Evidence = evidence,
                Remedies = [new("Try another cable and another socket."), PlugInAgain],
            },
        };
    }

    public static ProbeException Gone(UsbDeviceInfo device) =>
        new("NRST1102", $"{device} is no longer there.")
        {
            LostSync = true,
            LikelyCause = "It was unplugged, lost power, or restarted as something else.",
            Evidence = ["it is not in libusb's list of devices"],
            Remedies = [Look],
        };

    public static ProbeException Busy(LibUsbCode code, UsbDeviceInfo device, int? @interface, UsbMachine machine)
    {
        var holders = machine.Holders(device);
        var driver = machine.KernelDriver(device, @interface ?? 0);
        return new ProbeException("NRST1106", holders switch
        {
            [] when driver is not (null or "usbfs") => $"{device} is held by the kernel driver {driver}.",
            [] => $"{device} is in use by another program.",
            _ => $"{device} is in use by {string.Join(", ", holders)}.",
        })
        {
            LikelyCause = driver is null or "usbfs" || holders.Count > 0
                ? "An IDE, a debug server or another nrst has it open."
                : "The kernel has given it to a driver, for example to share it over the network.",
            Evidence = driver is null ? [Said((int)code)] : [Said((int)code), $"interface {@interface ?? 0} is bound to {driver}"],
            Remedies = holders.Count > 0 || driver is null or "usbfs"
                ? [new("Close the other program."), PlugInAgain]
                : [new($"Take the device from {driver}.", $"sudo sh -c 'echo {device.BusPort} > /sys/bus/usb/drivers/{driver}/unbind'"), PlugInAgain],
        };
    }

    private static ProbeException NotPermitted(LibUsbCode code, UsbDeviceInfo device, UsbMachine machine) =>
        new("NRST1105", $"{device} may not be opened by this user.")
        {
            LikelyCause = "No udev rule gives users access to it, or the rule came after the device was plugged in.",
            Evidence =
            [
                Said((int)code),
                machine.NodeMode(device) is { } mode ? $"{UsbMachine.Node(device)} is {mode}" : $"its file is {UsbMachine.Node(device)}",
            ],
            Remedies =
            [
                new($"Install the rule file {UdevRules.File} and plug the device in again.", UdevRules.InstallCommand),
                new("Without a seat (over ssh), be a member of the group plugdev as well.", "sudo usermod -aG plugdev $USER"),
            ],
        };

    private static ProbeException NoNode(LibUsbCode code, UsbDeviceInfo device) =>
        new("NRST1105", $"{device} is seen but has no device file here.")
        {
            LikelyCause = "nrst runs in a container that USB was not passed on to, or the device has just been unplugged.",
            Evidence = [Said((int)code), $"there is no {UsbMachine.Node(device)}"],
            Remedies = [new("Pass the bus on to the container.", "docker run --device /dev/bus/usb …"), Look],
        };

    private static ProbeException WrongDriver(LibUsbCode code, UsbDeviceInfo device) =>
        new("NRST1107", $"{device} has no driver that programs can use.")
        {
            LikelyCause = "Windows has bound another driver than WinUSB to it, or none.",
            Evidence = [Said((int)code)],
            Remedies =
            [
                new("Install the maker's driver for ST-LINKs (STSW-LINK009), which is WinUSB."),
                new("Or bind WinUSB to the debug interface with Zadig (zadig.akeo.ie)."),
            ],
        };

    private static string Said(int code) => Enum.IsDefined((LibUsbCode)code) ? $"libusb says LIBUSB_{(LibUsbCode)code} ({code})" : $"libusb says {code}";
}
