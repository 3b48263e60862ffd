namespace Nrst.VirtualBench.Chips.Flash.H7;

/// <summary>The controller of one bank.</summary>
/// <param name="at">Offset of its registers.</param>
/// <param name="word">Bytes of a flash word.</param>
internal sealed class H7Bank(int number, uint at, int word)
{
    public uint At => at;

    public int Number => number;

    public int Mask => 1 << (number - 1);

    public KeyLatch Keys { get; } = new(0x4567_0123, 0xCDEF_89AB, jamsWhenOpen: true);

    public WordBuffer.WordBuffer Buffer { get; } = new(word);

    public uint Cr { get; set; }

    public uint Sr { get; set; }

    public uint EccAddress { get; set; }

    public void Reset(uint cr)
    {
        Keys.Reset();
        Buffer.Clear();
        (Cr, Sr, EccAddress) = (cr, 0, 0);
    }
}
