using Nrst.Arm;

namespace Nrst.Connecting;

/// <summary>How far a chip is at rest, which is what a flash job wants.</summary>
internal enum AtRest
{
    /// <summary>As it was found: it runs, or somebody else halted it.</summary>
    No,

    /// <summary>All of it was reset, and the core waits before its first instruction.</summary>
    Reset,

    /// <summary>The core is halted; everything else goes on as before.</summary>
    CoreOnly,
}

/// <summary>What a rung got hold of: a core, and a chip that said who it is.</summary>
internal sealed record Contact(CortexMCore Core, int AccessPort, ChipIdentity Chip)
{
    public AtRest Rest { get; init; }

    /// <summary>The core is not the one that the device data name first: code for that one cannot run here.</summary>
    public bool OtherCore { get; init; }
}
