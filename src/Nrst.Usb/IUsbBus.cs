namespace Nrst.Usb;

/// <summary>A device as the bus shows it, whether or not it can be opened.</summary>
/// <param name="Serial">The serial number as text; raw bytes of old ST-LINKs already turned into hexadecimal digits. Empty where unread.</param>
/// <param name="BusPort">Where it is plugged in: <c>1-2.3</c> is bus 1, port 3 of the hub in port 2.</param>
/// <param name="CannotOpen">Why it cannot be opened (permission, another driver), or null.</param>
public sealed record UsbDeviceInfo(ushort Vid, ushort Pid, string Serial, string BusPort, string? CannotOpen);

/// <summary>The two bulk endpoints a conversation runs over, and the interface that owns them.</summary>
/// <param name="In">With the direction bit: <c>0x81</c>.</param>
public readonly record struct BulkEndpoints(byte Interface, byte Out, byte In);

/// <summary>The USB devices of this machine.</summary>
public interface IUsbBus
{
    /// <summary>Everything attached, including what cannot be opened and why.</summary>
    IReadOnlyList<UsbDeviceInfo> List();

    /// <summary>Claims the interface that carries the endpoints. The pipe owns the device from here on.</summary>
    IBulkPipe Open(UsbDeviceInfo device, BulkEndpoints endpoints);
}
