namespace Nrst.VirtualBench.Chips.Flash.WordBuffer;

/// <summary>What the controllers with a write buffer share (H7, H5, H7RS): flash words with an error code, option words in pairs of registers.</summary>
internal abstract class BufferedFlash : FlashModel
{
    private readonly IReadOnlyList<OptionPair> pairs;
    private readonly uint[] wanted;

    /// <param name="width">Bytes of a flash word.</param>
    protected BufferedFlash(FlashContext context, IReadOnlyList<OptionPair> pairs, int width)
        : base(context)
    {
        (this.pairs, Width) = (pairs, width);
        OptionCells = [.. pairs.Select(pair => pair.Factory)];
        wanted = [.. OptionCells];
    }

    public override uint[] OptionCells { get; }

    protected int Width { get; }

    public override int EccWidth => Width;

    /// <summary>The banks are exchanged; a change of the option counts after the next reset.</summary>
    protected bool Swapped { get; private set; }

    /// <summary>No figure of a data sheet is known: as long as the flashes of pages take.</summary>
    protected long OptionTime => Timing.Choose(TimeSpan.FromMilliseconds(22), TimeSpan.FromMilliseconds(40));

    /// <summary>An option word as it is, by the offset of its register.</summary>
    protected uint Current(uint offset) => OptionCells[IndexOf(pair => pair.Current == offset)];

    protected uint Wanted(uint offset) => wanted[IndexOf(pair => pair.Wanted == offset)];

    protected bool IsCurrent(uint offset) => IndexOf(pair => pair.Current == offset) >= 0;

    protected bool IsWanted(uint offset) => IndexOf(pair => pair.Wanted == offset) >= 0;

    protected void Want(uint offset, uint bits, uint mask)
    {
        var index = IndexOf(pair => pair.Wanted == offset);
        wanted[index] = ((wanted[index] & ~mask) | bits) & pairs[index].Writable;
    }

    /// <summary>What is wanted becomes what is.</summary>
    protected void ProgramOptions()
    {
        wanted.CopyTo(OptionCells, 0);
        OptionsChanged();
    }

    protected void ForgetWanted() => OptionCells.CopyTo(wanted, 0);

    /// <summary>A reset: the registers show the cells, and an exchange of the banks comes into force.</summary>
    protected void LoadOptions(bool swapped)
    {
        ForgetWanted();
        Swapped = swapped;
    }

    /// <summary>Programs a flash word.</summary>
    /// <param name="now">When: perhaps later than now, where operations queue.</param>
    /// <param name="finished">Hears how much of the time was granted.</param>
    protected bool ProgramWord(FlashUnit unit, uint offset, byte[] word, long now, long time, Action<double>? finished = null)
    {
        if (!Begin(FlashWork.Program, now, time, unit.BankMask, part =>
        {
            ProgramCells(offset, word, part);
            finished?.Invoke(part);
        }))
        {
            return false;
        }

        CountProgram(unit);
        return true;
    }

    protected override IReadOnlyList<byte[]> SaveOthers() => [Cells.SaveBroken()];

    protected override void LoadOthers(IReadOnlyList<byte[]> others) => Cells.LoadBroken(others[0]);

    /// <summary>
    /// Nothing keeps one from programming a word twice, but the error code is programmed with it: unless the word was erased, is the same
    /// again, or becomes all zeros, the code no longer fits. Nor does it after a program that was cut off.
    /// </summary>
    private void ProgramCells(uint offset, byte[] word, double part)
    {
        var old = Cells.Bytes.AsSpan((int)offset, Width);
        var fits = Cells.IsErased(offset, Width) || old.SequenceEqual(word) || !word.AsSpan().ContainsAnyExcept((byte)0);
        for (var at = 0; at < Width; at += 8)
        {
            Cells.Program(offset + (uint)at, BitConverter.ToUInt64(word, at), 8);
        }

        if (part < 1 || !fits)
        {
            Cells.Break(offset, Width);
        }
    }

    /// <summary>Changes an option cell from outside, as somebody has done before power-on.</summary>
    protected bool Program(uint register, uint mask, uint value)
    {
        ref var cell = ref OptionCells[IndexOf(pair => pair.Current == register)];
        cell = (cell & ~mask) | (value & mask);
        return true;
    }

    private int IndexOf(Func<OptionPair, bool> wanted)
    {
        for (var i = 0; i < pairs.Count; i++)
        {
            if (wanted(pairs[i]))
            {
                return i;
            }
        }

        return -1;
    }
}
