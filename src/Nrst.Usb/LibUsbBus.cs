using System.Buffers.Binary;
using Nrst.Usb.LibUsb;

namespace Nrst.Usb;

/// <summary>The USB devices of this machine, through libusb-1.0.</summary>
/// <remarks>The library is looked for when it is first needed; that there is none is an error then, and none before.</remarks>
public sealed class LibUsbBus : IUsbBus, IDisposable
{
    private const int DescriptorLength = 18;
    private const int DeepestNesting = 7; // of hubs, says the USB specification

    private readonly Func<ILibUsb> _load;
    private readonly UsbMachine _machine;
    private ILibUsb? _library;
    private LibUsbContext? _context;

    /// <param name="library">The library's file where it lies in an unusual place; null: where it usually is.</param>
    public LibUsbBus(string? library = null)
        : this(new UsbMachine(UsbMachine.Current), library is null ? LibUsbLibrary.Names(UsbMachine.Current) : [library])
    {
    }

    internal LibUsbBus(UsbMachine machine, IReadOnlyList<string> names)
    {
        _machine = machine;
        _load = () => LibUsbLibrary.TryLoad(names, out var found) ? found : throw UsbErrors.NoLibrary(machine.System, names);
    }

    internal LibUsbBus(ILibUsb library, UsbMachine machine) => (_load, _machine) = (() => library, machine);

    public IReadOnlyList<UsbDeviceInfo> List(Func<ushort, ushort, bool> wanted)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var (library, context) = Start();
        var found = new List<UsbDeviceInfo>();
        foreach (var device in Devices(library, context))
        {
            using (device)
            {
                if (Describe(library, device) is var (info, serialIndex) && wanted(info.Vid, info.Pid))
                {
                    found.Add(Complete(library, context, device, info, serialIndex));
                }
            }
        }

        return [.. found.OrderBy(info => PlaceInOrder(info.BusPort), StringComparer.Ordinal)];
    }

    public IUsbDevice Open(UsbDeviceInfo device)
    {
        ArgumentNullException.ThrowIfNull(device);
        var (library, context) = Start();
        LibUsbDevice? opened = null;
        ProbeException? problem = null;
        foreach (var reference in Devices(library, context))
        {
            using (reference)
            {
                if (opened is null && problem is null && Describe(library, reference) is var (info, _)
                    && (info.Vid, info.Pid, info.BusPort) == (device.Vid, device.Pid, device.BusPort))
                {
                    (opened, problem) = Open(library, context, reference, info with { Serial = device.Serial });
                }
            }
        }

        return opened ?? throw problem ?? UsbErrors.Gone(device);
    }

    public void Dispose() => _context?.Dispose();

    // 1-2 comes before 1-10.
    private static string PlaceInOrder(string busPort) => string.Join('.', busPort.Split('-', '.').Select(number => number.PadLeft(3, '0')));

    private (ILibUsb Library, LibUsbContext Context) Start()
    {
        _library ??= _load();
        if (_context is null)
        {
            var code = _library.Init(out var context);
            _context = code >= 0 ? new LibUsbContext(_library, context) : throw UsbErrors.NoBus(code, "starting libusb");
        }

        return (_library, _context);
    }

    private static List<LibUsbDeviceReference> Devices(ILibUsb library, LibUsbContext context)
    {
        var code = library.GetDeviceList(context, out var devices);
        return code >= 0 ? [.. devices.Select(device => new LibUsbDeviceReference(library, context, device))] : throw UsbErrors.NoBus(code, "listing the devices");
    }

    /// <summary>What is known of a device without opening it, and the index of its serial number's string.</summary>
    private static (UsbDeviceInfo Info, byte SerialIndex)? Describe(ILibUsb library, LibUsbDeviceReference device)
    {
        Span<byte> descriptor = stackalloc byte[DescriptorLength];
        if (library.GetDeviceDescriptor(device, descriptor) < 0)
        {
            return null;
        }

        Span<byte> ports = stackalloc byte[DeepestNesting];
        var depth = library.GetPortNumbers(device, ports);
        var path = depth > 0 ? string.Join('.', ports[..depth].ToArray()) : "0";
        return (new UsbDeviceInfo(Number(descriptor[8..]), Number(descriptor[10..]), "", $"{library.GetBusNumber(device)}-{path}")
        {
            Address = library.GetDeviceAddress(device),
            Speed = library.GetDeviceSpeed(device) switch
            {
                1 => UsbSpeed.Low,
                2 => UsbSpeed.Full,
                3 => UsbSpeed.High,
                >= 4 => UsbSpeed.Super,
                _ => UsbSpeed.Unknown,
            },
        }, descriptor[16]);

        // libusb gives these two in the byte order of the host.
        static ushort Number(ReadOnlySpan<byte> bytes) => BitConverter.IsLittleEndian
            ? BinaryPrimitives.ReadUInt16LittleEndian(bytes)
            : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    /// <summary>Adds what only an open device tells: its serial number, or that it cannot be opened.</summary>
    private UsbDeviceInfo Complete(ILibUsb library, LibUsbContext context, LibUsbDeviceReference device, UsbDeviceInfo info, byte serialIndex)
    {
        var (opened, problem) = Open(library, context, device, info);
        using (opened)
        {
            var serial = "";
            try
            {
                serial = opened?.ReadString(serialIndex) ?? "";
            }
            catch (ProbeException unread) when (unread.Code != "NRST1102")
            {
                // One that keeps its serial number to itself can still be used.
            }
            catch (ProbeException gone)
            {
                problem = gone;
            }

            return info with { Serial = serial.Length > 0 ? serial : _machine.Serial(info), Problem = problem };
        }
    }

    private (LibUsbDevice? Device, ProbeException? Problem) Open(
        ILibUsb library, LibUsbContext context, LibUsbDeviceReference device, UsbDeviceInfo info)
    {
        var code = library.Open(device, out var handle);
        return code >= 0
            ? (new LibUsbDevice(library, new LibUsbDeviceHandle(library, context, handle), info, _machine), null)
            : (null, UsbErrors.Unavailable((LibUsbCode)code, info, null, _machine));
    }
}
