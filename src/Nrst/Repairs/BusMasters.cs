using Nrst.Targets;

namespace Nrst.Repairs;

/// <summary>Quiets what goes on writing into RAM when only the core was stopped.</summary>
/// <remarks>Nothing is put back: a DMA in the middle of a transfer cannot be. Whatever starts next sets its peripherals up itself.</remarks>
internal static class BusMasters
{
    /// <summary>One after the other, through RCC. Returns the names of those that the chip has.</summary>
    public static IReadOnlyList<string> Quiet(ITargetMemory memory, IEnumerable<BusMasterReset> masters)
    {
        var quieted = new List<string>();
        foreach (var master in masters)
        {
            try
            {
                if (Quiet(memory, master))
                {
                    quieted.Add(master.Name);
                }
            }
            catch (TargetMemoryException)
            {
                // Not within a debugger's reach; the loader checks itself before it is believed.
            }
        }

        return quieted;
    }

    private static bool Quiet(ITargetMemory memory, BusMasterReset master)
    {
        var (at, mask) = (master.Bits.At, master.Bits.Mask);
        var before = memory.Read32(at);
        if (master.ByClock)
        {
            memory.Write32(at, before & ~mask);
            return (before & mask) != 0;
        }

        memory.Write32(at, before | mask);
        var has = (memory.Read32(at) & mask) != 0;
        memory.Write32(at, before & ~mask);
        return has;
    }
}
