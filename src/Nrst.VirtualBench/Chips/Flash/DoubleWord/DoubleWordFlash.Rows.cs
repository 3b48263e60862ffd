namespace Nrst.VirtualBench.Chips.Flash.DoubleWord;

// Fast programming (FSTPG): a whole row under one rise of the high voltage.
//
// From "Fast programming" and "Programming errors" of RM0440 and RM0490: the first double word starts it, and BSY stays up to the last; each
// next one must come while the one before it is programmed, else MISERR; HCLK is 8 MHz or more; nobody looks whether the cells are erased;
// whatever cuts a row short raises FASTERR as well, and the double words that came before are in the cells. What is inferred stands where it is done.
// A read of the bank during a row waits here, and the row misses its next word; the silicon gives the row up without a word.
internal abstract partial class DoubleWordFlash
{
    private const long SlowestHclk = 125_000, RowTimeOut = 7_000_000;

    /// <summary>Pages that can be written row by row, by their number through all banks.</summary>
    private readonly HashSet<int> open = [];
    private bool rowOpen;
    private bool rowIsSlow;
    private bool rowFailed;
    private long rowBegan;

    private int RowWords => traits.Row / Width;

    private long RowTime => Timing.Burst ?? Timing.Program * RowWords;

    /// <summary>A row that is being fed takes its words while it is busy.</summary>
    protected override int BanksThatBlock(FlashUnit unit) => rowOpen ? 0 : AllBanks;

    private BusStatus WriteRow(FlashPlace place, int bytes, uint value, long now)
    {
        // Of PG beside FSTPG no manual speaks; two ways to program at once are taken for a wrong sequence.
        if (IsMisled)
        {
            return CutShort(Sr.PGSERR, now);
        }

        if (bytes != 4)
        {
            return CutShort(Sr.SIZERR | Sr.FASTERR, now);
        }

        if (IsKeptFromWriting(place))
        {
            return CutShort(Sr.WRPERR | Sr.FASTERR, now);
        }

        if (collected == 0 && !open.Contains(place.Unit.Index))
        {
            // Nothing erased is a wrong sequence. Seen on an STM32G0B0: of two pages erased one after the other the first answers to a whole row
            // with PGAERR, FASTERR and, as for every word after an error, PGSERR.
            return CutShort(traits.RowsFollowPageErase && open.Count > 0 ? Sr.PGAERR | Sr.FASTERR : Sr.PGSERR, now);
        }

        // By the manual a row might begin anywhere and leave words out; what becomes of it then no manual says, and nothing good is expected.
        if (collected == 0 ? place.Offset % (uint)traits.Row != 0 : place.Offset != firstOffset + (uint)collected)
        {
            return CutShort(Sr.PGAERR | Sr.FASTERR, now);
        }

        Collect(place.Offset, value);
        if (collected == Width)
        {
            BeginRow(place.Unit, now);
        }

        if (collected % Width == 0)
        {
            AwaitNext(now);
        }

        return BusStatus.Ok;
    }

    private void BeginRow(FlashUnit unit, long now)
    {
        (rowOpen, rowBegan, rowIsSlow) = (true, now, Chip.HclkPicoseconds > SlowestHclk);
        if (Begin(FlashWork.Program, now, RowTime, unit.BankMask, FinishRow))
        {
            CountProgram(unit);
        }
    }

    /// <summary>The row ends when its last double word is through, or at the time by which the next one has to be there.</summary>
    private void AwaitNext(long now)
    {
        var whole = collected == traits.Row;
        EndAt(rowIsSlow ? rowBegan + RowTimeOut : whole ? Math.Max(rowBegan + RowTime, now + (RowTime / RowWords)) : now + traits.RowGap);
        rowOpen = !whole;
        if (whole && !IsBusy())
        {
            ForgetWords(); // the chip ignores commands
        }
    }

    private void FinishRow(double part)
    {
        var received = collected / Width;
        var torn = part < 1;
        var programmed = torn ? Math.Min(received, (int)(RowWords * part)) : received;
        if (!torn && rowIsSlow)
        {
            // The counter that watches over the high voltage stops the row. That a slow clock always comes to that is inferred from the demand.
            programmed--;
            FailRow(Sr.FASTERR);
        }
        else if (!torn && received < RowWords)
        {
            FailRow(Sr.MISERR | Sr.FASTERR);
        }

        for (var i = 0; i < programmed; i++)
        {
            ProgramUnseen(firstOffset + (uint)(i * Width), BitConverter.ToUInt64(words, i * Width));
        }

        if (torn && programmed < received)
        {
            var at = firstOffset + (uint)(programmed * Width);
            Cells.Program(at, BitConverter.ToUInt64(words, programmed * Width), Width);
            Cells.Break(at, Width);
        }

        ForgetWords();
        rowOpen = false;
    }

    /// <summary>Over cells that are not erased comes what both have in common, under an error code that is that of neither.</summary>
    private void ProgramUnseen(uint offset, ulong value)
    {
        var before = BitConverter.ToUInt64(Cells.Bytes, (int)offset);
        Cells.Program(offset, value, Width);
        if (before != ulong.MaxValue && before != value && value != 0)
        {
            Cells.Break(offset, Width);
        }
    }

    /// <summary>An error: the high voltage goes, and what has come so far is in the cells.</summary>
    private BusStatus CutShort(Sr error, long now)
    {
        if (rowOpen)
        {
            FailRow(error);
            EndAt(now);
            Settle(now);
            (rowOpen, rowFailed) = (false, false);
        }

        return Refused(error);
    }

    private void FailRow(Sr error)
    {
        if (!rowFailed)
        {
            Refuse(error);
        }

        rowFailed = true;
    }

    /// <summary>An erase opens its pages to rows.</summary>
    /// <remarks>
    /// The manuals say only that the erase goes before. On the G0 the last erase alone counts, as seen; that a page erase takes the bank's
    /// mass erase back on the others, that a reset does so everywhere, and that a double word programmed in between does not, is inferred.
    /// </remarks>
    private void OpenToRows(IReadOnlyList<FlashUnit> pages, bool isMassErase, double part)
    {
        open.RemoveWhere(index => traits.RowsFollowPageErase || pages.Any(page => page.Bank == Map.Units[index].Bank));
        if (part >= 1 && (isMassErase || traits.RowsFollowPageErase))
        {
            open.UnionWith(pages.Select(page => page.Index));
        }
    }

    private void ForgetErases()
    {
        open.Clear();
        (rowOpen, rowFailed) = (false, false);
    }
}
