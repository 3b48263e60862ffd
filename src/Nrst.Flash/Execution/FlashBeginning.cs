using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>What a job has to know of a chip at rest before it begins, read at once.</summary>
/// <param name="Protection">Null where it is to be read by itself.</param>
/// <param name="Clocks">The registers that lead to a faster core, as they are now.</param>
public sealed record FlashBeginning(FlashGeometry Geometry, FlashProtection? Protection, IReadOnlyDictionary<Address, uint> Clocks)
{
    /// <param name="before">The geometry as it was when the chip was identified, for a guess at what there is to read; null where nobody knew it.</param>
    public static FlashBeginning Read(ITargetMemory memory, IWordBatch words, Device device, Part? part, FlashGeometry? before)
    {
        ArgumentNullException.ThrowIfNull(device);
        try
        {
            return before is null ? Alone() : WordsAtOnce.Read(
                memory, words,
                [
                    .. FlashGeometry.Places(device, part)
                        .Concat(WordsAtOnce.PlacesOf(known => FlashProtection.ReadFrom(known, device, before.Layout)))
                        .Concat(PlacesOfClocks(device)).Distinct(),
                ],
                known =>
                {
                    var geometry = FlashGeometry.Read(known, device, part);
                    return new FlashBeginning(
                        geometry, FlashProtection.ReadFrom(known, device, geometry.Layout), PlacesOfClocks(device).ToDictionary(at => at, known.Read32));
                });
        }
        catch (TargetMemoryException)
        {
            return Alone(); // some of it is shut; who needs that will say so
        }

        FlashBeginning Alone() => new(FlashGeometry.Read(memory, words, device, part), null, new Dictionary<Address, uint>());
    }

    private static IEnumerable<Address> PlacesOfClocks(Device device) => device.FasterClock?.Places ?? [];
}
