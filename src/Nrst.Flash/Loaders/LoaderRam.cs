using Nrst.Targets;

namespace Nrst.Flash.Loaders;

/// <summary>Where in target RAM program, stack and ring go.</summary>
internal readonly record struct LoaderRam(uint Base, uint StackTop, uint Ring, int Slots)
{
    // Sixteen slots hold a 64 KiB sector, so its whole content crosses the wire while it is being erased.
    private const int MostSlots = 16;
    private const int FewestSlots = 2;

    public uint RingEnd => Ring + (uint)(Slots * LoaderCommand.Stride);

    /// <summary>Null where the part has no RAM that executes and is large enough.</summary>
    public static LoaderRam? In(Part part, int programBytes)
    {
        foreach (var ram in part.Ram.Where(ram => ram.Executes))
        {
            var start = (ram.Range.Start.Value + LoaderBlob.Alignment - 1) / LoaderBlob.Alignment * LoaderBlob.Alignment;
            var stackTop = (start + (uint)programBytes + LoaderBlob.StackBytes + 7) / 8 * 8;
            var slots = (int)Math.Min(MostSlots, (ram.Range.Last.Value + 1L - stackTop) / LoaderCommand.Stride);
            if (slots >= FewestSlots)
            {
                return new LoaderRam(start, stackTop, stackTop, slots);
            }
        }

        return null;
    }
}
