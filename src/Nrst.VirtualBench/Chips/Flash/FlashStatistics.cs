namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>What the flash went through since power-on, as nobody on the outside can tell it.</summary>
internal sealed class FlashStatistics
{
    public long EraseNanoseconds { get; set; }

    public long ProgramNanoseconds { get; set; }

    /// <summary>Programming accesses carried out.</summary>
    public long Programs { get; set; }

    /// <summary>Erases carried out, by sector counted through all banks.</summary>
    public Dictionary<int, int> Erases { get; } = [];

    public Dictionary<int, long> ProgramsBySector { get; } = [];
}
