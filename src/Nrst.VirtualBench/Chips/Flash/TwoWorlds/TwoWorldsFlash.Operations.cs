namespace Nrst.VirtualBench.Chips.Flash.TwoWorlds;

// What reads and writes of the cells do, erases, and the change of option bytes.
internal sealed partial class TwoWorldsFlash
{
    private const int Burst = 128;
    private const uint EccDetected = 1u << 31, EccInterrupt = 1 << 24, Bank2 = 1 << 21, UNLOCK = 1u << 31;

    // OPSR.CODE_OP, of an operation that a reset cut off.
    private const uint SingleWrite = 1u << 29, BurstWrite = 2u << 29, PageErase = 3u << 29, BankErase = 4u << 29, MassErase = 5u << 29, OptionChange = 6u << 29;

    private readonly byte[] words = new byte[Burst];
    private readonly uint otpAt;
    private uint firstOffset;
    private int collected;

    /// <summary>Bytes with one error code, which are programmed at once and once.</summary>
    private int Width => traits.Width;

    /// <summary>Nobody has overlooked an error, and the core voltage is enough.</summary>
    private bool CanChange => (sr & (uint)Sr.Stale) == 0 && (traits.Voltage is not { } needed || (Chip.Peek(needed.Register) & 1u << needed.Bit) != 0);

    protected override BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        if (Cells.IsBroken(place.Offset, Width))
        {
            // Only the first error has its address kept.
            ecc = ecc != 0 ? ecc : EccDetected | Place(place.Unit, place.Offset & ~(uint)(Width - 1));
            Chip.PendNmi();
        }

