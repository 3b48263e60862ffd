using System.Globalization;

namespace Nrst.Usb.Serial;

/// <summary>The serial ports of this machine.</summary>
public static class SerialPorts
{
    /// <summary>Ports that something can be plugged into; the ones of a PC's own chips are left out.</summary>
    public static IReadOnlyList<string> List()
    {
        if (OperatingSystem.IsWindows())
        {
            return WindowsSerial.List();
        }

        string[] patterns = OperatingSystem.IsMacOS() ? ["cu.usb*", "cu.SLAB*", "cu.wch*"] : ["ttyUSB*", "ttyACM*"];
        try
        {
            return [.. patterns.SelectMany(pattern => Directory.GetFiles("/dev", pattern)).Order(StringComparer.Ordinal)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Opens a port for this program alone, with both control lines released.</summary>
    public static ISerialLine Open(string device)
    {
        ArgumentNullException.ThrowIfNull(device);
        return OperatingSystem.IsWindows() ? WindowsSerial.Open(device) : PosixSerial.Open(device);
    }

    internal static ProbeException CannotOpen(string device, int error, string words) => new(
        "NRST1511", string.Create(CultureInfo.InvariantCulture, $"The serial port {device} cannot be opened: {words} (error {error})."))
    {
        LikelyCause = OperatingSystem.IsWindows()
            ? "There is no such port, or another program has it open."
            : "There is no such port, another program has it open, or it belongs to a group that you are not in (dialout on most systems).",
        Remedies = [new("See which ports there are.", "nrst list")],
    };

    internal static ProbeException Failed(string device, string doing, int error, string words) => new(
        "NRST1512", string.Create(CultureInfo.InvariantCulture, $"The serial port {device} failed, {doing}: {words} (error {error})."))
    {
        LostSync = true,
        LikelyCause = "The adapter was unplugged, or does not know this speed.",
        Remedies = [new("Plug it in again, or take a usual speed.", "nrst info --probe serial:/dev/ttyUSB0:57600")],
    };
}
