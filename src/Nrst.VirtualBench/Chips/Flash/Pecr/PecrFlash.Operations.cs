namespace Nrst.VirtualBench.Chips.Flash.Pecr;

// Words, half pages and page erases of the main flash.
internal abstract partial class PecrFlash
{
    /// <summary>The half page that is being filled; its first byte among all cells, and the words so far.</summary>
    private (uint Offset, List<uint> Words)? halfPage;

    /// <summary>A read of protected sectors, and a fetch while a half page is being filled.</summary>
    protected override BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        value = 0;
        if (master == BusMaster.CoreFetch && halfPage is not null && traits.AbortsOnFetch)
        {
            ForgetHalfPage();
            Refuse(Sr.FWWERR);
        }

        if (master != BusMaster.CoreFetch && GuardsReads && IsProtected(place.Unit))
        {
            Refuse(Sr.RDERR);
            return BusStatus.Error;
        }

        return base.ReadCells(place, bytes, out value, master, now);
    }

    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        if (bytes != 4)
        {
            Refuse(Sr.SIZERR);
        }
        else if (controlKeys.Locked || programKeys.Locked || IsProtected(place.Unit))
        {
            ForgetHalfPage();
            Refuse(Sr.WRPERR);
        }
        else if (Has(Pe.PROG) && Has(Pe.ERASE))
        {
            ErasePage(place.Unit, now);
        }
        else if (Has(Pe.PROG) && Has(Pe.FPRG))
        {
            FillHalfPage(place, value, now);
        }
        else if (!Has(Pe.ERASE) && !Has(Pe.FPRG))
        {
            ProgramWord(place, value, now);
        }

        return BusStatus.Ok;
    }

    private void ErasePage(FlashUnit page, long now) =>
        Begin(FlashWork.Erase, now, Timing.Unit(page.Range.Length), page.BankMask, part => EraseUnits([page], part));

    /// <summary>A word over one that is not zero: the L0 refuses it, unless it is zero itself; the L1 adds its ones to those that are there.</summary>
    private void ProgramWord(FlashPlace place, uint value, long now)
    {
        if (value != 0 && RefusesOver(place.Offset, 4))
        {
            Refuse(Sr.NOTZEROERR);
            return;
        }

        var clears = value == 0 && traits.RefusesOverwriting;
        if (Begin(FlashWork.Program, now, Timing.Program, place.Unit.BankMask, part => Store(place.Offset, value, clears, part)))
        {
            CountProgram(place.Unit);
        }
    }

    private void Store(uint offset, uint value, bool clears, double part)
    {
        if (part < 1)
        {
            return;
        }

        if (clears)
        {
            Cells.Bytes.AsSpan((int)offset, 4).Clear();
        }

        Cells.Program(offset, value, 4);
    }

    private void FillHalfPage(FlashPlace place, uint value, long now)
    {
        var (first, words) = halfPage ?? (place.Offset, []);
        if (first % traits.HalfPage != 0 || place.Offset / traits.HalfPage != first / traits.HalfPage)
        {
            ForgetHalfPage();
            Refuse(Sr.PGAERR);
            return;
        }

        words.Add(value);
        halfPage = (first, words);
        UpdateQuiet();
        if (words.Count < traits.HalfPage / 4)
        {
            return;
        }

        ForgetHalfPage();
        if (RefusesOver(first, (int)traits.HalfPage))
        {
            Refuse(Sr.NOTZEROERR);
        }
        else if (Begin(FlashWork.Program, now, Timing.Burst ?? Timing.Program, place.Unit.BankMask, part =>
        {
            // Cut off, the words before the cut are there.
            for (var i = 0; i < (int)(words.Count * part); i++)
            {
                Cells.Program(first + (uint)(4 * i), words[i], 4);
            }
        }))
        {
            CountProgram(place.Unit);
        }
    }

    private bool RefusesOver(uint offset, int bytes) =>
        traits.RefusesOverwriting && !Has(Pe.NZDISABLE) && !Cells.IsErased(offset, bytes);

    private void ForgetHalfPage()
    {
        halfPage = null;
        UpdateQuiet();
    }
}
