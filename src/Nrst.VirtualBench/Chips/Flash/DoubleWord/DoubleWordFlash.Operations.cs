namespace Nrst.VirtualBench.Chips.Flash.DoubleWord;

// What a write into the cells does, and erases.
internal abstract partial class DoubleWordFlash
{
    private const uint EccFlags = 3u << 30, EccInterrupt = 1u << 24, EccDouble = 1u << 31;

    private readonly byte[] words = new byte[512];
    private uint firstOffset;
    private int collected;

    /// <summary>Part of a double word or of a row has come, and the rest is awaited.</summary>
    private bool WordsPending => collected > 0;

    /// <summary>A word of a double word or of a row, or a refusal in SR. The bus itself does not complain.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        if (IsShut(place.Unit))
        {
            return BusStatus.Error;
        }

        if (!Has(Cr.PG) && !Has(Cr.FSTPG))
        {
            return Refused(Sr.PGSERR);
        }

        if (Has(Cr.FSTPG))
        {
            return WriteRow(place, bytes, value, now);
        }

        if (bytes != 4)
        {
            return Refused(Sr.SIZERR);
        }

        if (IsMisled)
        {
            return Refused(Sr.PGSERR);
        }

        if (collected == 0 ? place.Offset % Width != 0 : place.Offset != firstOffset + (uint)collected)
        {
            return Refused(Sr.PGAERR);
        }

