namespace Nrst.Specs;

/// <summary>A transfer as the pipe saw it.</summary>
/// <param name="Began">On the board's clock, in nanoseconds.</param>
internal sealed record Seen(bool IsIn, int Asked, byte[] Data, Exception? Failure, long Began, long Ended);

/// <summary>Stands at the pipe and remembers what goes through, beside whatever else does.</summary>
internal sealed class Witness(IBulkPipe inner, IClock clock) : IBulkPipe
{
    public List<Seen> Transfers { get; } = [];

    private long Now => clock.Now.Ticks * 100;

    public void Send(ReadOnlySpan<byte> packet)
    {
        var (began, data) = (Now, packet.ToArray());
        try
        {
            inner.Send(packet);
        }
        catch (Exception failure)
        {
            Transfers.Add(new Seen(false, data.Length, data, failure, began, Now));
            throw;
        }

        Transfers.Add(new Seen(false, data.Length, data, null, began, Now));
    }

    public int Receive(Span<byte> into)
    {
        var began = Now;
        int received;
        try
        {
            received = inner.Receive(into);
        }
        catch (Exception failure)
        {
            Transfers.Add(new Seen(true, into.Length, [], failure, began, Now));
            throw;
        }

        Transfers.Add(new Seen(true, into.Length, into[..received].ToArray(), null, began, Now));
        return received;
    }

    public void Dispose() => inner.Dispose();
}
