namespace Nrst.Probes.StLink;

/// <summary>Request and answer, strictly in turn. Knows framing and lengths and nothing of what is asked.</summary>
/// <remarks>There is no tag in this protocol: once an answer is lost, every later one could belong to another question.</remarks>
internal sealed class StLinkWire(IStLinkTransport transport) : IDisposable
{
    public const int RequestLength = 16;

    private ProbeException? _firstCause;

    public long Exchanges { get; private set; }
    public bool IsBroken => _firstCause is not null;
    public bool CarriesWordBatches => transport.CarriesWordBatches;

    public TAnswer Ask<TCommand, TAnswer>(in TCommand command) where TCommand : struct, IStLinkCommand<TAnswer>
    {
        Span<byte> answer = stackalloc byte[command.AnswerLength];
        Exchange(command, [], answer);
        return command.Decode(answer);
    }

    /// <summary>A request followed by data to the probe; it answers nothing.</summary>
    public void Deliver<TRequest>(in TRequest request, ReadOnlySpan<byte> data) where TRequest : struct, IStLinkRequest =>
        Exchange(request, data, []);

    /// <summary>A request answered by nothing but data.</summary>
    public void Fetch<TRequest>(in TRequest request, Span<byte> into) where TRequest : struct, IStLinkRequest =>
        Exchange(request, [], into);

    public void Dispose() => transport.Dispose();

    private void Exchange<TRequest>(in TRequest request, ReadOnlySpan<byte> data, Span<byte> answer)
        where TRequest : struct, IStLinkRequest
    {
        if (_firstCause is { } cause)
        {
            throw StLinkErrors.StillBroken(cause);
        }

        Span<byte> packet = stackalloc byte[RequestLength];
        packet.Clear();
        request.Encode(packet);
        Exchanges++;
        try
        {
            transport.Exchange(packet, data, answer);
        }
        catch (ProbeException lost) when (lost.LostSync)
        {
            _firstCause = lost;
            throw;
        }
    }
}
