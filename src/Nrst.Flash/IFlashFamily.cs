using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>What is known of a generation of flash controllers before one is opened. Looking changes nothing on the chip.</summary>
internal interface IFlashFamily
{
    /// <summary>What the option bytes in force forbid.</summary>
    FlashProtection ReadProtection(ITargetMemory memory, Device device, BankedLayout layout);

    /// <summary>The option bytes in force, by the names of the manual.</summary>
    IReadOnlyList<OptionReading> ReadOptions(ITargetMemory memory, Device device);

    FlashController Open(FlashChip chip);
}
