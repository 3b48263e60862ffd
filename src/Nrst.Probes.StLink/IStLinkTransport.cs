namespace Nrst.Probes.StLink;

/// <summary>Carries one command to a probe, wherever it is plugged in, and brings its answer back.</summary>
internal interface IStLinkTransport : IDisposable
{
    /// <summary>What the way to the probe allows; a server may know fewer commands than the probe behind it.</summary>
    bool CarriesWordBatches { get; }

    /// <param name="command">Exactly 16 bytes.</param>
    /// <param name="dataOut">Sent after the command; empty where the command takes none.</param>
    /// <param name="answer">Filled completely, or a <see cref="ProbeException"/> with <c>LostSync</c>.</param>
    void Exchange(ReadOnlySpan<byte> command, ReadOnlySpan<byte> dataOut, Span<byte> answer);
}