        Collect(place.Offset, value);
        return collected < Width ? BusStatus.Ok : ProgramWords(place.Unit, now);
    }

    protected override BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        value = 0;
        if (IsShut(place.Unit))
        {
            return BusStatus.Error;
        }

        if (master != BusMaster.CoreFetch && IsCodeOnly(place.Unit.Bank, OffsetInBank(place)))
        {
            Refuse(Sr.RDERR);
            return BusStatus.Ok;
        }

        if (Cells.IsBroken(place.Offset, Width))
        {
            ReportDoubleError(place);
        }

        return base.ReadCells(place, bytes, out value, master, now);
    }

    /// <summary>One-time programmable double words: a word with any zero bit can never be written again.</summary>
    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var offset = address - otpStart;
        if (offset >= (uint)Otp.Length || !Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (!Has(Cr.PG) || (Flags & Sr.Stale) != 0)
        {
            return Refused(Sr.PGSERR);
        }

        if (bytes != 4)
        {
            return Refused(Sr.SIZERR);
        }

        if (collected == 0 ? offset % Width != 0 : offset != firstOffset + (uint)collected)
        {
            return Refused(Sr.PGAERR);
        }

        firstOffset = collected == 0 ? offset : firstOffset;
        BitConverter.TryWriteBytes(words.AsSpan(collected), value);
        collected += 4;
        if (collected < Width)
        {
            return BusStatus.Ok;
        }

        ForgetWords();
        var (start, content) = ((int)firstOffset, words.AsSpan(0, Width).ToArray());
        if (Otp.AsSpan(start, Width).ContainsAnyExcept((byte)0xFF))
        {
            return Refused(Sr.PROGERR);
        }

        Begin(FlashWork.Program, now, Timing.Program, 1, part =>
        {
            if (part >= 1)
            {
                content.CopyTo(Otp, start);
            }
        });
        return BusStatus.Ok;
    }

    /// <summary>An error that nobody has looked at, or CR asks for two things at once.</summary>
    private bool IsMisled =>
        (Flags & Sr.Stale) != 0 || Has(Cr.PER) || Has(Cr.MER1) || (cr & traits.MassErase2) != 0 || (Has(Cr.PG) && Has(Cr.FSTPG));

    private void Collect(uint offset, uint value)
    {
        firstOffset = collected == 0 ? offset : firstOffset;
        BitConverter.TryWriteBytes(words.AsSpan(collected), value);
        collected += 4;
    }

    private void ForgetWords() => collected = 0;

    private bool IsKeptFromWriting(FlashPlace place) => IsWriteProtected(place.Unit) || IsCodeOnly(place.Unit.Bank, OffsetInBank(place));

    private BusStatus ProgramWords(FlashUnit unit, long now)
    {
        var (offset, content) = (firstOffset, BitConverter.ToUInt64(words));
        ForgetWords();
        if (IsKeptFromWriting(new FlashPlace(unit, offset)))
        {
            return Refused(Sr.WRPERR);
        }

        // A double word is programmed once after an erase; all zeros go over anything.
        if (!Cells.IsErased(offset, Width) && content != 0)
        {
            return Refused(Sr.PROGERR);
        }

        // What a reset cuts off half-way has an error code that cannot be right.
        if (Begin(FlashWork.Program, now, Timing.Program, unit.BankMask, part =>
        {
            Cells.Program(offset, content, Width);
            if (part < 1)
            {
                Cells.Break(offset, Width);
            }
        }))
        {
            CountProgram(unit);
        }

        return BusStatus.Ok;
    }

    private void StartErase(long now)
    {
        var mass = cr & ((uint)Cr.MER1 | traits.MassErase2);
        IReadOnlyList<FlashUnit> pages = (mass != 0, Has(Cr.PER)) switch
        {
            (true, false) => [.. Map.Units.Where(page => (mass & MassEraseBit(page)) != 0)],
            (false, true) when Selected is { } page => [page],
            _ => [],
        };

        // Neither or both kinds of erase, a page that is not there, programming asked for as well, or an error nobody has looked at.
        if (pages.Count == 0 || Has(Cr.PG) || Has(Cr.FSTPG) || (Flags & Sr.Stale) != 0)
        {
            Refuse(Sr.PGSERR);
            return;
        }

        // One protected page bars a mass erase altogether.
        if (ReadBarred || pages.Any(page => IsWriteProtected(page) || HasCodeOnly(page) || IsShut(page)))
        {
            Refuse(Sr.WRPERR);
            return;
        }

        var time = mass != 0 ? MassEraseTime(pages) : Timing.Unit(pages[0].Range.Length);
        if (Begin(FlashWork.Erase, now, time, BanksOf(pages), part =>
        {
            EraseUnits(pages, part);
            OpenToRows(pages, mass != 0, part);
        }))
        {
            cr |= (uint)Cr.STRT;
        }
    }

    private FlashUnit? Selected =>
        Map.Find(traits.BankSelect != 0 && Map.Banks == 2 && (cr & traits.BankSelect) != 0 ? 2 : 1, (cr >> 3) & ((1u << traits.PageBits) - 1));

    /// <summary>With one bank the bits mean the same.</summary>
    private uint MassEraseBit(FlashUnit page) =>
        Map.Banks == 1 ? (uint)Cr.MER1 | traits.MassErase2 : page.Bank == 1 ? (uint)Cr.MER1 : traits.MassErase2;

    /// <summary>Both banks are erased at once.</summary>
    private long MassEraseTime(IEnumerable<FlashUnit> pages) =>
        pages.GroupBy(page => page.Bank).Max(bank => Timing.Bank((uint)bank.Sum(page => page.Range.Length)));

    private void ReportDoubleError(FlashPlace place)
    {
        if (traits.Eccr.Length == 0)
        {
            Chip.PendNmi();
            return;
        }

        var register = traits.Eccr.Length > 1 ? place.Unit.Bank - 1 : 0;
        if ((eccr[register] & EccDouble) == 0)
        {
            var offset = traits.Eccr.Length > 1 || traits.EccBankBit >= 0 ? OffsetInBank(place) : place.Offset;
            var bank = traits.EccBankBit >= 0 && place.Unit.Bank == 2 ? 1u << traits.EccBankBit : 0;
            eccr[register] = (eccr[register] & EccInterrupt) | EccDouble | bank | (offset / traits.EccAddressUnit);
        }

        Chip.PendNmi();
    }

    private uint OffsetInBank(FlashPlace place) => place.Offset - BankOffset(place.Unit.Bank);

    private uint BankOffset(int bank) => Map.InBank(bank).First().Offset;

    private BusStatus Refused(Sr error)
    {
        ForgetWords();
        Refuse(error);
        return BusStatus.Ok;
    }
}
