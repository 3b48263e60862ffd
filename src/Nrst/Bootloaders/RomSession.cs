namespace Nrst;

/// <summary>A chip in its loader, identified. Disposing lets go of the way to it and changes nothing.</summary>
public sealed class RomSession(IRomLoader loader, RomChip chip, TimeSpan connectTime) : IDisposable
{
    public IRomLoader Loader { get; } = loader;
    public RomChip Chip { get; } = chip;

    /// <summary>What connecting took, on the loader's clock.</summary>
    public TimeSpan ConnectTime { get; } = connectTime;

    /// <summary>Ends the session in another way than by the loader's own command, where there is one: a reset by the lines of a serial port.</summary>
    public Action? RealReset { get; init; }

    public void Dispose() => Loader.Dispose();
}
