namespace Nrst.Images;

/// <summary>Bytes as a file lists them, before sorting. The source is a line number, or an index of segments or elements.</summary>
/// <remarks>The reader has made sure that it ends within the 4 GiB of the map.</remarks>
internal readonly record struct Chunk(uint Start, ReadOnlyMemory<byte> Data, int Source) : IComparable<Chunk>
{
    public const ulong MapEnd = 1UL << 32;

    public ulong End => Start + (ulong)Data.Length;

    public int CompareTo(Chunk other) => (Start, Source).CompareTo((other.Start, other.Source));
}
