namespace Nrst;

/// <summary>
/// A serial line at which it is not known yet whether anybody answers: between one question and the next the search can be given up. Once a loader is found
/// only the jobs themselves know where they may stop, and nothing is held up here any more.
/// </summary>
internal sealed class SearchedLine(ISerialLine line, CancellationToken cancel) : ISerialLine
{
    public bool IsFound { get; set; }

    public void Configure(int baud, SerialParity parity) => line.Configure(baud, parity);

    public void Send(ReadOnlySpan<byte> bytes)
    {
        StopIfAsked();
        line.Send(bytes);
    }

    public int Receive(Span<byte> into, TimeSpan limit)
    {
        StopIfAsked();
        return line.Receive(into, limit);
    }

    public void DropInput() => line.DropInput();

    public void SetLines(bool? dtr, bool? rts) => line.SetLines(dtr, rts);

    public void Dispose() => line.Dispose();

    private void StopIfAsked()
    {
        if (!IsFound)
        {
            cancel.ThrowIfCancellationRequested();
        }
    }
}
