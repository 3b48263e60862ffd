using System.Buffers.Binary;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>The cells of the main flash: what an erase and a program do to them, on a healthy, a worn and an underfed die.</summary>
internal sealed class FlashArray
{
    private const uint Start = 0x0800_0000;
    private const uint WeakCellEvery = 1024;

    private readonly HashSet<int> weakSectors;
    private readonly HashSet<uint> stuckWords;

    public FlashArray(int kib, IReadOnlyList<ChipFault> faults)
    {
        Bytes = new byte[kib * 1024];
        Bytes.AsSpan().Fill(0xFF);
        weakSectors = [.. faults.OfType<FlashWeakErase>().Select(fault => fault.Sector)];
        stuckWords = [.. faults.OfType<FlashStuckWord>().Select(fault => (fault.At.Value - Start) & ~3u)];
    }

    public byte[] Bytes { get; }

    /// <param name="sectorIndex">Counted through all banks, as the manual numbers sectors.</param>
    /// <param name="part">How much of the erase took place before it was cut off, 0 to 1.</param>
    public void Erase(int sectorIndex, AddressRange range, bool starved, double part = 1)
    {
        var cells = Bytes.AsSpan((int)(range.Start.Value - Start), (int)range.Length);
        cells[..(int)(cells.Length * part)].Fill(0xFF);
        if (part < 1)
        {
            return;
        }

        if (weakSectors.Contains(sectorIndex) || starved)
        {
            for (var at = 0x40; at < cells.Length; at += (int)WeakCellEvery)
            {
                cells[at] &= 0xEF;
            }
        }
    }

    /// <summary>Programming only ever takes bits from 1 to 0. There is no ECC, so a second pass over a word is fine.</summary>
    /// <param name="starved">The supply is too low for this parallelism: some cells do not get enough charge.</param>
    public void Program(uint offset, uint value, int bytes, bool starved)
    {
        if (stuckWords.Contains(offset & ~3u))
        {
            return;
        }

        var cells = Bytes.AsSpan((int)offset, bytes);
        for (var i = 0; i < bytes; i++)
        {
            var unprogrammed = starved ? (byte)(1 << (int)(((offset >> 2) + (uint)i) & 7)) : (byte)0;
            cells[i] &= (byte)((byte)(value >> (8 * i)) | (cells[i] & unprogrammed));
        }
    }

    public uint Read(uint offset, int bytes) => bytes switch
    {
        4 => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan((int)offset)),
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan((int)offset)),
        _ => Bytes[offset],
    };
}
