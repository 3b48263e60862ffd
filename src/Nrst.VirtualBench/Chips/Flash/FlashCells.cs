using System.Buffers.Binary;

namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>The cells of the main flash: what an erase and a program do to them, on a healthy, a worn and an underfed die.</summary>
internal sealed class FlashCells
{
    private const uint WeakCellEvery = 1024;

    private readonly HashSet<int> weakUnits;
    private readonly HashSet<uint> stuckWords;
    private readonly HashSet<uint> broken = [];
    private readonly List<(uint Offset, uint Length)> marginal = [];
    private readonly byte erased;
    private uint noise = 0x2545_F491;

    /// <param name="start">The address of the first cell, for the faults that name one.</param>
    /// <param name="erased">What a byte reads after an erase: 0xFF, or 0x00 on the lines whose cells are the other way round.</param>
    public FlashCells(uint start, int bytes, byte erased, FlashSpecimen specimen)
    {
        this.erased = erased;
        Bytes = new byte[bytes];
        Bytes.AsSpan().Fill(erased);
        weakUnits = [.. specimen.WeakUnits];
        stuckWords = [.. specimen.StuckWords.Select(at => (at.Value - start) & ~3u)];
    }

    public byte[] Bytes { get; }

    public byte ErasedValue => erased;

    /// <summary>The pump cannot give cells the charge they need.</summary>
    public bool IsStarved { get; set; }

    /// <summary>Where an erase was torn off: cells between both states, by their first byte and their number.</summary>
    public IReadOnlyCollection<(uint Offset, uint Length)> Marginal => marginal;

    /// <summary>Some word holds more wrong bits than its error code can put right.</summary>
    public bool HasBrokenWords => broken.Count > 0;

    /// <param name="unit">The cells of one page or sector.</param>
    /// <param name="starved">The supply is too low for the parallelism asked for.</param>
    /// <param name="part">How much of the erase took place before it was cut off, 0 to 1.</param>
    public void Erase(FlashUnit unit, bool starved = false, double part = 1)
    {
        var cells = Bytes.AsSpan((int)unit.Offset, (int)unit.Range.Length);
        cells[..(int)(cells.Length * part)].Fill(erased);
        if (part < 1)
        {
            return;
        }

        broken.RemoveWhere(word => word - unit.Offset < unit.Range.Length);
        marginal.RemoveAll(area => area.Offset - unit.Offset < unit.Range.Length);
        if (weakUnits.Contains(unit.Index) || starved || IsStarved)
        {
            for (var at = 0x40; at < cells.Length; at += (int)Math.Min(WeakCellEvery, unit.Range.Length / 2))
            {
                cells[at] ^= 0x10;
            }
        }
    }

    /// <summary>
    /// Programming only ever moves bits away from the erased value. Without an error code a second pass over a word is fine;
    /// where there is one, the controller refuses it before it comes here.
    /// </summary>
    /// <param name="starved">The supply is too low for this parallelism: some cells do not get enough charge.</param>
    public void Program(uint offset, ulong value, int bytes, bool starved = false)
    {
        for (var i = 0; i < bytes; i++)
        {
            if (stuckWords.Contains((offset + (uint)i) & ~3u))
            {
                continue;
            }

            ref var cell = ref Bytes[offset + (uint)i];
            var moved = (byte)(((byte)(value >> (8 * i)) ^ erased) & ~(cell ^ erased));
            var unprogrammed = starved || IsStarved ? (byte)(1 << (int)(((offset >> 2) + (uint)i) & 7)) : (byte)0;
            cell ^= (byte)(moved & ~unprogrammed);
        }
    }

    public bool IsErased(uint offset, int bytes) => !Bytes.AsSpan((int)offset, bytes).ContainsAnyExcept(erased);

    /// <summary>An erase of these cells was torn off half-way: each read finds some of them so and some of them so, until they are erased.</summary>
    public void LeaveHalfErased(uint offset, uint length)
    {
        if (!marginal.Contains((offset, length)))
        {
            marginal.Add((offset, length));
        }
    }

    public uint Read(uint offset, int bytes) => marginal.Count == 0 ? ReadPlainly(offset, bytes) : ReadPlainly(offset, bytes) ^ Wavering(offset, bytes);

    private uint ReadPlainly(uint offset, int bytes) => bytes switch
    {
        4 => BinaryPrimitives.ReadUInt32LittleEndian(Bytes.AsSpan((int)offset)),
        2 => BinaryPrimitives.ReadUInt16LittleEndian(Bytes.AsSpan((int)offset)),
        _ => Bytes[offset],
    };

    /// <summary>One cell in a few words is at the threshold, and never the same twice.</summary>
    private uint Wavering(uint offset, int bytes)
    {
        foreach (var (start, length) in marginal)
        {
            if (offset - start < length)
            {
                noise ^= noise << 13;
                noise ^= noise >> 17;
                noise ^= noise << 5;
                return (noise & 3) == 0 ? 1u << (int)((noise >> 8) % (8 * (uint)bytes)) : 0;
            }
        }

        return 0;
    }

    /// <summary>A program that was cut off left a word whose error code cannot be right.</summary>
    /// <param name="width">Bytes that share one error code.</param>
    public void Break(uint offset, int width) => broken.Add(offset & ~(uint)(width - 1));

    public bool IsBroken(uint offset, int width) => broken.Contains(offset & ~(uint)(width - 1));

    /// <summary>The broken words, as they outlive the supply.</summary>
    public byte[] SaveBroken()
    {
        var saved = new byte[4 * broken.Count];
        var at = 0;
        foreach (var word in broken.Order())
        {
            BinaryPrimitives.WriteUInt32LittleEndian(saved.AsSpan(at), word);
            at += 4;
        }

        return saved;
    }

    public void LoadBroken(ReadOnlySpan<byte> saved)
    {
        broken.Clear();
        for (; saved.Length >= 4; saved = saved[4..])
        {
            broken.Add(BinaryPrimitives.ReadUInt32LittleEndian(saved));
        }
    }
}
