namespace Nrst.Usb;

/// <summary>How fast a device runs on its cable.</summary>
public enum UsbSpeed
{
    Unknown,
    Low,
    Full,
    High,
    Super,
}

/// <summary>A device as the bus shows it, whether or not it can be opened.</summary>
/// <param name="Serial">The serial number as text; raw bytes of old ST-LINKs already turned into hexadecimal digits. Empty where unread.</param>
/// <param name="BusPort">Where it is plugged in: <c>1-2.3</c> is bus 1, port 3 of the hub in port 2.</param>
/// <param name="Problem">Why it cannot be opened (permission, another driver) and what to do, or null.</param>
public sealed record UsbDeviceInfo(ushort Vid, ushort Pid, string Serial, string BusPort, ProbeException? Problem = null)
{
    /// <summary>The number the bus gave it when it was plugged in; another one each time.</summary>
    public int Address { get; init; }

    public UsbSpeed Speed { get; init; }

    /// <summary>As a person would point at it: <c>0483:374b at usb:1-2.3</c>.</summary>
    public override string ToString() => $"{Vid:x4}:{Pid:x4} at usb:{BusPort}";
}

/// <summary>The two bulk endpoints a conversation runs over, and the interface that owns them.</summary>
/// <param name="In">With the direction bit: <c>0x81</c>.</param>
public readonly record struct BulkEndpoints(byte Interface, byte Out, byte In);

/// <summary>The USB devices of this machine.</summary>
/// <remarks>Every failure is a <see cref="ProbeException"/>, also where this machine has no library to reach USB with.</remarks>
public interface IUsbBus
{
    /// <summary>The devices with the wanted ids, including those that cannot be opened, with the reason.</summary>
    /// <param name="wanted">Asked with vendor and product id; no other device is touched.</param>
    IReadOnlyList<UsbDeviceInfo> List(Func<ushort, ushort, bool> wanted);

    /// <summary>Opens a device of the list and claims nothing yet.</summary>
    IUsbDevice Open(UsbDeviceInfo device);
}

/// <summary>What is often wanted of a bus.</summary>
public static class UsbBusExtensions
{
    /// <summary>Claims the interface that carries the endpoints. The pipe owns the device from here on.</summary>
    public static IBulkPipe OpenPipe(this IUsbBus bus, UsbDeviceInfo device, BulkEndpoints endpoints)
    {
        ArgumentNullException.ThrowIfNull(bus);
        var opened = bus.Open(device);
        try
        {
            opened.Claim(endpoints.Interface);
            return opened.Pipe(endpoints);
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>Why an interface of the device cannot be used, found out by claiming it for a moment; null when it can.</summary>
    public static ProbeException? FindProblem(this IUsbBus bus, UsbDeviceInfo device, byte @interface)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(device);
        if (device.Problem is { } known)
        {
            return known;
        }

        try
        {
            using var opened = bus.Open(device);
            opened.Claim(@interface);
            return null;
        }
        catch (ProbeException problem)
        {
            return problem;
        }
    }
}
