using Nrst.Usb.LibUsb;

namespace Nrst.Usb;

/// <summary>Bulk transfers over two endpoints of an open device, which it closes when it is disposed of.</summary>
internal sealed class LibUsbPipe(ILibUsb library, LibUsbDeviceHandle handle, LibUsbDevice device, BulkEndpoints endpoints)
    : IBulkPipe, IPipeRecovery
{
    /// <summary>No single transfer takes longer: a probe answers within a second, the longest block at the slowest useful clock in four.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public IPipeRecovery Recovery => this;

    public void Send(ReadOnlySpan<byte> packet)
    {
        var code = library.BulkOut(handle, endpoints.Out, packet, out var sent, LibUsbDevice.Milliseconds(Limit));
        if (code < 0 || sent != packet.Length)
        {
            throw Failed(code < 0 ? code : (int)LibUsbCode.ERROR_IO, $"sending {packet.Length} bytes", $"{sent} of {packet.Length} bytes sent");
        }
    }

    public int Receive(Span<byte> into)
    {
        var code = library.BulkIn(handle, endpoints.In, into, out var received, LibUsbDevice.Milliseconds(Limit));
        return code >= 0 ? received : throw Failed(code, $"waiting for {into.Length} bytes", $"{received} of {into.Length} bytes received");
    }

    public bool Offer(ReadOnlySpan<byte> packet, TimeSpan limit)
    {
        var code = library.BulkOut(handle, endpoints.Out, packet, out var sent, LibUsbDevice.Milliseconds(limit));
        return (LibUsbCode)code switch
        {
            >= LibUsbCode.SUCCESS => sent == packet.Length,
            LibUsbCode.ERROR_TIMEOUT => false,
            _ => throw Failed(code, "beginning a new conversation", null),
        };
    }

    public int? Listen(Span<byte> into, TimeSpan limit)
    {
        var code = library.BulkIn(handle, endpoints.In, into, out var received, LibUsbDevice.Milliseconds(limit));
        return (LibUsbCode)code switch
        {
            >= LibUsbCode.SUCCESS => received,
            LibUsbCode.ERROR_TIMEOUT => received > 0 ? received : null,
            _ => throw Failed(code, "listening for what is left of an earlier conversation", null),
        };
    }

    public void ClearHalts()
    {
        device.ClearHalt(endpoints.Out);
        device.ClearHalt(endpoints.In);
    }

    public void Reset() => device.Reset();

    public void Dispose() => device.Dispose();

    private ProbeException Failed(int code, string doing, string? seen) =>
        UsbErrors.Failed((LibUsbCode)code, doing, device.Info, lostSync: true, seen);
}
