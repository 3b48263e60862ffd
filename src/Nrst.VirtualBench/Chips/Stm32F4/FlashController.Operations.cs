namespace Nrst.VirtualBench.Chips.Stm32F4;

internal sealed partial class FlashController
{
    /// <summary>How long a bus master is held by an operation that never ends before the simulation gives up on it.</summary>
    private const long Forever = 3_600_000_000_000;

    /// <summary>After so many WAIT answers a probe gives up on an access.</summary>
    private const long DebuggerPatience = 1_000_000_000;

    private const int AllBanks = 0b11;
    private const uint OtpLocks = 512;

    private Operation? busy;

    /// <summary>Something that keeps BSY set.</summary>
    /// <param name="Finish">Brings the effect into the cells; the argument is the part of the time that was granted, 0 to 1.</param>
    private sealed record Operation(long Start, long End, int Banks, bool IsErase, bool IsOption, Action<double> Finish);

    /// <summary>Makes a register write wait until the running operation is over (reads never wait). False if it never will be.</summary>
    public bool WaitForRegister(uint offset, BusMaster master, ref long now) =>
        offset is not (0x10 or 0x14 or 0x18) || Wait(AllBanks, master, ref now);

    /// <summary>Makes an access to the information block wait as one to bank 1 does.</summary>
    public bool WaitForInformationBlock(BusMaster master, ref long now) => Wait(1, master, ref now);

    /// <summary>A read of the main flash that cannot take the short way. The bank that is not busy answers at once.</summary>
    public BusStatus ReadCells(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        value = 0;
        var sector = Sectors.At(address);
        if (!Wait(1 << (sector.Bank - 1), master, ref now) || ReadProtected)
        {
            return BusStatus.Error;
        }

        if (master != BusMaster.CoreFetch && Options.IsReadProtected(sector))
        {
            Refuse(Sr.RDERR);
            return BusStatus.Ok;
        }

        value = array.Read(address - FlashStart, bytes);
        return BusStatus.Ok;
    }

    /// <summary>A write into the main flash: one programming access, or a refusal in SR. The bus itself does not complain.</summary>
    public BusStatus WriteCells(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        // One operation at a time, whichever bank.
        if (!Wait(AllBanks, master, ref now) || ReadProtected)
        {
            return BusStatus.Error;
        }

        var sector = Sectors.At(address);
        if (!MayProgram(bytes) || ignoresCommands)
        {
            return BusStatus.Ok;
        }

        if (Options.IsWriteProtected(sector) || Options.IsReadProtected(sector))
        {
            Refuse(Sr.WRPERR);
            return BusStatus.Ok;
        }

        var starved = Starved;
        Statistics.Programs++;
        Statistics.ProgramsBySector[sector.Index] = Statistics.ProgramsBySector.GetValueOrDefault(sector.Index) + 1;
        Begin(new Operation(now, now + timing.Program, 1 << (sector.Bank - 1), false, false, part =>
        {
            if (part >= 1)
            {
                array.Program(address - FlashStart, value, bytes, starved);
            }
        }));
        return BusStatus.Ok;
    }

    /// <summary>A write into the one-time programmable area: 16 blocks of 32 bytes, then a lock byte for each.</summary>
    public BusStatus WriteOtp(uint offset, int bytes, uint value, BusMaster master, ref long now)
    {
        if (!Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (!MayProgram(bytes) || ignoresCommands)
        {
            return BusStatus.Ok;
        }

        if (offset < OtpLocks && Otp[OtpLocks + (offset / 32)] == 0)
        {
            Refuse(Sr.WRPERR);
            return BusStatus.Ok;
        }

        Begin(new Operation(now, now + timing.Program, 1, false, false, part =>
        {
            for (var i = 0; i < bytes && part >= 1; i++)
            {
                Otp[offset + i] &= (byte)(value >> (8 * i));
            }
        }));
        return BusStatus.Ok;
    }

    /// <summary>Holds a bus master until the banks it wants are free; false if they never will be.</summary>
    private bool Wait(int banks, BusMaster master, ref long now)
    {
        Settle(now);
        if (busy is not { } operation || (operation.Banks & banks) == 0)
        {
            return true;
        }

        if (operation.End == long.MaxValue)
        {
            now += master == BusMaster.Debugger ? DebuggerPatience : Forever;
            return false;
        }

        now = operation.End;
        Settle(now);
        return true;
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
        List<MappedSector> sectors = (mass, Has(Cr.SER)) switch
        {
            (true, false) => [.. Sectors.Sectors.Where(sector => Has(sector.Bank == 1 ? Cr.MER : Cr.MER1))],
            (false, true) when Sectors.BySnb((cr >> 3) & 0x1F) is { } sector => [sector],
            _ => [],
        };
        if (sectors.Count == 0 || ignoresCommands)
        {
            return;
        }

        // One protected sector bars a mass erase altogether.
        if (ReadProtected || sectors.Any(sector => Options.IsWriteProtected(sector) || Options.IsReadProtected(sector)))
        {
            Refuse(Sr.WRPERR);
            return;
        }

        var time = mass ? MassEraseTime(sectors) : timing.Sector(sectors[0].Range.Length, Psize);
        cr |= (uint)Cr.STRT;
        var starved = Starved;
        Begin(new Operation(now, now + time, Banks(sectors), true, false, part => EraseCells(sectors, starved, part)));
    }

    private void EraseCells(IReadOnlyList<MappedSector> sectors, bool starved, double part)
    {
        foreach (var sector in sectors)
        {
            Statistics.Erases[sector.Index] = Statistics.Erases.GetValueOrDefault(sector.Index) + 1;
            array.Erase(sector.Index, sector.Range, starved, part);
        }
    }

    private long MassEraseTime(IEnumerable<MappedSector> sectors) =>
        sectors.GroupBy(sector => sector.Bank).Sum(bank => timing.Bank((uint)bank.Sum(sector => sector.Range.Length), Psize));

    private static int Banks(IEnumerable<MappedSector> sectors) =>
        sectors.Aggregate(0, (banks, sector) => banks | 1 << (sector.Bank - 1));

    private void Begin(Operation operation)
    {
        if (neverFinishes)
        {
            operation = operation with { End = long.MaxValue };
        }

        busy = operation;
        sr |= (uint)Sr.BSY;
        Quiet = false;
    }

    /// <summary>Ends what is over by <paramref name="now"/>.</summary>
    private void Settle(long now)
    {
        if (busy is not { } operation || now < operation.End)
        {
            return;
        }

        Close(operation, operation.End, 1);
        if (Has(Cr.EOPIE))
        {
            sr |= (uint)Sr.EOP;
        }

        UpdateInterrupt();
    }

    private void Abort(long now)
    {
        if (busy is { } operation)
        {
            var part = operation.End == long.MaxValue ? 0 : (double)(now - operation.Start) / (operation.End - operation.Start);
            Close(operation, now, Math.Clamp(part, 0, 0.999));
        }
    }

    private void Close(Operation operation, long now, double part)
    {
        busy = null;
        sr &= ~(uint)Sr.BSY;
        cr &= ~(uint)Cr.STRT;
        var time = now - operation.Start;
        if (operation.IsErase)
        {
            Statistics.EraseNanoseconds += time;
        }
        else
        {
            Statistics.ProgramNanoseconds += time;
        }

        operation.Finish(part);
        UpdateQuiet();
    }
}
