namespace Nrst.Usb.Capture;

/// <summary>
/// A probe made of a capture. It takes what was sent then and nothing else, answers what was answered then, and fails where a
/// transfer failed then. Its clock tells the time of the capture.
/// </summary>
public sealed class ReplayPipe : IBulkPipe, IPipeRecovery
{
    private readonly RecordedConversation _conversation;
    private readonly IReadOnlyList<RecordedTransfer> _transfers;
    private readonly ReplayClock _clock;
    private ProbeException? _deviation;
    private int _next;

    internal ReplayPipe(RecordedConversation conversation)
    {
        (_conversation, _transfers) = (conversation, conversation.Transfers);
        _clock = new ReplayClock(conversation.Start);
    }

    public IClock Clock => _clock;

    public IPipeRecovery? Recovery => _conversation.IsRecoverable ? this : null;

    /// <exception cref="ProbeException">This is not what was sent when the capture was made, or that failed then.</exception>
    public void Send(ReadOnlySpan<byte> packet)
    {
        Succeed(NextRequest(packet));
    }

    /// <exception cref="ProbeException">Nobody listened when the capture was made, or that failed then.</exception>
    public int Receive(Span<byte> into)
    {
        var expected = NextAnswer(into);
        Succeed(expected);
        expected.Data.Span.CopyTo(into);
        return expected.Data.Length;
    }

    bool IPipeRecovery.Offer(ReadOnlySpan<byte> packet, TimeSpan limit)
    {
        var expected = NextRequest(packet);
        if (WasGivenUp(expected))
        {
            return false;
        }

        Succeed(expected);
        return true;
    }

    int? IPipeRecovery.Listen(Span<byte> into, TimeSpan limit)
    {
        var expected = NextAnswer(into);
        if (WasGivenUp(expected))
        {
            return null;
        }

        Succeed(expected);
        expected.Data.Span.CopyTo(into);
        return expected.Data.Length;
    }

    void IPipeRecovery.ClearHalts()
    {
        Do(RecordedDeed.ClearHalt, "cleared the halts");
        Do(RecordedDeed.ClearHalt, "cleared the halts");
    }

    void IPipeRecovery.Reset() => Do(RecordedDeed.Reset, "reset the probe");

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

    private RecordedTransfer Next(RecordedDeed deed, string did)
    {
        if (_next == _transfers.Count)
        {
            throw Deviated(CaptureErrors.Over(_transfers[^1].Number, $"it {did}"));
        }

        var expected = _transfers[_next];
        return expected.Deed == deed ? expected : throw Deviated(CaptureErrors.DidOther(expected, did));
    }

    private RecordedTransfer NextRequest(ReadOnlySpan<byte> packet)
    {
        var expected = Next(RecordedDeed.Send, CaptureErrors.Sent(packet));
        if (!packet.SequenceEqual(expected.Data.Span))
        {
            throw Deviated(CaptureErrors.SentOther(expected, packet));
        }

        End(expected);
        return expected;
    }

    private static bool WasGivenUp(RecordedTransfer transfer) => transfer is { Comment: null, Status: UsbStatus.Cancelled };

    private RecordedTransfer NextAnswer(Span<byte> into)
    {
        var expected = Next(RecordedDeed.Listen, CaptureErrors.Listened(into.Length));
        if (into.Length != expected.Length || expected.Data.Length > into.Length)
        {
            throw Deviated(CaptureErrors.ListenedForOther(expected, into.Length));
        }

        End(expected);
        return expected;
    }

    private void Do(RecordedDeed deed, string did)
    {
        var expected = Next(deed, did);
        End(expected);
        Succeed(expected);
    }

    private void End(RecordedTransfer transfer)
    {
        _next++;
        _clock.TransferEnded(transfer.EndedAt);
    }

    private static void Succeed(RecordedTransfer transfer)
    {
        if (transfer.Status != UsbStatus.Done)
        {
            throw RecordedError.Read(transfer.Comment) ?? CaptureErrors.Failed(transfer);
        }
    }

    private ProbeException Deviated(ProbeException deviation) => _deviation ??= deviation;
}
