using Nrst.VirtualBench.Chips.Flash.WordBuffer;

namespace Nrst.VirtualBench.Chips.Flash.H5;

// What reads and writes of the cells do, erases, and the change of option bytes.
internal sealed partial class H5Flash
{
    private const uint EccDetected = 1u << 31, EccBank2 = 1 << 22;

    // OPSR.CODE_OP, of an operation that a reset cut off.
    private const uint SingleWrite = 1u << 29, SectorErase = 3u << 29, BankErase = 4u << 29, MassErase = 5u << 29, OptionChange = 6u << 29;

    protected override BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        if (Cells.IsBroken(place.Offset, Width))
        {
            // Only the first error has its address kept: quad-words from the start of the bank.
            eccdetr = (eccdetr & EccDetected) != 0 ? eccdetr
                : EccDetected | (place.Unit.Bank == 2 ? EccBank2 : 0) | ((place.Offset - Map.InBank(place.Unit.Bank).First().Offset) / 16);
            Chip.PendNmi();
        }

        return base.ReadCells(place, bytes, out value, master, now);
    }

    /// <summary>Some bytes of a quad-word, or a refusal in SR. The bus itself does not complain.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        if (keys.Locked || !Has(Cr.PG))
        {
            return Refuse(Sr.PGSERR);
        }

        switch (buffer.Put(place.Offset, value, bytes))
        {
            case BufferedWrite.Complete:
                ProgramBuffer(now);
                break;
            case BufferedWrite.Twice:
                buffer.Clear();
                return Refuse(Sr.STRBERR);
            case BufferedWrite.Elsewhere:
                buffer.Clear();
                return Refuse(Sr.INCERR);
        }

        return BusStatus.Ok;
    }

    /// <summary>One-time programmable half-words, in blocks that can be locked.</summary>
    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var offset = address - traits.OtpAt;
        if (offset >= (uint)Otp.Length || !Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (keys.Locked || !Has(Cr.PG))
        {
            return Refuse(Sr.PGSERR);
        }

        if (bytes != 2)
        {
            return Refuse(Sr.INCERR);
        }

        if ((Current(OTPBLR_CUR) & 1u << (int)(offset / 64)) != 0)
        {
            return Refuse(Sr.WRPERR);
        }

        Begin(FlashWork.Program, now, Timing.Program, 1, part =>
        {
            if (part >= 1)
            {
                Otp[offset] &= (byte)value;
                Otp[offset + 1] &= (byte)(value >> 8);
            }
        });
        return BusStatus.Ok;
    }

    private void ProgramBuffer(long now)
    {
        var offset = buffer.Offset;
        var word = buffer.Take();
        var unit = Map.Units.First(unit => offset - unit.Offset < unit.Range.Length);
        if (IsWriteProtected(unit))
        {
            Refuse(Sr.WRPERR);
            return;
        }

        ProgramWord(unit, offset, word, now, Timing.Program, part => Remember(part, SingleWrite | Place(unit, offset)));
    }

    private void StartErase(long now)
    {
        var bank = Map.Banks == 2 && Has(Cr.BKSEL) ? 2 : 1;
        var (sector, whole, mass) = (Has(Cr.SER), Has(Cr.BER), Has(Cr.MER));
        IReadOnlyList<FlashUnit> units = (sector, whole, mass) switch
        {
            (true, false, false) when Map.Find(bank, (cr >> 6) & ((1u << traits.SectorBits) - 1)) is { } one => [one],
            (false, true, false) => [.. Map.InBank(bank)],
            (false, false, true) => Map.Units,
            _ => [],
        };

        // Two kinds of erase at once, none, or a sector that is not there.
        if (units.Count == 0)
        {
            Refuse(Sr.PGSERR);
            return;
        }

        // One protected sector bars a bank or mass erase altogether.
        if (units.Any(IsWriteProtected))
        {
            Refuse(Sr.WRPERR);
            return;
        }

        var code = sector ? SectorErase | Place(units[0], units[0].Offset) : whole ? BankErase | (bank == 2 ? EccBank2 : 0) : MassErase;
        var time = sector ? Timing.Unit(units[0].Range.Length)
            : units.GroupBy(unit => unit.Bank).Sum(one => Timing.Bank((uint)one.Sum(unit => unit.Range.Length)));
        if (Begin(FlashWork.Erase, now, time, BanksOf(units), part =>
        {
            EraseUnits(units, part);
            Remember(part, code);
        }))
        {
            cr |= (uint)Cr.STRT;
        }
    }

    private void WriteOptionControl(uint value, long now)
    {
        if (optionKeys.Locked)
        {
            return;
        }

        // OPTSTRT cannot be set before the error of an earlier change was cleared.
        if ((value & (uint)Optcr.OPTSTRT) != 0 && (sr & (uint)Sr.OPTCHANGEERR) == 0)
        {
            StartOptions(now);
        }

        if ((value & (uint)Optcr.OPTLOCK) != 0)
        {
            optionKeys.Lock();
        }
    }

    private void StartOptions(long now)
    {
        // The way from open to any other state leads back only through a password or certificate that the bench does not have.
        var state = (byte)(Wanted(0x54) >> 8);
        var unlocked = (Current(OTPBLR_CUR) & ~Wanted(0x94)) != 0;
        if ((State != 0xED && state != State) || unlocked)
        {
            ForgetWanted();
            Refuse(Sr.OPTCHANGEERR);
            return;
        }

        Begin(FlashWork.Options, now, OptionTime, AllBanks, part =>
        {
            Remember(part, OptionChange);
            if (part >= 1)
            {
                ProgramOptions();
                NoteWhatIsNotPlayed();
            }
        });
    }

    private void NoteWhatIsNotPlayed()
    {
        if (traits.HasTrustZone && Current(OPTSR2_CUR) >> 24 == 0xB4)
        {
            Chip.Note("TZEN is set; the bench plays no secure side.");
        }

        if (traits.HasTrustZone && ((Current(EDATA1R_CUR) | Current(EDATA1R_CUR + 0x100)) & 1 << 15) != 0)
        {
            Chip.Note("EDATA_EN is set; the bench has no high-cycle data area.");
        }
    }

    /// <summary>OPSR after a reset names the operation that the reset cut off.</summary>
    private void Remember(double part, uint code) => interrupted = part < 1 ? code : 0;

    private uint Place(FlashUnit unit, uint offset) =>
        (unit.Bank == 2 ? EccBank2 : 0) | ((offset - Map.InBank(unit.Bank).First().Offset) / 16 & (traits.IsC5 ? 0xFFFFu : 0xF_FFFF));

    private bool IsWriteProtected(FlashUnit unit) =>
        (Current(unit.Bank == 1 ? 0xE8u : 0x1E8) & 1u << (Math.Min(unit.Number / traits.SectorsPerProtection, 31))) == 0;
}
