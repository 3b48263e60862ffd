using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>What a flash driver stands on: memory, time, and what is known of this very chip. No core and no probe.</summary>
/// <param name="Layout">The sector map that holds now.</param>
/// <param name="Volts">The supply as measured; null where nobody can.</param>
internal sealed record FlashChip(
    ITargetMemory Memory, IWordBatch Words, IClock Clock, Device Device, BankedLayout Layout, double? Volts)
{
    public FlashDescription Flash => Device.Flash;
}
