namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>What is wrong with the flash of one specimen. The default is a healthy one.</summary>
internal sealed record FlashSpecimen
{
    /// <summary>The controller takes every command and never starts it: BSY does not rise, no cell changes.</summary>
    public bool IgnoresCommands { get; init; }

    /// <summary>The same for erases alone.</summary>
    public bool IgnoresErases { get; init; }

    /// <summary>An operation once started keeps BSY set until a reset.</summary>
    public bool NeverFinishes { get; init; }

    /// <summary>Words whose cells have lost the ability to be programmed.</summary>
    public IReadOnlyList<Address> StuckWords { get; init; } = [];

    /// <summary>Worn sectors, counted through all banks: an erase leaves some cells programmed.</summary>
    public IReadOnlyList<int> WeakUnits { get; init; } = [];
}
