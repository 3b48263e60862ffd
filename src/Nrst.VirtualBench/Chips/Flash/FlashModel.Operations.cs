namespace Nrst.VirtualBench.Chips.Flash;

// What takes time: one operation at a time, or one a bank where the banks have controllers of their own.
internal abstract partial class FlashModel
{
    /// <summary>How long a bus master is held by an operation that never ends before the simulation gives up on it.</summary>
    private const long Forever = 3_600_000_000_000;

    /// <summary>After so many WAIT answers a probe gives up on an access.</summary>
    private const long DebuggerPatience = 1_000_000_000;

    private readonly List<FlashOperation> operations = [];

    /// <summary>The operations under way.</summary>
    protected IReadOnlyList<FlashOperation> Operations => operations;

    /// <summary>When the last of them ends; null while there are none.</summary>
    public long? BusyUntil => operations.Count == 0 ? null : operations.Max(operation => operation.End);

    protected bool IsBusy(int banks = AllBanks)
    {
        foreach (var operation in operations)
        {
            if ((operation.Banks & banks) != 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Starts something that keeps banks busy. Nothing starts in a chip whose flash ignores commands.</summary>
    /// <param name="finish">Brings the effect into the cells; the argument is the part of the time that was granted, 0 to 1.</param>
    /// <returns>Whether it started.</returns>
    protected bool Begin(FlashWork work, long now, long time, int banks, Action<double> finish)
    {
        if (specimen.IgnoresCommands || (specimen.IgnoresErases && work == FlashWork.Erase))
        {
            return false;
        }

        var breaksDown = context.Chip.PumpWorks(now, now + time);
        var never = specimen.NeverFinishes || breaksDown || IsSuspended;
        var operation = new FlashOperation(work, now, never ? long.MaxValue : now + time, banks, finish) { Time = specimen.NeverFinishes ? 0 : time };
        operations.Add(operation);
        Quiet = false;
        Started(operation);
        return true;
    }

    /// <summary>Operations wait: somebody has asked for the flash to be readable.</summary>
    protected virtual bool IsSuspended => false;

    /// <summary>What waited goes on.</summary>
    protected void Resume(long now)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            operations[i] = operations[i] with { Start = now, End = operations[i].Time is var time && time > 0 ? now + time : long.MaxValue };
        }
    }

    /// <summary>Gives what is under way another end, for an operation that lasts as long as somebody feeds it; what never ends does not now either.</summary>
    protected void EndAt(long end)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            operations[i] = operations[i] with { End = operations[i].End == long.MaxValue ? long.MaxValue : end };
        }
    }

    /// <summary>BSY rises.</summary>
    protected virtual void Started(FlashOperation operation)
    {
    }

    /// <summary>BSY falls. Not called when a reset tears the operation off.</summary>
    protected virtual void Ended(FlashOperation operation)
    {
    }

    /// <summary>Ends what is over by <paramref name="now"/>.</summary>
    protected void Settle(long now)
    {
        for (var i = 0; i < operations.Count; i++)
        {
            var operation = operations[i];
            if (operation.End <= now)
            {
                operations.RemoveAt(i--);
                Close(operation, operation.End, 1);
                Ended(operation);
            }
        }
    }

    /// <summary>Holds a bus master until the banks it wants are free; false if they never will be.</summary>
    protected bool Wait(int banks, BusMaster master, ref long now)
    {
        Settle(now);
        while (operations.Find(operation => (operation.Banks & banks) != 0) is { } busy)
        {
            if (busy.End == long.MaxValue)
            {
                now += master.IsDebugger() ? DebuggerPatience : Forever;
                return false;
            }

            now = busy.End;
            Settle(now);
        }

        return true;
    }

    protected void CountErase(FlashUnit unit) =>
        Statistics.Erases[unit.Index] = Statistics.Erases.GetValueOrDefault(unit.Index) + 1;

    protected void CountProgram(FlashUnit unit)
    {
        Statistics.Programs++;
        Statistics.ProgramsBySector[unit.Index] = Statistics.ProgramsBySector.GetValueOrDefault(unit.Index) + 1;
    }

    /// <summary>Erases units as far as there was time, and counts them.</summary>
    protected void EraseUnits(IReadOnlyList<FlashUnit> units, double part, bool starved = false)
    {
        foreach (var unit in units)
        {
            CountErase(unit);
            Cells.Erase(unit, starved, part);
        }
    }

    protected static int BanksOf(IEnumerable<FlashUnit> units) => units.Aggregate(0, (banks, unit) => banks | unit.BankMask);

    private void Abort(long now)
    {
        var torn = operations.ToArray();
        operations.Clear();
        foreach (var operation in torn)
        {
            var part = operation.Time == 0 || IsSuspended ? 0 : (double)(now - operation.Start) / operation.Time;
            Close(operation, now, Math.Clamp(part, 0, 0.999));
        }
    }

    private void Close(FlashOperation operation, long now, double part)
    {
        var time = now - operation.Start;
        if (operation.Work is FlashWork.Erase or FlashWork.Regression)
        {
            Statistics.EraseNanoseconds += time;
        }
        else
        {
            Statistics.ProgramNanoseconds += time;
        }

        operation.Finish(part);
        if (operation.Work == FlashWork.Program && context.Chip.SupplyOverfeedsPump)
        {
            RaiseProgramError();
        }

        UpdateQuiet();
    }
}

internal enum FlashWork
{
    Program,
    Erase,

    /// <summary>Writing the option bytes.</summary>
    Options,

    /// <summary>Writing option bytes that lift the read-out protection, and the erase that goes before it.</summary>
    Regression,
}

/// <summary>Something that keeps BSY set.</summary>
/// <param name="Banks">A bit for each bank that cannot be read meanwhile.</param>
/// <param name="Finish">Brings the effect into the cells; the argument is the part of the time that was granted, 0 to 1.</param>
internal sealed record FlashOperation(FlashWork Work, long Start, long End, int Banks, Action<double> Finish)
{
    /// <summary>What it takes when nothing holds it up; 0 where it never ends.</summary>
    public long Time { get; init; }

    public bool ChangesOptions => Work is FlashWork.Options or FlashWork.Regression;
}
