using System.Buffers.Binary;

namespace Nrst.Flash.Loaders;

internal enum LoaderOperation : uint
{
    Program = 1,
    Erase = 2,
    Survey = 3,

    /// <summary>From now on there are two lanes, as far apart as <c>Dest</c> says; 0 for one.</summary>
    Apart = 4,
    End = 15,
}

/// <summary>Why the loader stopped: bits 31:24 of its status word.</summary>
internal enum LoaderError : byte
{
    None = 0,
    Slot = 1,
    Flags = 2,
    TooFast = 3,
    Command = 4,
    Fault = 15,
    NotStarted = 0xEE,
}

/// <summary>One slot of the ring.</summary>
/// <param name="Dest">Where to program.</param>
/// <param name="Flags"><see cref="ThenEnd"/> ends the loader afterwards. With it <see cref="ByRows"/> and <see cref="PageFirst"/>.</param>
/// <param name="Where">The flash it concerns, for errors.</param>
/// <param name="Time">How long it takes, to know when to ask.</param>
internal sealed record LoaderCommand(
    LoaderOperation Operation, uint Dest, uint Flags, ReadOnlyMemory<byte> Data, AddressRange Where, OperationTime Time)
{
    /// <summary>The same with <see cref="PageFirst"/>.</summary>
    /// <param name="erase">One erase that goes before; null for none.</param>
    public LoaderCommand After(LoaderCommand? erase)
    {
        var data = new byte[PageBytes + Data.Length];
        erase?.Data.CopyTo(data);
        Data.CopyTo(data.AsMemory(PageBytes));
        return this with { Flags = Flags | PageFirst, Data = data, Time = Time + (erase?.Time ?? default), Erases = erase?.Erases ?? [], Erasing = erase?.Erasing ?? default };
    }

    /// <summary>The slot's data and the trailer that makes it valid.</summary>
    public const int TrailerBytes = 16;

    public const uint ThenEnd = 8;

    /// <summary>The data is whole rows.</summary>
    public const uint ByRows = 1;

    /// <summary>In front of what is programmed stands what a command to erase has for data, or as many zeros where nothing is erased before.</summary>
    public const uint PageFirst = 2;

    public const int PageBytes = 8;

    /// <summary>What an <see cref="LoaderOperation.Erase"/> erases, one after the other, as the controller's part understands it.</summary>
    public IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> Erases { get; init; } = [];

    /// <summary>How long the silicon takes to erase all of that. What the loader adds is reckoned with a clock that may not be the core's.</summary>
    public OperationTime Erasing { get; init; }

    /// <summary>The flash of the second lane, where there are two.</summary>
    public AddressRange? Also { get; init; }

    /// <summary>Its time is that of programming and no other.</summary>
    public bool OnlyPrograms => Operation == LoaderOperation.Program && Erases.Count == 0;

    public int Bytes => Data.Length + TrailerBytes;

    /// <summary>The bytes of the slot as the loader expects them, data right before the trailer.</summary>
    public void Write(Span<byte> into, uint sequence)
    {
        Data.Span.CopyTo(into);
        var trailer = into[Data.Length..Bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(trailer, Dest);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[4..], (uint)Operation << 28 | Flags << 24 | (uint)Data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[8..], WordCrc.Of(into[..(Data.Length + 8)]));
        BinaryPrimitives.WriteUInt32LittleEndian(trailer[12..], sequence);
    }
}

/// <summary>One stretch for the loader to look at.</summary>
internal sealed record SurveyItem(SurveyKind Kind, uint Start, uint Length)
{
    public const int Bytes = 8;

    /// <summary>The loader will probably come to something soon, and need not look through all of it.</summary>
    public bool ProbablyShort { get; init; }

    /// <summary>There is probably nothing of which a CRC would have to be made.</summary>
    public bool ProbablyBlank { get; init; }

    public static SurveyItem Over(SurveyKind kind, AddressRange range) => new(kind, range.Start.Value, range.Length);

    /// <summary>How long the loader looks, to know when to ask.</summary>
    /// <remarks>
    /// A CRC at zero wait states, a search for the end of what is not blank, and what an item costs whatever its length. That a gap is blank is the usual
    /// case, and has to be looked through. Wrong guesses cost a question or two.
    /// </remarks>
    public static OperationTime TimeOf(IReadOnlyList<SurveyItem> items, string core, double hertz)
    {
        var small = core is "Cortex-M0" or "Cortex-M0+";
        var cycles = items.Sum(item => item.Kind switch
        {
            SurveyKind.Hash => (item.Length * (small ? 1.7 : 1.3)) + 100,
            SurveyKind.Content => (item.Length * (item.ProbablyBlank ? small ? 1.3 : 1.1 : small ? 1.7 : 1.3)) + (small ? 300 : 220),
            _ => (item.ProbablyShort ? 0 : item.Length * (small ? 1.3 : 1.1)) + 60,
        });
        return new OperationTime(TimeSpan.FromSeconds(cycles / hertz), TimeSpan.FromSeconds(items.Sum(item => (long)item.Length) * 20.0 / hertz));
    }

    public void Write(Span<byte> into)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(into, Start);
        BinaryPrimitives.WriteUInt32LittleEndian(into[4..], (uint)Kind << 30 | Length);
    }
}

internal enum SurveyKind : uint
{
    /// <summary>Answers CRC and 0.</summary>
    Hash = 0,

    /// <summary>Answers the end of what is not blank, and the CRC up to there.</summary>
    Content = 1,

    /// <summary>Answers the first word that is not blank, and the end of what is not blank; the same twice where all is.</summary>
    Gap = 2,
}

/// <summary>The loader's two words for one item.</summary>
internal sealed record SurveyAnswer(uint First, uint Second);
