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
        LikelyCause = Cause(error),
        Remedies = [new("See which ports there are.", "nrst list")],
    };

    private static string Cause(int error)
    {
        const int None = 2, NotAllowed = 13, Busy = 16, Locked = 11, LockedOnMac = 35; // ENOENT, EACCES, EBUSY, EWOULDBLOCK
        return OperatingSystem.IsWindows() ? "There is no such port, or another program has it open." : error switch
        {
            None => "There is no such port: the adapter is not plugged in, or has another name.",
            NotAllowed => "The port belongs to a group that you are not in: dialout on most systems, uucp on some.",
            Busy or Locked or LockedOnMac => "Another program has it open for itself: a terminal, a modem manager, another nrst.",
            _ => "There is no such port, another program has it open, or it belongs to a group that you are not in (dialout on most systems).",
        };
    }

    /// <param name="gone">The system's numbers for a port that is not there any more.</param>
    internal static ProbeException Failed(string device, string doing, int error, string words, ReadOnlySpan<int> gone) => gone.Contains(error) ? Gone(device, doing, error, words) : new(
        "NRST1512", string.Create(CultureInfo.InvariantCulture, $"The serial port {device} failed, {doing}: {words} (error {error})."))
    {
        LostSync = true,
        LikelyCause = "The adapter or its driver cannot do what was asked for, most often this speed.",
        Remedies = [new("Take a usual speed, or plug the adapter in again.", "nrst info --probe serial:/dev/ttyUSB0:57600")],
    };

    internal static ProbeException Gone(string device, string doing, int error, string words) => new(
        "NRST1513", $"The serial port {device} has vanished, noticed while {doing}.")
    {
        LostSync = true,
        Failure = TransferFailure.Gone,
        LikelyCause = "The adapter was pulled out, or its USB connection broke down; a board that is supplied through it has lost its power too.",
        Evidence = [string.Create(CultureInfo.InvariantCulture, $"the system says: {words} (error {error})")],
        Remedies = [new("Plug the adapter in again, reset the board with BOOT0 high, and run the command again.", "nrst list")],
    };
}
