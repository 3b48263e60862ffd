using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>What must have gone before in the same job, so that a controller takes rows.</summary>
internal enum RowCondition
{
    /// <summary>Nothing: the place must be blank, as for any program.</summary>
    None,

    /// <summary>The page was erased last of all, or everything was.</summary>
    PageErasedLast,

    /// <summary>Everything was erased at once.</summary>
    MassErase,
}

/// <summary>Programming a whole row, or a burst, at a time, which is faster than unit by unit.</summary>
/// <param name="Bytes">Of one row, and what it is aligned to.</param>
/// <param name="LeastHertz">A slower core does not bring the words in time.</param>
internal sealed record FlashRows(int Bytes, OperationTime Time, RowCondition Condition, uint LeastHertz)
{
    /// <summary>RM0351 and RM0444, "Fast programming": the clock of the AHB must be at least this.</summary>
    public const uint FastProgrammingHertz = 8_000_000;

    /// <summary>As the device data have them; null where these know no row or no time of one.</summary>
    public static FlashRows? Of(FlashDescription flash, RowCondition condition, uint leastHertz = 0) =>
        flash is { Burst: { } bytes, Times.Burst: { } time }
            ? new FlashRows(bytes, new OperationTime(time.Typical, time.Max), condition, leastHertz)
            : null;

    /// <summary>Whether rows are taken in a sector.</summary>
    /// <param name="erased">It is erased before, by itself or with all the others.</param>
    public bool Allow(bool massErase, bool erased) => Condition switch
    {
        RowCondition.None => true,
        RowCondition.PageErasedLast => massErase || erased,
        _ => massErase,
    };

    /// <summary>
    /// Cuts a stretch into whole rows and what is left between them. A row with a blank unit in it is no whole one: what is programmed with the bytes that an
    /// erase leaves looks blank and takes no second write.
    /// </summary>
    /// <param name="unit">Bytes that are programmed at once otherwise.</param>
    public IEnumerable<(int At, int Length, bool IsRow)> Cut(Address start, ReadOnlyMemory<byte> data, int unit, FlashGrain grain)
    {
        var rest = 0;
        for (var at = (Bytes - (int)(start.Value % (uint)Bytes)) % Bytes; at + Bytes <= data.Length; at += Bytes)
        {
            if (!IsWhole(data.Span.Slice(at, Bytes), unit, grain))
            {
                continue;
            }

            if (at > rest)
            {
                yield return (rest, at - rest, false);
            }

            yield return (at, Bytes, true);
            rest = at + Bytes;
        }

        if (rest < data.Length)
        {
            yield return (rest, data.Length - rest, false);
        }
    }

    private static bool IsWhole(ReadOnlySpan<byte> row, int unit, FlashGrain grain)
    {
        for (; !row.IsEmpty; row = row[unit..])
        {
            if (grain.IsBlank(row[..unit]))
            {
                return false;
            }
        }

        return true;
    }
}
