namespace Nrst.Usb;

/// <summary>An open USB device: its control pipe, and its interfaces once they are claimed.</summary>
/// <remarks>
/// Every failure is a <see cref="ProbeException"/>. A control request that the device refuses is NRST1104 without <c>LostSync</c>:
/// requests and answers of the control pipe belong together by themselves.
/// </remarks>
public interface IUsbDevice : IControlPipe
{
    UsbDeviceInfo Info { get; }

    /// <summary>Bulk transfers over a claimed interface. Disposing the pipe closes the device.</summary>
    IBulkPipe Pipe(BulkEndpoints endpoints);

    void ClearHalt(byte endpoint);
}

/// <summary>Descriptors, read over the control pipe.</summary>
public static class UsbDescriptors
{
    public const byte Device = 1;
    public const byte Configuration = 2;
    public const byte Text = 3;

    private const byte DeviceToHost = 0x80;
    private const byte GetDescriptor = 6;
    private const ushort EnglishUnitedStates = 0x0409;
    private const int ConfigurationHead = 9;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(1);

    /// <summary>A descriptor as the device sends it, cut to what it says its length is.</summary>
    /// <param name="language">Of a string descriptor; 0 for all others.</param>
    public static byte[] ReadDescriptor(this IControlPipe device, byte type, byte index, ushort language = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        Span<byte> descriptor = stackalloc byte[255];
        var received = device.Control(DeviceToHost, GetDescriptor, (ushort)(type << 8 | index), language, descriptor, Limit);
        return received > 0 ? descriptor[..Math.Min(received, descriptor[0])].ToArray() : [];
    }

    /// <summary>A whole string descriptor, undecoded, in the first language the device has. Index 0 is no string: empty.</summary>
    public static byte[] ReadRawString(this IControlPipe device, byte index)
    {
        if (index == 0)
        {
            return [];
        }

        var languages = device.ReadDescriptor(Text, 0);
        var language = languages.Length >= 4 ? (ushort)(languages[2] | languages[3] << 8) : EnglishUnitedStates;
        return device.ReadDescriptor(Text, index, language);
    }

    /// <summary>A string descriptor as text, raw bytes of an old ST-LINK's serial number as digits.</summary>
    public static string ReadString(this IControlPipe device, byte index) => UsbSerial.Decode(device.ReadRawString(index));

    /// <summary>A configuration with all its interfaces, alternate settings and endpoints.</summary>
    public static byte[] ReadConfiguration(this IControlPipe device, byte index = 0)
    {
        ArgumentNullException.ThrowIfNull(device);
        var head = device.ReadDescriptor(Configuration, index);
        if (head.Length < ConfigurationHead)
        {
            return head;
        }

        var whole = new byte[head[2] | head[3] << 8];
        var received = device.Control(DeviceToHost, GetDescriptor, (ushort)(Configuration << 8 | index), 0, whole, Limit);
        return whole[..received];
    }
}