        return base.ReadCells(place, bytes, out value, master, now);
    }

    /// <summary>A word of what is programmed at once, or a refusal in NSSR. The bus itself does not complain.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        if (keys.Locked || !Has(Cr.PG) || !CanChange)
        {
            return Refuse(Sr.PGSERR);
        }

        if (bytes != 4)
        {
            return Refuse(Sr.SIZERR);
        }

        var unit = Has(Cr.BWR) ? Burst : Width;
        if (collected == 0 ? place.Offset % (uint)unit != 0 : place.Offset != firstOffset + (uint)collected)
        {
            return Refuse(Sr.PGAERR);
        }

        firstOffset = collected == 0 ? place.Offset : firstOffset;
        BitConverter.TryWriteBytes(words.AsSpan(collected), value);
        collected += 4;
        return collected < unit ? BusStatus.Ok : ProgramWords(place.Unit, now);
    }

    /// <summary>One-time programmable words: one with any zero bit can never be written again.</summary>
    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var offset = address - otpAt;
        if (offset >= (uint)Otp.Length || !Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (keys.Locked || !Has(Cr.PG) || !CanChange)
        {
            return Refuse(Sr.PGSERR);
        }

        if (bytes != 4)
        {
            return Refuse(Sr.SIZERR);
        }

        var unit = Has(Cr.BWR) ? Burst : Width;
        if (collected == 0 ? offset % unit != 0 : offset != firstOffset + (uint)collected)
        {
            return Refuse(Sr.PGAERR);
        }

        firstOffset = collected == 0 ? offset : firstOffset;
        BitConverter.TryWriteBytes(words.AsSpan(collected), value);
        collected += 4;
        if (collected < unit)
        {
            return BusStatus.Ok;
        }

        var (start, content) = ((int)firstOffset, words.AsSpan(0, unit).ToArray());
        if (Otp.AsSpan(start, unit).ContainsAnyExcept((byte)0xFF))
        {
            return Refuse(Sr.PROGERR);
        }

        collected = 0;
        Begin(FlashWork.Program, now, TimeOf(content.Length), 1, part =>
        {
            if (part >= 1)
            {
                content.CopyTo(Otp, start);
            }
        });
        return BusStatus.Ok;
    }

    private long TimeOf(int bytes) => bytes == Burst ? Timing.Burst ?? Burst / Width * Timing.Program : Timing.Program;

    private BusStatus ProgramWords(FlashUnit unit, long now)
    {
        var (offset, content) = (firstOffset, words.AsSpan(0, collected).ToArray());
        collected = 0;
        if (ReadBarred || IsWriteProtected(unit))
        {
            return Refuse(Sr.WRPERR);
        }

        // A word is programmed once after an erase; all zeros go over anything.
        for (var at = 0; at < content.Length; at += Width)
        {
            if (!Cells.IsErased(offset + (uint)at, Width) && content.AsSpan(at, Width).ContainsAnyExcept((byte)0))
            {
                return Refuse(Sr.PROGERR);
            }
        }

        var code = content.Length == Burst ? BurstWrite : SingleWrite;
        if (Begin(FlashWork.Program, now, TimeOf(content.Length), unit.BankMask, part =>
        {
            ProgramCells(offset, content, part);
            Remember(part, code | Place(unit, offset));
        }))
        {
            CountProgram(unit);
        }

        return BusStatus.Ok;
    }

    /// <summary>What a reset cuts off half-way has an error code that cannot be right.</summary>
    private void ProgramCells(uint offset, byte[] content, double part)
    {
        var whole = (int)(content.Length / Width * part);
        for (var i = 0; i <= whole && i < content.Length / Width; i++)
        {
            var at = offset + (uint)(i * Width);
            for (var half = 0; half < Width; half += 8)
            {
                Cells.Program(at + (uint)half, BitConverter.ToUInt64(content, (i * Width) + half), 8);
            }

            if (i == whole && part < 1)
            {
                Cells.Break(at, Width);
            }
        }
    }

    private void StartErase(long now)
    {
        var (one, two) = (Has(Cr.MER1), traits.HasTwoBanks && Has(Cr.MER2));
        IReadOnlyList<FlashUnit> pages = (one || two, Has(Cr.PER)) switch
        {
            (true, false) => [.. Map.Units.Where(page => Map.Banks == 1 || (page.Bank == 1 ? one : two))],
            (false, true) when Selected is { } page => [page],
            _ => [],
        };

        // Neither or both kinds of erase, a page that is not there, programming asked for as well, or an error nobody has looked at.
        if (pages.Count == 0 || Has(Cr.PG) || !CanChange)
        {
            Refuse(Sr.PGSERR);
            return;
        }

        // One protected page bars a mass erase altogether.
        if (ReadBarred || pages.Any(IsWriteProtected))
        {
            Refuse(Sr.WRPERR);
            return;
        }

        var code = Has(Cr.PER) ? PageErase | Place(pages[0], pages[0].Offset) : one && two ? MassErase : BankErase | (two ? Bank2 : 0);
        var time = Has(Cr.PER) ? Timing.Unit(pages[0].Range.Length) : MassEraseTime(pages);
        if (Begin(FlashWork.Erase, now, time, BanksOf(pages), part =>
        {
            EraseUnits(pages, part);
            Remember(part, code);
        }))
        {
            cr |= (uint)Cr.STRT;
        }
    }

    private FlashUnit? Selected => Map.Find(traits.HasTwoBanks && Map.Banks == 2 && Has(Cr.BKER) ? 2 : 1, (cr >> 3) & pageMask);

    private long MassEraseTime(IEnumerable<FlashUnit> pages) =>
        pages.GroupBy(page => page.Bank).Max(bank => Timing.Bank((uint)bank.Sum(page => page.Range.Length)));

    private void StartOptions(long now)
    {
        if (!CanChange)
        {
            Refuse(Sr.PGSERR);
            return;
        }

        var wanted = shadow.ToArray();
        var optr = IndexOf(OPTR);
        var lifted = LevelOf(OptionCells[optr]) == ReadProtection.Level1 && LevelOf(wanted[optr]) == ReadProtection.Level0;

        // TrustZone goes only together with the read protection; an area whose UNLOCK is 0 stays as it is until then.
        var refused = !lifted && ((OptionCells[optr] & ~wanted[optr] & 1u << 31) != 0
            || WriteProtection.Any(area => traits.HasUnlock && (OptionCells[IndexOf(area.Register)] & UNLOCK) == 0 && wanted[IndexOf(area.Register)] != OptionCells[IndexOf(area.Register)]));
        if (refused)
        {
            Refuse(Sr.OPTWERR);
            return;
        }

        var time = Timing.Choose(TimeSpan.FromMilliseconds(22), TimeSpan.FromMilliseconds(40)) + (lifted ? MassEraseTime(Map.Units) : 0);
        if (Begin(lifted ? FlashWork.Regression : FlashWork.Options, now, time, AllBanks, part =>
        {
            Remember(part, OptionChange);
            if (lifted)
            {
                EraseUnits(Map.Units, part);
                Chip.ProtectionLifted();
            }

            // Torn off half-way, the option page still holds its old words: the mass erase comes first, the level falls last.
            if (part >= 1)
            {
                wanted.CopyTo(OptionCells, 0);
                if ((wanted[optr] & 1u << 31) != 0)
                {
                    Chip.Note("TZEN is set; the bench plays no secure side.");
                }
            }
        }))
        {
            cr |= (uint)Cr.OPTSTRT;
        }
    }

    private IEnumerable<(uint Register, int Bank)> WriteProtection =>
        traits.HasTwoBanks ? [(0x58, 1), (0x5C, 1), (0x68, 2), (0x6C, 2)] : [(0x58, 1), (0x5C, 1)];

    private bool IsWriteProtected(FlashUnit page) => WriteProtection.Any(area =>
        area.Bank == page.Bank && page.Number >= (int)(InForce(area.Register) & pageMask) && page.Number <= (int)((InForce(area.Register) >> 16) & pageMask));

    /// <summary>OPSR after a reset names the operation that the reset cut off.</summary>
    private void Remember(double part, uint code) => interrupted = part < 1 ? code : 0;

    private uint Place(FlashUnit unit, uint offset) =>
        (unit.Bank == 2 ? Bank2 : 0) | ((offset - Map.InBank(unit.Bank).First().Offset) & traits.AddressMask);
}
