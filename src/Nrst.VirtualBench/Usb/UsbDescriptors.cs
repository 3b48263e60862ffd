using System.Buffers.Binary;
using System.Text;

namespace Nrst.VirtualBench.Usb;

/// <summary>The numbers are those that USB/IP gives to the speeds.</summary>
internal enum UsbSpeed : uint
{
    Full = 2,
    High = 3,
}

internal enum UsbTransferType : byte
{
    Control = 0,
    Isochronous = 1,
    Bulk = 2,
    Interrupt = 3,
}

/// <summary>USB 2.0, "Descriptors", and the association descriptor of its engineering change notice.</summary>
internal static class UsbDescriptorType
{
    public const byte Device = 1;
    public const byte Configuration = 2;
    public const byte Text = 3;
    public const byte Interface = 4;
    public const byte Endpoint = 5;
    public const byte DeviceQualifier = 6;
    public const byte OtherSpeedConfiguration = 7;
    public const byte Association = 11;
}

/// <summary>What a device says about itself as a whole.</summary>
/// <param name="Release">bcdDevice.</param>
/// <param name="DeviceClass">Class, subclass and protocol of the device descriptor.</param>
internal sealed record UsbIdentity(
    UsbSpeed Speed,
    ushort VendorId,
    ushort ProductId,
    ushort Release,
    (byte Class, byte Subclass, byte Protocol) DeviceClass,
    string Manufacturer,
    string Product,
    string Serial,
    string? ConfigurationName,
    int Milliamperes)
{
    /// <summary>bcdUSB.</summary>
    public ushort UsbVersion { get; init; } = 0x0200;

    /// <summary>bmAttributes of the configuration: bus-powered, and without remote wake-up.</summary>
    public byte Attributes { get; init; } = 0x80;

    /// <summary>Nanoseconds that a control transfer with so many bytes takes, where the cable is what counts.</summary>
    public Func<int, long>? ControlTime { get; init; }

    /// <summary>Numbers between the strings of the device and those of its interfaces that no string has.</summary>
    public int UnusedStrings { get; init; }
}

/// <param name="Address">Number, with bit 7 set where it leads to the host.</param>
/// <param name="Interval">bInterval as the descriptor has it.</param>
internal sealed record UsbEndpoint(byte Address, UsbTransferType Type, int MaxPacket, byte Interval = 0)
{
    public const byte ToHost = 0x80;

    /// <summary>At the other speed of a high-speed device: a full-speed bulk packet has 64 bytes at most.</summary>
    public UsbEndpoint AtFullSpeed => Type == UsbTransferType.Bulk ? this with { MaxPacket = Math.Min(MaxPacket, 64) } : this;

    public byte[] Descriptor =>
        [7, UsbDescriptorType.Endpoint, Address, (byte)Type, (byte)MaxPacket, (byte)(MaxPacket >> 8), Interval];
}

internal sealed record UsbInterface(
    byte Number, (byte Class, byte Subclass, byte Protocol) Code, string? Name, IReadOnlyList<UsbEndpoint> Endpoints)
{
    /// <summary>Which of the interface's settings this is. All of them have the same number.</summary>
    public byte Alternate { get; init; }

    /// <summary>What stands between the interface's own descriptor and those of its endpoints.</summary>
    public byte[] ClassDescriptors { get; init; } = [];
}

/// <summary>Several interfaces that one driver takes together.</summary>
internal sealed record UsbAssociation(byte FirstInterface, byte Count, (byte Class, byte Subclass, byte Protocol) Code);

/// <summary>The strings of a device, in the order in which they are given numbers.</summary>
internal sealed class UsbStrings
{
    /// <summary>English (United States), the one language that probes know.</summary>
    private const ushort Language = 0x0409;

    private readonly List<string?> _texts = [];

    /// <summary>The index for a descriptor; 0 stands for no string.</summary>
    public byte Add(string? text)
    {
        if (text is null)
        {
            return 0;
        }

        _texts.Add(text);
        return (byte)_texts.Count;
    }

    /// <summary>Leaves numbers without a string.</summary>
    public void Skip(int count)
    {
        for (var i = 0; i < count; i++)
        {
            _texts.Add(null);
        }
    }

