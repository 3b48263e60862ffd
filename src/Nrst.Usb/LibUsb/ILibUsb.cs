namespace Nrst.Usb.LibUsb;

/// <summary>The functions of libusb-1.0 that are used here, one to one and with its own return codes.</summary>
/// <remarks>
/// Behind it is the library, or in tests a made-up bus. Nothing throws; what is negative is a <see cref="LibUsbCode"/>. What comes
/// back as a number is owned by the caller, who gives it to a handle at once.
/// </remarks>
internal interface ILibUsb
{
    int Init(out nint context);
    void Exit(nint context);

    /// <summary>Every device with one reference of its own, to be given back with <see cref="UnrefDevice"/>.</summary>
    int GetDeviceList(LibUsbContext context, out nint[] devices);
    void UnrefDevice(nint device);
    int GetDeviceDescriptor(LibUsbDeviceReference device, Span<byte> descriptor);
    byte GetBusNumber(LibUsbDeviceReference device);
    byte GetDeviceAddress(LibUsbDeviceReference device);
    int GetPortNumbers(LibUsbDeviceReference device, Span<byte> ports);
    int GetDeviceSpeed(LibUsbDeviceReference device);

    int Open(LibUsbDeviceReference device, out nint handle);
    void Close(nint handle);
    int KernelDriverActive(LibUsbDeviceHandle handle, int @interface);
    int DetachKernelDriver(LibUsbDeviceHandle handle, int @interface);
    int AttachKernelDriver(LibUsbDeviceHandle handle, int @interface);
    int ClaimInterface(LibUsbDeviceHandle handle, int @interface);
    int ReleaseInterface(LibUsbDeviceHandle handle, int @interface);
    int SetAlternateSetting(LibUsbDeviceHandle handle, int @interface, int alternate);
    int ClearHalt(LibUsbDeviceHandle handle, byte endpoint);
    int ResetDevice(LibUsbDeviceHandle handle);

    /// <returns>Bytes moved, or a code.</returns>
    int ControlTransfer(LibUsbDeviceHandle handle, byte requestType, byte request, ushort value, ushort index, Span<byte> data, uint milliseconds);
    int BulkOut(LibUsbDeviceHandle handle, byte endpoint, ReadOnlySpan<byte> data, out int transferred, uint milliseconds);
    int BulkIn(LibUsbDeviceHandle handle, byte endpoint, Span<byte> data, out int transferred, uint milliseconds);
}
