using System.Globalization;

namespace Nrst.Usb;

/// <summary>Systems that treat USB differently.</summary>
public enum UsbSystem
{
    Linux,
    MacOS,
    Windows,
}

/// <summary>What this machine's own files say about a USB device, beyond what libusb does. Only Linux has such files.</summary>
/// <remarks>A courtesy to the reader of an error: what cannot be read is left out, and nothing here ever fails.</remarks>
/// <param name="root">The root of the file system.</param>
internal sealed class UsbMachine(UsbSystem system, string root = "/")
{
    public static UsbSystem Current =>
        OperatingSystem.IsWindows() ? UsbSystem.Windows : OperatingSystem.IsMacOS() ? UsbSystem.MacOS : UsbSystem.Linux;

    public UsbSystem System => system;

    /// <summary>The serial number as the kernel read it when the device was plugged in; it needs no permission.</summary>
    public string Serial(UsbDeviceInfo device) =>
        Quietly(() => UsbSerial.FromKernel(File.ReadAllText(Sys(device.BusPort, "serial")).TrimEnd('\n')), "");

    /// <summary>The kernel driver that holds an interface; <c>usbfs</c> stands for a program. Null where there is none.</summary>
    public string? KernelDriver(UsbDeviceInfo device, int @interface) => Quietly(
        () => Directory.GetDirectories(Sys(), $"{device.BusPort}:*.{@interface}")
            .Select(folder => new FileInfo(Path.Combine(folder, "driver")).LinkTarget)
            .Select(Path.GetFileName)
            .FirstOrDefault(name => name is not null),
        null);

    /// <summary>The programs that have the device's file open, as <c>openocd (process 1234)</c>. Those of other users stay unseen.</summary>
    public IReadOnlyList<string> Holders(UsbDeviceInfo device)
    {
        var node = Node(device);
        var holders = new List<string>();
        foreach (var process in Quietly(() => Directory.GetDirectories(Path.Combine(root, "proc")), []))
        {
            var id = Path.GetFileName(process);
            if (id.All(char.IsAsciiDigit) && id != $"{Environment.ProcessId}" && Quietly(() => Opens(process, node), false))
            {
                var name = Quietly(() => File.ReadAllText(Path.Combine(process, "comm")).Trim(), "a program");
                holders.Add($"{name} (process {id})");
            }
        }

        return holders;
    }

    /// <summary>The file through which programs reach the device: <c>/dev/bus/usb/001/004</c>.</summary>
    public static string Node(UsbDeviceInfo device)
    {
        var bus = int.TryParse(device.BusPort.Split('-')[0], CultureInfo.InvariantCulture, out var number) ? number : 0;
        return $"/dev/bus/usb/{bus:D3}/{device.Address:D3}";
    }

    /// <summary>Who may read and write the device's file, as <c>rw-rw-r--</c>. Null where there is no such file.</summary>
    public string? NodeMode(UsbDeviceInfo device)
    {
        var path = Path.Combine(root, Node(device)[1..]);
        return File.Exists(path) ? Quietly(() => Mode(path), null) : null;
    }

    private string Sys(params string[] parts) => Path.Combine([root, "sys/bus/usb/devices", .. parts]);

    private static bool Opens(string process, string node) =>
        Directory.GetFiles(Path.Combine(process, "fd")).Any(file => Quietly(() => new FileInfo(file).LinkTarget == node, false));

    private static string? Mode(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return null;
        }

        var mode = (int)File.GetUnixFileMode(path);
        return string.Concat("rwxrwxrwx".Select((letter, place) => (mode >> 8 - place & 1) != 0 ? letter : '-'));
    }

    private static T Quietly<T>(Func<T> look, T otherwise)
    {
        try
        {
            return look();
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }
}
