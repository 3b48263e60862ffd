namespace Nrst.Probes.StLink;

/// <summary>The probe on this machine's own USB.</summary>
internal sealed class UsbStLinkTransport(IBulkPipe pipe) : IStLinkTransport
{
    // Asking for a whole packet shows an answer that is too long, where asking for its exact length would cut it off.
    private const int SmallestPacket = 64;

    public bool CarriesWordBatches => true;

    public void Exchange(ReadOnlySpan<byte> command, ReadOnlySpan<byte> dataOut, Span<byte> answer)
    {
        pipe.Send(command);
        if (!dataOut.IsEmpty)
        {
            pipe.Send(dataOut);
        }

        if (answer.IsEmpty)
        {
            return;
        }

        int received;
        if (answer.Length < SmallestPacket)
        {
            Span<byte> packet = stackalloc byte[SmallestPacket];
            received = pipe.Receive(packet);
            packet[..answer.Length].CopyTo(answer);
        }
        else
        {
            received = pipe.Receive(answer);
        }

        if (received != answer.Length)
        {
            throw StLinkErrors.WrongLength(command, received, answer.Length);
        }
    }

    public void Dispose() => pipe.Dispose();
}
