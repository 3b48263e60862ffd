namespace Nrst.VirtualBench.Chips.Flash.WordBuffer;

/// <summary>What became of a write into the buffer.</summary>
internal enum BufferedWrite
{
    Taken,

    /// <summary>That was the last byte missing: the word can be programmed.</summary>
    Complete,

    /// <summary>A byte that is in the buffer already.</summary>
    Twice,

    /// <summary>A byte of another word than the one begun.</summary>
    Elsewhere,
}

/// <summary>Collects the bytes of one flash word, in any order and width.</summary>
internal sealed class WordBuffer(int width)
{
    private readonly byte[] bytes = new byte[width];
    private ulong present;

    public bool IsEmpty => present == 0;

    /// <summary>Offset of the word among all cells.</summary>
    public uint Offset { get; private set; }

    public BufferedWrite Put(uint offset, uint value, int count)
    {
        var word = offset & ~(uint)(width - 1);
        var lanes = ((1ul << count) - 1) << (int)(offset - word);
        if (!IsEmpty && word != Offset)
        {
            return BufferedWrite.Elsewhere;
        }

        if ((present & lanes) != 0)
        {
            return BufferedWrite.Twice;
        }

        Offset = word;
        present |= lanes;
        for (var i = 0; i < count; i++)
        {
            bytes[offset - word + (uint)i] = (byte)(value >> (8 * i));
        }

        return present == (1ul << width) - 1 ? BufferedWrite.Complete : BufferedWrite.Taken;
    }

    /// <summary>The word, ones where nothing was written; the buffer is empty again.</summary>
    public byte[] Take()
    {
        var word = new byte[width];
        for (var i = 0; i < width; i++)
        {
            word[i] = (present & 1ul << i) != 0 ? bytes[i] : (byte)0xFF;
        }

        Clear();
        return word;
    }

    public void Clear() => present = 0;
}
