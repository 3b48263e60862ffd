using Nrst.Usb.LibUsb;

namespace Nrst.Usb;

/// <summary>A device opened through libusb.</summary>
internal sealed class LibUsbDevice(ILibUsb library, LibUsbDeviceHandle handle, UsbDeviceInfo info, UsbMachine machine) : IUsbDevice
{
    private const byte DeviceToHost = 0x80;

    // The device is shared over the network on purpose; whoever did that would not like to lose it.
    private const string SharedOverNetwork = "usbip-host";

    private readonly Dictionary<byte, byte> _claimed = [];
    private readonly HashSet<byte> _detached = [];

    public UsbDeviceInfo Info => info;

    public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit)
    {
        var result = library.ControlTransfer(handle, requestType, request, value, index, data, Milliseconds(limit));
        if (result >= 0)
        {
            return result;
        }

        var way = (requestType & DeviceToHost) != 0 ? "asked for" : "sent";
        throw Failed(result, $"{way} {data.Length} bytes by control request {requestType:X2} {request:X2} {value:X4} {index:X4}", lostSync: false);
    }

    public void Claim(byte @interface, byte alternate = 0)
    {
        if (!_claimed.TryGetValue(@interface, out var current))
        {
            TakeFromKernel(@interface);
            var code = library.ClaimInterface(handle, @interface);
            if (code < 0)
            {
                throw UsbErrors.Unavailable((LibUsbCode)code, info, @interface, machine);
            }

            _claimed[@interface] = 0;
        }

        if (current != alternate)
        {
            Check(library.SetAlternateSetting(handle, @interface, alternate), $"choosing setting {alternate} of interface {@interface}");
            _claimed[@interface] = alternate;
        }
    }

    public IBulkPipe Pipe(BulkEndpoints endpoints) => new LibUsbPipe(library, handle, this, endpoints);

    public void ClearHalt(byte endpoint) => Check(library.ClearHalt(handle, endpoint), $"clearing the stall of endpoint 0x{endpoint:X2}");

    public void Reset()
    {
        var code = library.ResetDevice(handle);

        // "Not found" is libusb's way of saying that it came back as another device.
        Check(code == (int)LibUsbCode.ERROR_NOT_FOUND ? (int)LibUsbCode.ERROR_NO_DEVICE : code, "resetting it");
    }

    public void Dispose()
    {
        if (handle.IsClosed)
        {
            return;
        }

        // What fails here fails because the device is gone, and then nothing is held any more.
        foreach (var @interface in _claimed.Keys)
        {
            _ = library.ReleaseInterface(handle, @interface);
        }

        foreach (var @interface in _detached)
        {
            _ = library.AttachKernelDriver(handle, @interface);
        }

        handle.Dispose();
    }

    /// <summary>A time-out as libusb wants it: never 0, which means for ever.</summary>
    internal static uint Milliseconds(TimeSpan limit) => (uint)Math.Max(1, Math.Ceiling(limit.TotalMilliseconds));

    private void TakeFromKernel(byte @interface)
    {
        if (machine.System != UsbSystem.Linux || library.KernelDriverActive(handle, @interface) != 1)
        {
            return;
        }

        var code = machine.KernelDriver(info, @interface) == SharedOverNetwork
            ? (int)LibUsbCode.ERROR_BUSY
            : library.DetachKernelDriver(handle, @interface);
        switch ((LibUsbCode)code)
        {
            case >= LibUsbCode.SUCCESS: _detached.Add(@interface); break;
            case LibUsbCode.ERROR_NOT_FOUND: break; // it let go by itself
            default: throw UsbErrors.Unavailable((LibUsbCode)code, info, @interface, machine);
        }
    }

    private void Check(int code, string doing)
    {
        if (code < 0)
        {
            throw Failed(code, doing, lostSync: false);
        }
    }

    private ProbeException Failed(int code, string doing, bool lostSync) => UsbErrors.Failed((LibUsbCode)code, doing, info, lostSync);
}
