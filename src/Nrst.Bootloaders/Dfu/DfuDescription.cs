using System.Buffers.Binary;
using System.Text;
using Nrst.Usb;

namespace Nrst.Bootloaders.Dfu;

/// <summary>One alternate setting of a DFU interface, and the layout in its name.</summary>
public sealed record DfuAlternate(byte Number, DfuLayout Layout);

/// <summary>A DFU interface, read from the configuration descriptor.</summary>
/// <param name="TransferSize">wTransferSize: bytes of the largest block.</param>
/// <param name="Release">bcdDevice.</param>
public sealed record DfuDescription(byte Interface, int TransferSize, ushort Version, ushort Release, string Product, string Serial, IReadOnlyList<DfuAlternate> Alternates)
{
    public ushort VendorId { get; init; }

    public ushort ProductId { get; init; }

    private const byte InterfaceType = 4, FunctionalType = 0x21;
    private const byte ApplicationSpecific = 0xFE, FirmwareUpgrade = 1, DfuMode = 2;
    private const int LargestBlock = 4096;

    /// <summary>The alternate setting of the main flash; null where no name says so.</summary>
    /// <remarks>Where several have the same name (STM32G0B1) only the first is what it says.</remarks>
    public DfuAlternate? Flash => Alternates.FirstOrDefault(alternate => alternate.Layout.Purpose == DfuPurpose.Flash);

    /// <summary>The alternate setting whose memory holds an address; null where none says so.</summary>
    public DfuAlternate? Holding(Address address) =>
        Alternates.FirstOrDefault(alternate => alternate.Layout.Segments.Any(segment => segment.Range.Contains(address)));

    public DfuAlternate? Find(DfuPurpose purpose) => Alternates.FirstOrDefault(alternate => alternate.Layout.Purpose == purpose);

    /// <summary>Reads the descriptors of a device. The functional descriptor is never asked for by itself: some loaders hang then.</summary>
    /// <returns>Null where it has no DFU interface.</returns>
    public static DfuDescription? Read(IControlPipe device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var itself = device.ReadDescriptor(UsbDescriptors.Device, 0);
        var configuration = device.ReadConfiguration();
        if (itself.Length < 18 || Find(configuration) is not { } found)
        {
            return null;
        }

        var (number, alternates, functional) = found;
        var size = functional.Length >= 7 ? BinaryPrimitives.ReadUInt16LittleEndian(functional.AsSpan(5)) : 0;
        return new DfuDescription(
            number,
            size is >= 8 and <= LargestBlock ? size : 1024,
            functional.Length >= 9 ? BinaryPrimitives.ReadUInt16LittleEndian(functional.AsSpan(7)) : (ushort)0,
            BinaryPrimitives.ReadUInt16LittleEndian(itself.AsSpan(12)),
            Name(device, itself[15]),
            Name(device, itself[16]),
            [.. alternates.Select(alternate => new DfuAlternate(alternate.Number, DfuLayout.Parse(Name(device, alternate.Text))))])
        {
            VendorId = BinaryPrimitives.ReadUInt16LittleEndian(itself.AsSpan(8)),
            ProductId = BinaryPrimitives.ReadUInt16LittleEndian(itself.AsSpan(10)),
        };
    }

    /// <summary>The first DFU interface, its alternate settings, and the functional descriptor, which stands behind the last of them.</summary>
    internal static (byte Interface, List<(byte Number, byte Text)> Alternates, byte[] Functional)? Find(ReadOnlySpan<byte> configuration)
    {
        byte? number = null;
        var alternates = new List<(byte, byte)>();
        byte[] functional = [];
        for (var at = 0; at + 2 <= configuration.Length && configuration[at] >= 2; at += configuration[at])
        {
            var one = configuration[at..Math.Min(at + configuration[at], configuration.Length)];
            if (one.Length >= 9 && one[1] == InterfaceType && (one[5], one[6]) == (ApplicationSpecific, FirmwareUpgrade) && one[7] is DfuMode or 0
                && (number ?? one[2]) == one[2])
            {
                number = one[2];
                alternates.Add((one[3], one[8]));
            }
            else if (one.Length >= 7 && one[1] == FunctionalType && number is not null && functional.Length == 0)
            {
                functional = one.ToArray();
            }
        }

        return number is { } dfu ? (dfu, alternates, functional) : null;
    }

    /// <summary>A string as far as it came: what a descriptor says of its own length is wrong where a name has 127 letters or more (STM32F427).</summary>
    private static string Name(IControlPipe device, byte index)
    {
        if (index == 0)
        {
            return "";
        }

        try
        {
            Span<byte> raw = stackalloc byte[255];
            var received = device.Control(0x80, 6, (ushort)(UsbDescriptors.Text << 8 | index), 0x0409, raw, TimeSpan.FromSeconds(1));
            return received <= 2 ? "" : Encoding.Unicode.GetString(raw[2..(received / 2 * 2)]).TrimEnd('\0');
        }
        catch (ProbeException unread) when (unread.Failure is TransferFailure.Stalled)
        {
            return "";
        }
    }
}