    /// <summary>The descriptor of an index; null where there is none.</summary>
    public byte[]? Descriptor(int index)
    {
        if (index == 0)
        {
            return [4, UsbDescriptorType.Text, Language & 0xFF, Language >> 8];
        }

        if (index > _texts.Count || _texts[index - 1] is not { } known)
        {
            return null;
        }

        var text = Encoding.Unicode.GetBytes(known);
        return [(byte)(2 + text.Length), UsbDescriptorType.Text, .. text];
    }
}

/// <summary>Descriptors of a whole device, in bytes.</summary>
internal sealed class UsbDescriptorSet
{
    private const byte MaxPacket0 = 64;

    private readonly UsbStrings _strings = new();
    private readonly UsbIdentity _identity;

    public UsbDescriptorSet(UsbIdentity identity, IReadOnlyList<UsbFunction> functions)
    {
        _identity = identity;
        var (code, subclass, protocol) = identity.DeviceClass;
        byte[] device =
        [
            18, UsbDescriptorType.Device, 0, 0, code, subclass, protocol, MaxPacket0, 0, 0, 0, 0, 0, 0,
            _strings.Add(identity.Manufacturer), _strings.Add(identity.Product), _strings.Add(identity.Serial), 1,
        ];
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(2), identity.UsbVersion);
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(8), identity.VendorId);
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(10), identity.ProductId);
        BinaryPrimitives.WriteUInt16LittleEndian(device.AsSpan(12), identity.Release);
        Device = device;

        var name = _strings.Add(identity.ConfigurationName);
        _strings.Skip(identity.UnusedStrings);
        var names = functions.SelectMany(function => function.Interfaces).ToDictionary(one => (one.Number, one.Alternate), one => _strings.Add(one.Name));
        Configuration = WholeConfiguration(functions, name, names, UsbDescriptorType.Configuration, endpoint => endpoint);
        OtherSpeed = WholeConfiguration(functions, name, names, UsbDescriptorType.OtherSpeedConfiguration, endpoint => endpoint.AtFullSpeed);
    }

    public byte[] Device { get; }

    public byte[] Configuration { get; }

    private byte[] OtherSpeed { get; }

    /// <summary>Null where the device has no such descriptor, and answers with a STALL.</summary>
    public byte[]? Find(byte type, byte index) => type switch
    {
        UsbDescriptorType.Device when index == 0 => Device,
        UsbDescriptorType.Configuration when index == 0 => Configuration,
        UsbDescriptorType.Text => _strings.Descriptor(index),

        // Only a device that could be faster or slower than it is has these two.
        UsbDescriptorType.DeviceQualifier when _identity.Speed == UsbSpeed.High =>
            [10, UsbDescriptorType.DeviceQualifier, .. Device.AsSpan(2, 6), 1, 0],
        UsbDescriptorType.OtherSpeedConfiguration when index == 0 && _identity.Speed == UsbSpeed.High => OtherSpeed,
        _ => null,
    };

    private byte[] WholeConfiguration(
        IReadOnlyList<UsbFunction> functions, byte name, Dictionary<(byte, byte), byte> names, byte type, Func<UsbEndpoint, UsbEndpoint> speed)
    {
        var interfaces = functions.Sum(function => function.Interfaces.DistinctBy(one => one.Number).Count());
        List<byte> whole = [9, type, 0, 0, (byte)interfaces, 1, name, _identity.Attributes, (byte)(_identity.Milliamperes / 2)];
        foreach (var function in functions)
        {
            if (function.Association is { } together)
            {
                var text = names[(together.FirstInterface, 0)];
                whole.AddRange(
                [
                    8, UsbDescriptorType.Association, together.FirstInterface, together.Count,
                    together.Code.Class, together.Code.Subclass, together.Code.Protocol, text,
                ]);
            }

            foreach (var one in function.Interfaces)
            {
                whole.AddRange(
                [
                    9, UsbDescriptorType.Interface, one.Number, one.Alternate, (byte)one.Endpoints.Count,
                    one.Code.Class, one.Code.Subclass, one.Code.Protocol, names[(one.Number, one.Alternate)],
                ]);
                whole.AddRange(one.ClassDescriptors);
                whole.AddRange(one.Endpoints.SelectMany(endpoint => speed(endpoint).Descriptor));
            }
        }

        var bytes = whole.ToArray();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2), (ushort)bytes.Length);
        return bytes;
    }
}
