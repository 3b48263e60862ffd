namespace Nrst.Usb.Capture;

/// <summary>
/// A probe made of a capture. It takes what was sent then and nothing else, answers what was answered then, and fails where a
/// transfer failed then. Its clock tells the time of the capture.
/// </summary>
public sealed class ReplayPipe : IBulkPipe
{
    private readonly IReadOnlyList<RecordedTransfer> _transfers;
    private readonly ReplayClock _clock;
    private ProbeException? _deviation;
    private int _next;

    internal ReplayPipe(RecordedConversation conversation)
    {
        _transfers = conversation.Transfers;
        _clock = new ReplayClock(conversation.Start);
    }

    public IClock Clock => _clock;

    /// <exception cref="ProbeException">This is not what was sent when the capture was made, or that failed then.</exception>
    public void Send(ReadOnlySpan<byte> packet)
    {
        if (_next == _transfers.Count)
        {
            throw Deviated(CaptureErrors.Over(Last, $"sent {packet.Length} bytes: {Convert.ToHexString(packet[..Math.Min(packet.Length, 16)])}"));
        }

        var expected = _transfers[_next];
        if (expected.IsIn)
        {
            throw Deviated(CaptureErrors.SentInstead(expected, packet));
        }

        if (!packet.SequenceEqual(expected.Data.Span))
        {
            throw Deviated(CaptureErrors.SentOther(expected, packet));
        }

        End(expected);
    }

    /// <exception cref="ProbeException">Nobody listened when the capture was made, or that failed then.</exception>
    public int Receive(Span<byte> into)
    {
        if (_next == _transfers.Count)
        {
            throw Deviated(CaptureErrors.Over(Last, $"asked for {into.Length} bytes"));
        }

        var expected = _transfers[_next];
        if (!expected.IsIn)
        {
            throw Deviated(CaptureErrors.ListenedInstead(expected, into.Length));
        }

        if (into.Length != expected.Length || expected.Data.Length > into.Length)
        {
            throw Deviated(CaptureErrors.ListenedForOther(expected, into.Length));
        }

        End(expected);
        expected.Data.Span.CopyTo(into);
        return expected.Data.Length;
    }

    /// <summary>Throws where the conversation was another one than the capture's: the first deviation, or what was left out at the end.</summary>
    public void CheckOver()
    {
        if (_deviation is { } first)
        {
            throw first;
        }

        if (_next < _transfers.Count)
        {
            throw CaptureErrors.GoesOn(_transfers[_next], _transfers.Count - _next);
        }
    }

    public void Dispose()
    {
        // The capture stays where it is.
    }

    private int Last => _transfers.Count > 0 ? _transfers[^1].Number : 0;

    private void End(RecordedTransfer transfer)
    {
        _next++;
        _clock.TransferEnded(transfer.EndedAt);
        if (transfer.Status != UsbStatus.Done)
        {
            throw RecordedError.Read(transfer.Comment) ?? CaptureErrors.Failed(transfer);
        }
    }

    private ProbeException Deviated(ProbeException deviation) => _deviation ??= deviation;
}
