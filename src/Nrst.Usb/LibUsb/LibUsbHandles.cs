using System.Runtime.InteropServices;

namespace Nrst.Usb.LibUsb;

/// <summary>Something libusb gave out and wants back exactly once. It keeps what it came from alive until then.</summary>
internal abstract class LibUsbResource : SafeHandle
{
    private readonly SafeHandle? _parent;

    protected LibUsbResource(nint value, SafeHandle? parent)
        : base(0, ownsHandle: true)
    {
        var kept = false;
        parent?.DangerousAddRef(ref kept);
        _parent = kept ? parent : null;
        SetHandle(value);
    }

    public override bool IsInvalid => handle == 0;

    protected sealed override bool ReleaseHandle()
    {
        GiveBack(handle);
        _parent?.DangerousRelease();
        return true;
    }

    protected abstract void GiveBack(nint value);
}

/// <summary>A session with libusb: <c>libusb_context</c>.</summary>
internal sealed class LibUsbContext(ILibUsb library, nint value) : LibUsbResource(value, null)
{
    protected override void GiveBack(nint value) => library.Exit(value);
}

/// <summary>A device that is attached, open or not: <c>libusb_device</c>.</summary>
internal sealed class LibUsbDeviceReference(ILibUsb library, LibUsbContext context, nint value) : LibUsbResource(value, context)
{
    protected override void GiveBack(nint value) => library.UnrefDevice(value);
}

/// <summary>An open device: <c>libusb_device_handle</c>.</summary>
internal sealed class LibUsbDeviceHandle(ILibUsb library, LibUsbContext context, nint value) : LibUsbResource(value, context)
{
    protected override void GiveBack(nint value) => library.Close(value);
}
