namespace Nrst.VirtualBench.Chips.Flash.Parallel;

internal abstract partial class ParallelFlash
{
    protected override BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        value = 0;
        if (master != BusMaster.CoreFetch && Options.IsReadProtected(place.Unit))
        {
            Refuse(Sr.RDERR);
            return BusStatus.Ok;
        }

        return base.ReadCells(place, bytes, out value, master, now);
    }

    /// <summary>One programming access, or a refusal in SR. The bus itself does not complain.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        if (!MayProgram(bytes))
        {
            return BusStatus.Ok;
        }

        if (Options.IsWriteProtected(place.Unit) || Options.IsReadProtected(place.Unit))
        {
            Refuse(Sr.WRPERR);
            return BusStatus.Ok;
        }

        var starved = Starved;
        if (Begin(FlashWork.Program, now, Timing.Program, place.Unit.BankMask, part =>
        {
            if (part >= 1)
            {
                Cells.Program(place.Offset, value, bytes, starved);
            }
        }))
        {
            CountProgram(place.Unit);
        }

        return BusStatus.Ok;
    }

    /// <summary>The one-time programmable area: 16 blocks, then a lock byte for each.</summary>
    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var offset = address - otpPlace.At;
        if (offset >= otpPlace.Length || !Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (!MayProgram(bytes))
        {
            return BusStatus.Ok;
        }

        if (offset < otpPlace.Locks && Otp[otpPlace.Locks + (offset / otpPlace.Block)] == 0)
        {
            Refuse(Sr.WRPERR);
            return BusStatus.Ok;
        }

        Begin(FlashWork.Program, now, Timing.Program, 1, part =>
        {
            for (var i = 0; i < bytes && part >= 1; i++)
            {
                Otp[offset + i] &= (byte)(value >> (8 * i));
            }
        });
        return BusStatus.Ok;
    }

    private bool MayProgram(int bytes)
    {
        // Flags of earlier refusals do not bar this one: the manual asks software to clear them but ties nothing to it.
        // Nor does SER, which only chooses what STRT starts: st-flash leaves it set from its last erase whenever it programs an F4.
        if (!Has(Cr.PG) || Has(Cr.MER) || Has(Cr.MER1))
        {
            Refuse(Sr.PGSERR);
            return false;
        }

        if (bytes != 1 << (int)Psize)
        {
            Refuse(Sr.PGPERR);
            return false;
        }

        return true;
    }

    private void StartErase(long now)
    {
        var mass = Has(Cr.MER) || Has(Cr.MER1);
        // SER together with MER, neither of them, or a sector that does not exist: nothing starts and no flag tells. PG does not matter,
        // the manual lets an erase that is requested together with programming go first.
        List<FlashUnit> sectors = (mass, Has(Cr.SER)) switch
        {
            (true, false) => [.. Map.Units.Where(sector => Has(sector.Bank == 1 ? Cr.MER : Cr.MER1))],
            (false, true) when Selected is { } sector => [sector],
            _ => [],
        };
        if (sectors.Count == 0)
        {
            return;
        }

        // One protected sector bars a mass erase altogether.
        if (ReadBarred || sectors.Any(sector => Options.IsWriteProtected(sector) || Options.IsReadProtected(sector)))
        {
            Refuse(Sr.WRPERR);
            return;
        }

        var time = mass ? MassEraseTime(sectors) : Timing.Unit(sectors[0].Range.Length, Bits);
        var starved = Starved;
        if (Begin(FlashWork.Erase, now, time, BanksOf(sectors), part => EraseUnits(sectors, part, starved)))
        {
            cr |= (uint)Cr.STRT;
        }
    }

    /// <summary>What SNB says: bank 2 starts at 0x10.</summary>
    private FlashUnit? Selected => Map.Find(1 + (int)((cr >> 7) & 1), (cr >> 3) & 0x1F);

    /// <summary>The parallelism in bits. x64 is not in the tables of every data sheet; it is not slower than x32.</summary>
    private int Bits => 8 << (int)Math.Min(Psize, 2);

    protected long MassEraseTime(IEnumerable<FlashUnit> sectors) =>
        sectors.GroupBy(sector => sector.Bank).Sum(bank => Timing.Bank((uint)bank.Sum(sector => sector.Range.Length), Bits));
}
