namespace Nrst.Usb.Capture;

/// <summary>A pipe that writes down what goes through it, the transfers that fail included.</summary>
internal sealed class CapturePipe(IBulkPipe inner, UsbCapture capture, TransferClock clock) : IBulkPipe
{
    public void Send(ReadOnlySpan<byte> packet)
    {
        var endpoint = capture.Endpoints.Out;
        var id = capture.Submit(endpoint, (uint)packet.Length, packet.ToArray(), clock.Nanoseconds);
        try
        {
            inner.Send(packet);
        }
        catch (Exception failure)
        {
            capture.Fail(id, endpoint, failure, clock.Mark());
            throw;
        }

        capture.Complete(id, endpoint, (uint)packet.Length, default, clock.Mark());
    }

    public int Receive(Span<byte> into)
    {
        var endpoint = capture.Endpoints.In;
        var id = capture.Submit(endpoint, (uint)into.Length, default, clock.Nanoseconds);
        int received;
        try
        {
            received = inner.Receive(into);
        }
        catch (Exception failure)
        {
            capture.Fail(id, endpoint, failure, clock.Mark());
            throw;
        }

        capture.Complete(id, endpoint, (uint)received, into[..received].ToArray(), clock.Mark());
        return received;
    }

    public void Dispose()
    {
        inner.Dispose();
        capture.Dispose();
    }
}
