using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace Nrst.Usb.LibUsb;

/// <summary>The library itself, found by the names it goes by on this system.</summary>
internal sealed unsafe class LibUsbLibrary : ILibUsb
{
    private static readonly Lock Loading = new();
    private static nint s_library;

    static LibUsbLibrary() => NativeLibrary.SetDllImportResolver(
        typeof(LibUsbLibrary).Assembly, (name, _, _) => name == LibUsbNative.Library ? s_library : 0);

    private LibUsbLibrary()
    {
    }

    /// <summary>Where libusb is looked for, in this order.</summary>
    public static IReadOnlyList<string> Names(UsbSystem system) => system switch
    {
        UsbSystem.Windows => ["libusb-1.0.dll"],
        UsbSystem.MacOS =>
        [
            "libusb-1.0.0.dylib",
            "/opt/homebrew/lib/libusb-1.0.0.dylib", // Homebrew on Apple silicon
            "/usr/local/lib/libusb-1.0.0.dylib", // Homebrew on Intel
            "/opt/local/lib/libusb-1.0.0.dylib", // MacPorts
        ],
        _ => ["libusb-1.0.so.0", "libusb-1.0.so"],
    };

    /// <summary>Loads the first of the names that can be. Loading again takes the library that is there.</summary>
    public static bool TryLoad(IReadOnlyList<string> names, [NotNullWhen(true)] out ILibUsb? library)
    {
        lock (Loading)
        {
            foreach (var name in names)
            {
                if (NativeLibrary.TryLoad(name, typeof(LibUsbLibrary).Assembly, null, out var loaded)
                    && NativeLibrary.TryGetExport(loaded, "libusb_init", out _))
                {
                    s_library = s_library != 0 ? s_library : loaded;
                    library = new LibUsbLibrary();
                    return true;
                }
            }
        }

        library = null;
        return false;
    }

    public int Init(out nint context) => LibUsbNative.Init(out context);

    public void Exit(nint context) => LibUsbNative.Exit(context);

    public int GetDeviceList(LibUsbContext context, out nint[] devices)
    {
        var count = LibUsbNative.GetDeviceList(context, out var list);
        if (count < 0)
        {
            devices = [];
            return (int)count;
        }

        devices = new ReadOnlySpan<nint>(list, (int)count).ToArray();
        LibUsbNative.FreeDeviceList(list, unrefDevices: 0);
        return (int)count;
    }

    public void UnrefDevice(nint device) => LibUsbNative.UnrefDevice(device);

    public int GetDeviceDescriptor(LibUsbDeviceReference device, Span<byte> descriptor)
    {
        fixed (byte* bytes = descriptor)
        {
            return LibUsbNative.GetDeviceDescriptor(device, bytes);
        }
    }

    public byte GetBusNumber(LibUsbDeviceReference device) => LibUsbNative.GetBusNumber(device);

    public byte GetDeviceAddress(LibUsbDeviceReference device) => LibUsbNative.GetDeviceAddress(device);

    public int GetPortNumbers(LibUsbDeviceReference device, Span<byte> ports)
    {
        fixed (byte* bytes = ports)
        {
            return LibUsbNative.GetPortNumbers(device, bytes, ports.Length);
        }
    }

    public int GetDeviceSpeed(LibUsbDeviceReference device) => LibUsbNative.GetDeviceSpeed(device);

    public int Open(LibUsbDeviceReference device, out nint handle) => LibUsbNative.Open(device, out handle);

    public void Close(nint handle) => LibUsbNative.Close(handle);

    public int KernelDriverActive(LibUsbDeviceHandle handle, int @interface) => LibUsbNative.KernelDriverActive(handle, @interface);

    public int DetachKernelDriver(LibUsbDeviceHandle handle, int @interface) => LibUsbNative.DetachKernelDriver(handle, @interface);

    public int AttachKernelDriver(LibUsbDeviceHandle handle, int @interface) => LibUsbNative.AttachKernelDriver(handle, @interface);

    public int ClaimInterface(LibUsbDeviceHandle handle, int @interface) => LibUsbNative.ClaimInterface(handle, @interface);

    public int ReleaseInterface(LibUsbDeviceHandle handle, int @interface) => LibUsbNative.ReleaseInterface(handle, @interface);

    public int SetAlternateSetting(LibUsbDeviceHandle handle, int @interface, int alternate) =>
        LibUsbNative.SetInterfaceAltSetting(handle, @interface, alternate);

    public int ClearHalt(LibUsbDeviceHandle handle, byte endpoint) => LibUsbNative.ClearHalt(handle, endpoint);

    public int ResetDevice(LibUsbDeviceHandle handle) => LibUsbNative.ResetDevice(handle);

    public int ControlTransfer(
        LibUsbDeviceHandle handle, byte requestType, byte request, ushort value, ushort index, Span<byte> data, uint milliseconds)
    {
        fixed (byte* bytes = data)
        {
            return LibUsbNative.ControlTransfer(handle, requestType, request, value, index, bytes, (ushort)data.Length, milliseconds);
        }
    }

    public int BulkOut(LibUsbDeviceHandle handle, byte endpoint, ReadOnlySpan<byte> data, out int transferred, uint milliseconds)
    {
        fixed (byte* bytes = data)
        {
            return LibUsbNative.BulkTransfer(handle, endpoint, bytes, data.Length, out transferred, milliseconds);
        }
    }

    public int BulkIn(LibUsbDeviceHandle handle, byte endpoint, Span<byte> data, out int transferred, uint milliseconds)
    {
        fixed (byte* bytes = data)
        {
            return LibUsbNative.BulkTransfer(handle, endpoint, bytes, data.Length, out transferred, milliseconds);
        }
    }
}
