using System.Runtime.InteropServices;

namespace Nrst.Usb.LibUsb;

/// <summary>libusb-1.0 as its header declares it. <c>ssize_t</c> is <c>nint</c>; the rest is <c>int</c> and pointers.</summary>
internal static unsafe partial class LibUsbNative
{
    /// <summary>A name for the resolver, not that of a file.</summary>
    public const string Library = "nrst-libusb-1.0";

    [LibraryImport(Library, EntryPoint = "libusb_init")]
    public static partial int Init(out nint context);

    [LibraryImport(Library, EntryPoint = "libusb_exit")]
    public static partial void Exit(nint context);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_list")]
    public static partial nint GetDeviceList(LibUsbContext context, out nint* list);

    [LibraryImport(Library, EntryPoint = "libusb_free_device_list")]
    public static partial void FreeDeviceList(nint* list, int unrefDevices);

    [LibraryImport(Library, EntryPoint = "libusb_unref_device")]
    public static partial void UnrefDevice(nint device);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_descriptor")]
    public static partial int GetDeviceDescriptor(LibUsbDeviceReference device, byte* descriptor);

    [LibraryImport(Library, EntryPoint = "libusb_get_bus_number")]
    public static partial byte GetBusNumber(LibUsbDeviceReference device);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_address")]
    public static partial byte GetDeviceAddress(LibUsbDeviceReference device);

    [LibraryImport(Library, EntryPoint = "libusb_get_port_numbers")]
    public static partial int GetPortNumbers(LibUsbDeviceReference device, byte* ports, int length);

    [LibraryImport(Library, EntryPoint = "libusb_get_device_speed")]
    public static partial int GetDeviceSpeed(LibUsbDeviceReference device);

    [LibraryImport(Library, EntryPoint = "libusb_open")]
    public static partial int Open(LibUsbDeviceReference device, out nint handle);

    [LibraryImport(Library, EntryPoint = "libusb_close")]
    public static partial void Close(nint handle);

    [LibraryImport(Library, EntryPoint = "libusb_kernel_driver_active")]
    public static partial int KernelDriverActive(LibUsbDeviceHandle handle, int @interface);

    [LibraryImport(Library, EntryPoint = "libusb_detach_kernel_driver")]
    public static partial int DetachKernelDriver(LibUsbDeviceHandle handle, int @interface);

    [LibraryImport(Library, EntryPoint = "libusb_attach_kernel_driver")]
    public static partial int AttachKernelDriver(LibUsbDeviceHandle handle, int @interface);

    [LibraryImport(Library, EntryPoint = "libusb_claim_interface")]
    public static partial int ClaimInterface(LibUsbDeviceHandle handle, int @interface);

    [LibraryImport(Library, EntryPoint = "libusb_release_interface")]
    public static partial int ReleaseInterface(LibUsbDeviceHandle handle, int @interface);

    [LibraryImport(Library, EntryPoint = "libusb_set_interface_alt_setting")]
    public static partial int SetInterfaceAltSetting(LibUsbDeviceHandle handle, int @interface, int alternate);

    [LibraryImport(Library, EntryPoint = "libusb_clear_halt")]
    public static partial int ClearHalt(LibUsbDeviceHandle handle, byte endpoint);

    [LibraryImport(Library, EntryPoint = "libusb_reset_device")]
    public static partial int ResetDevice(LibUsbDeviceHandle handle);

    [LibraryImport(Library, EntryPoint = "libusb_control_transfer")]
    public static partial int ControlTransfer(
        LibUsbDeviceHandle handle, byte requestType, byte request, ushort value, ushort index, byte* data, ushort length, uint milliseconds);

    [LibraryImport(Library, EntryPoint = "libusb_bulk_transfer")]
    public static partial int BulkTransfer(
        LibUsbDeviceHandle handle, byte endpoint, byte* data, int length, out int transferred, uint milliseconds);
}
