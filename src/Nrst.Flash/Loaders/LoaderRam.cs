using Nrst.Targets;

namespace Nrst.Flash.Loaders;

/// <summary>Where in target RAM program, stack and ring go.</summary>
/// <param name="SlotData">The longest piece of data one command carries.</param>
/// <param name="Preface">Bytes of that which are no data to be programmed.</param>
internal readonly record struct LoaderRam(uint Base, uint StackTop, uint Ring, int Slots, int SlotData, int Preface)
{
    // Sixteen slots of 4 KiB hold a 64 KiB sector, so its whole content crosses the wire while it is being erased; two lanes empty the ring faster than the
    // wire fills it, and live on what came during the erase.
    private const int MostSlots = 16, MostSlotsOfTwoLanes = 64;
    private const int MostData = 4096;

    // Below this many a longer slot is not worth it: one is worked on, one is waiting, and the wire needs two.
    private const int FewestSlots = 4;
    private const int LeastData = 128;
    private const int LeastSlots = 2;

    /// <summary>From one slot's start to the next.</summary>
    public int Stride => SlotData + LoaderCommand.TrailerBytes;

    public uint RingEnd => Ring + (uint)(Slots * Stride);

    /// <summary>Null where the part has no RAM that executes and is large enough.</summary>
    /// <param name="rows">Where they are taken only in the page erased last, one command erases it and programs it.</param>
    public static LoaderRam? In(Part part, int programBytes, FlashRows? rows, int lanes = 1)
    {
        var byPages = rows?.Condition == RowCondition.PageErasedLast;
        var mostData = byPages ? (int)part.Layouts[0].Sectors.First().Range.Length : MostData;
        var preface = byPages ? LoaderCommand.PageBytes : 0;
        foreach (var ram in part.Ram.Where(ram => ram.Executes))
        {
            var start = (ram.Range.Start.Value + LoaderBlob.Alignment - 1) / LoaderBlob.Alignment * LoaderBlob.Alignment;
            var stackTop = (start + (uint)programBytes + LoaderBlob.StackBytes + 7) / 8 * 8;
            var room = ram.Range.Last.Value + 1L - stackTop;
            for (var data = Math.Min(mostData, MostData); data >= LeastData; data /= 2)
            {
                var slots = (int)Math.Min(lanes > 1 ? MostSlotsOfTwoLanes : MostSlots, room / (data + preface + LoaderCommand.TrailerBytes));
                if (slots >= (data == LeastData ? LeastSlots : FewestSlots))
                {
                    return new LoaderRam(start, stackTop, stackTop, slots, data + preface, preface);
                }
            }
        }

        return null;
    }
}
