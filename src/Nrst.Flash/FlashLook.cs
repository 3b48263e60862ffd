using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>What can be told from a flash controller by looking.</summary>
public static class FlashLook
{
    /// <summary>What an earlier job left in its registers, and a next one would clear; null where nothing. Changes nothing.</summary>
    public static JobEvent.Repaired? Leftover(ITargetMemory memory, IWordBatch words, IClock clock, Device device, BankedLayout layout)
    {
        ArgumentNullException.ThrowIfNull(device);
        return FlashFamilies.Of(device).Open(new FlashChip(memory, words, clock, device, layout, null)).Leftover();
    }
}
