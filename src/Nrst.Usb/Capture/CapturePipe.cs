namespace Nrst.Usb.Capture;

/// <summary>A pipe that writes down what goes through it, the transfers that fail included.</summary>
internal sealed class CapturePipe(IBulkPipe inner, UsbCapture capture, TransferClock clock) : IBulkPipe, IPipeRecovery
{
    private readonly IPipeRecovery? _recovery = inner.Recovery;

    public IPipeRecovery? Recovery => _recovery is null ? null : this;

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

    public bool Offer(ReadOnlySpan<byte> packet, TimeSpan limit)
    {
        var endpoint = capture.Endpoints.Out;
        var id = capture.Submit(endpoint, (uint)packet.Length, packet.ToArray(), clock.Nanoseconds);
        bool taken;
        try
        {
            taken = _recovery!.Offer(packet, limit);
        }
        catch (Exception failure)
        {
            capture.Fail(id, endpoint, failure, clock.Mark());
            throw;
        }

        if (taken)
        {
            capture.Complete(id, endpoint, (uint)packet.Length, default, clock.Mark());
        }
        else
        {
            capture.GiveUp(id, endpoint, clock.Mark());
        }

        return taken;
    }

    public int? Listen(Span<byte> into, TimeSpan limit)
    {
        var endpoint = capture.Endpoints.In;
        var id = capture.Submit(endpoint, (uint)into.Length, default, clock.Nanoseconds);
        int? received;
        try
        {
            received = _recovery!.Listen(into, limit);
        }
        catch (Exception failure)
        {
            capture.Fail(id, endpoint, failure, clock.Mark());
            throw;
        }

        if (received is { } count)
        {
            capture.Complete(id, endpoint, (uint)count, into[..count].ToArray(), clock.Mark());
        }
        else
        {
            capture.GiveUp(id, endpoint, clock.Mark());
        }

        return received;
    }

    /// <remarks>Two requests for the device, one an endpoint, seen here as one call: they begin and end together.</remarks>
    public void ClearHalts()
    {
        Control(Descriptors.ClearHalt(capture.Endpoints.Out), null, _recovery!.ClearHalts);
        Control(Descriptors.ClearHalt(capture.Endpoints.In), null, () => { });
    }

    public void Reset() => Control(
        Descriptors.AfterReset(capture.Address), "Stands for the reset of the device; the host controller gives it its address again.", _recovery!.Reset);

    public void Dispose()
    {
        inner.Dispose();
        capture.Dispose();
    }

    private void Control(byte[] setup, string? comment, Action action)
    {
        var id = capture.Submit(setup, clock.Nanoseconds, comment);
        try
        {
            action();
        }
        catch (Exception failure)
        {
            capture.CompleteControl(id, failure, clock.Mark());
            throw;
        }

        capture.CompleteControl(id, null, clock.Mark());
    }
}
