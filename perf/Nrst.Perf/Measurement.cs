namespace Nrst.Perf;

/// <summary>What a tool did with a board, on the board's clock. Host, USB and SWD add up to the whole; erase and program run beside them.</summary>
/// <param name="Host">Seconds in which the tool slept.</param>
internal sealed record Measurement(
    string Tool, string Case, string Job, Setting Setting, double Seconds, double Host, double Usb, double Swd, double Erase, double Program,
    long Exchanges, long Bytes)
{
    /// <summary>What it did besides; null where it did nothing else.</summary>
    public string? Note { get; init; }

    /// <summary>Why there is no figure; null where there is one.</summary>
    public string? Failure { get; init; }
}
