using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>
/// One generation of flash controllers, driven by its registers. The order of every job stands here; a class for each generation
/// says how its registers are asked, from its manual.
/// </summary>
/// <remarks>
/// What the loader in target RAM does with the same controller has the same shape: <see cref="StartErase"/> is <c>flash_erase</c>,
/// <see cref="ReadStatus"/> is <c>flash_busy</c> and <c>flash_errors</c>, and so on.
/// </remarks>
internal abstract class FlashController(FlashChip chip)
{
    private TimeSpan? _longest;
    private bool _forgotten;

    protected FlashChip Chip => chip;
    protected ITargetMemory Memory => chip.Memory;

    // ---- what it is ----

    /// <summary>What the planner widens to.</summary>
    public virtual FlashGrain Grain => FlashGrain.Of(chip.Flash);

    /// <summary>Bytes of one programming access or of the word that is programmed at once.</summary>
    public virtual int Access => chip.Flash.WriteUnit;

    /// <summary>The column of the time table, where the supply decides how many bits are erased and programmed at a time; else 0.</summary>
    protected virtual int Column => 0;

    /// <summary>Something about this supply or this chip that makes the job slow or may disturb it, to be told before it starts; null where nothing does.</summary>
    public virtual string? Notice => null;

    /// <summary>This controller's part of the loader; null where only the registers are driven.</summary>
    public abstract LoaderPart? Loader { get; }

    /// <summary>How whole rows are programmed at once; null where the controller cannot, or is not known well enough.</summary>
    public virtual FlashRows? Rows => null;

    // ---- how long it takes ----

    public OperationTime TimeOfErase(FlashSector sector)
    {
        var row = Row(chip.Flash.Times.Erase, sector.Range.Length, "erase");
        return Scaled(row, sector.Range.Length);
    }

    /// <summary>The stretches that are erased and programmed at the same time: the banks where each works whatever the other does, else all of the flash.</summary>
    public virtual IReadOnlyList<AddressRange> Lanes => [Chip.Layout.Range];

    /// <summary>Whether a status that the loader has reported can be about this stretch, where two lanes were at work.</summary>
    public virtual bool Concerns(uint status, AddressRange where) => true;

    /// <summary>Everything at once; a bank erase where the times are given by bank, one bank after the other.</summary>
    public virtual OperationTime TimeOfEraseAll()
    {
        var row = Row(chip.Flash.Times.BankErase, chip.Layout.Banks[0].Layout.Range.Length, "bank erase");
        return new OperationTime(row.Typical, row.Max * chip.Layout.Banks.Count);
    }

    public OperationTime TimeOfProgram(int accesses)
    {
        var times = chip.Flash.Times;
        var chosen = times.ProgramAt.FirstOrDefault(row => row.Bits == Column);
        return new OperationTime(chosen?.Typical ?? times.ProgramTypical, chosen?.Max ?? times.ProgramMax) * accesses;
    }

    /// <summary>No operation of this flash takes longer.</summary>
    public TimeSpan LongestLimit => _longest ??= chip.Layout.Sectors.DistinctBy(sector => sector.Range.Length)
        .Select(sector => TimeOfErase(sector).Limit).Append(CanEraseAll ? TimeOfEraseAll().Limit : TimeSpan.Zero).Max();

    // ---- what it does ----

    /// <summary>Opens a flash for the first time in a job: tells what an earlier one left behind, which nobody can see afterwards.</summary>
    public void OpenFirst(AddressRange where, JobListener? listener)
    {
        if (chip.Memory is ReadAhead ahead)
        {
            ahead.Over(
                () =>
                {
                    _ = Leftover();
                    _ = ReadStatus(where);
                    _ = IsLocked || IsLocked; // once to know, and once more for the keys
                },
                TellAndOpen);
        }
        else
        {
            TellAndOpen();
        }

        void TellAndOpen()
        {
            if (Leftover() is { } leftover)
            {
                listener?.Invoke(leftover);
            }

            Open(where);
        }
    }

    /// <summary>The words that <see cref="IsLocked"/> looks at; none where it knows without.</summary>
    public IReadOnlyList<Address> WordsOfTheLock => chip.Memory is ReadAhead ahead ? ahead.Rehearse(() => _ = IsLocked) : [];

    /// <summary><see cref="IsLocked"/>, by <see cref="WordsOfTheLock"/> that somebody has read.</summary>
    public bool IsLockedBy(IReadOnlyList<Address> words, ReadOnlySpan<uint> values)
    {
        if (chip.Memory is not ReadAhead ahead)
        {
            return IsLocked;
        }

        var locked = false;
        ahead.Given(words, values, () => locked = IsLocked);
        return locked;
    }

    /// <summary>Waits for whatever runs, opens the control registers and clears what earlier jobs left behind.</summary>
    public void Open(AddressRange where)
    {
        Prepare();
        WaitWhileBusy(where, LongestLimit);
        if (IsLocked)
        {
            if (!WriteKeys())
            {
                throw FlashErrors.StaysLocked(where, ShowControl());
            }
        }

        if (!_forgotten)
        {
            ForgetErrors();
        }

        _forgotten = false;
    }

    /// <summary>What earlier jobs left behind and <see cref="Open"/> will clear. Changes nothing.</summary>
    public virtual JobEvent.Repaired? Leftover()
    {
        var status = ReadStatuses().FirstOrDefault(one => one.Fault != FlashFault.None);
        return status.Fault == FlashFault.None ? null : new JobEvent.Repaired(
            "stale-flash-errors", $"The flash controller still showed errors of an earlier job ({status.Text}); they were cleared.");
    }

    /// <summary>Waits for whatever runs, then locks.</summary>
    public void Lock()
    {
        WaitWhileBusy(chip.Layout.Range, LongestLimit);
        WriteLock();
    }

    /// <summary>Erases one sector and returns when it is done.</summary>
    public void Erase(FlashSector sector) => Erase(EraseWord(sector), sector.Range, TimeOfErase(sector));

    /// <summary>Erases everything.</summary>
    public void EraseAll()
    {
        foreach (var (word, where, time) in EraseAllWords())
        {
            Erase(word, where, time);
        }
    }

    /// <summary>Writes whole, aligned units into blank flash.</summary>
    public void Program(Address at, ReadOnlySpan<byte> data)
    {
        if (!at.IsAligned(Grain.Unit) || data.Length % Grain.Unit != 0)
        {
            throw new ArgumentException("Flash takes whole, aligned units; the planner widens to them.");
        }

        var where = new AddressRange(at, (uint)data.Length);
        using var unlocked = Unlock(where);
        StartProgram(at);
        var (limit, least) = (TimeOfProgram(1).Limit, TimeOfProgram(1).Least);
        for (var offset = 0; offset < data.Length; offset += Access)
        {
            var piece = data.Slice(offset, Access);
            if (!Grain.IsBlank(piece))
            {
                var place = new AddressRange(at + (uint)offset, (uint)Access);
                var start = chip.Clock.Now;
                WriteUnit(place.Start, piece);
                var status = WaitWhileBusy(place, limit);
                Settle(place, status);
                if (chip.Clock.Now - start is var took && took < least * OperationsOf(piece))
                {
                    throw FlashErrors.TooFast(place, status, took, least * OperationsOf(piece)); // seen only where the silicon is slower than the wire
                }
            }
        }

        Idle();
    }

    // ---- how its registers are asked; the manual's part ----

    /// <summary>What must be so before the controller can be used at all: a clock, a voltage range, no suspended operation. Nothing on most.</summary>
    protected virtual void Prepare()
    {
    }

    public abstract bool IsLocked { get; }

    /// <summary>The keys in their order, to every control register that has a lock. Tells whether that opened it.</summary>
    protected abstract bool WriteKeys();

    /// <summary>Two keys and a look, and the errors forgotten, in one exchange.</summary>
    protected bool WriteKeys<TKey, TControl>(
        Address controller, Register<TKey> keys, TKey first, TKey second, Register<TControl> control, TControl locked)
        where TKey : unmanaged, Enum
        where TControl : unmanaged, Enum
    {
        Span<uint> seen = stackalloc uint[1];
        WordAccess[] forgetting = Forgetting is { } one ? [one] : [];
        chip.Words.Run([controller.WriteOf(keys, first), controller.WriteOf(keys, second), controller.ReadOf(control), .. forgetting], seen);
        _forgotten = forgetting.Length > 0;
        return !System.Runtime.CompilerServices.Unsafe.BitCast<uint, TControl>(seen[0]).HasFlag(locked);
    }

    /// <summary>Locks, and leaves no operation selected.</summary>
    protected abstract void WriteLock();

    /// <summary>The control register and its value, for evidence.</summary>
    protected abstract string ShowControl();

    /// <summary>Control and status as they are now, for evidence; a bank's own where each has one.</summary>
    public IReadOnlyList<string> ShowRegisters() =>
        [ShowControl(), .. ReadStatuses().Select(status => status.Text).Distinct()];

    /// <summary>Of every bank, where each has a status of its own.</summary>
    private IEnumerable<FlashStatus> ReadStatuses() =>
        StatusByBank ? chip.Layout.Banks.Select(bank => ReadStatus(bank.Layout.Range)) : [ReadStatus(chip.Layout.Range)];

    /// <summary>Error flags outlive the job that raised them and block the next one.</summary>
    protected virtual void ForgetErrors()
    {
        if (Forgetting is { Address: var at, Written: { } flags })
        {
            Memory.Write32(at, flags);
        }
    }

    /// <summary>The write that does so; null where it takes more than one.</summary>
    protected virtual WordAccess? Forgetting => null;

    /// <summary>Whether <see cref="ReadStatus"/> looks at another register in another bank.</summary>
    protected virtual bool StatusByBank => false;

    /// <summary>The status register in charge of this place.</summary>
    protected abstract FlashStatus ReadStatus(AddressRange where);

    /// <summary>The status register as the loader saw it.</summary>
    public abstract FlashStatus Decode(uint status);

    /// <summary>The word that erases this sector, for <see cref="StartErase"/> and for <c>flash_erase</c> in the loader.</summary>
    public abstract uint EraseWord(FlashSector sector);

    /// <summary>The words that erase everything, each with what it erases; none where the controller cannot.</summary>
    public abstract IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> EraseAllWords();

    public bool CanEraseAll => EraseAllWords().Count > 0;

    protected abstract void StartErase(uint word);

    /// <summary>Gets ready to program.</summary>
    protected abstract void StartProgram(Address at);

    /// <summary>Writes one <see cref="Access"/>; does not wait for it.</summary>
    protected abstract void WriteUnit(Address at, ReadOnlySpan<byte> unit);

    /// <summary>How many operations <see cref="WriteUnit"/> makes of one access, each of which takes the silicon its time.</summary>
    protected virtual int OperationsOf(ReadOnlySpan<byte> unit) => 1;

    /// <summary>Clears what selects an operation. A bit left set blocks the next one.</summary>
    protected abstract void Idle();

    /// <summary>The caches may hold what was in the flash before.</summary>
    public abstract void ResetCaches();

    /// <summary>What is due after the flash has changed, before the chip is reset. Nothing on most.</summary>
    public virtual void AfterChange()
    {
    }

    // ---- the rest ----

    private void Erase(uint word, AddressRange where, OperationTime time)
    {
        using var unlocked = Unlock(where);
        var start = chip.Clock.Now;
        StartErase(word);
        chip.Clock.Wait(time.Least);
        var status = ReadStatus(where);
        if (status.Fault == FlashFault.None && !status.IsBusy)
        {
            throw FlashErrors.TooFast(where, status, chip.Clock.Now - start, time.Least);
        }

        Settle(where, status.Fault != FlashFault.None ? status : WaitWhileBusy(where, time.Limit));
        Idle();
    }

    protected static void Settle(AddressRange where, FlashStatus status)
    {
        if (status.Fault != FlashFault.None)
        {
            throw FlashErrors.Failure(where, status);
        }
    }

    protected FlashStatus WaitWhileBusy(AddressRange where, TimeSpan limit)
    {
        var deadline = chip.Clock.Now + limit;
        var pause = TimeSpan.Zero;
        while (true)
        {
            var status = ReadStatus(where);
            if (!status.IsBusy)
            {
                return status;
            }

            if (chip.Clock.Now > deadline)
            {
                throw FlashErrors.TooSlow(where, limit, status.Text);
            }

            chip.Clock.Wait(pause); // none after the first looks: programming a word is shorter than asking about it
            pause = pause < TimeSpan.FromMilliseconds(5) ? pause + TimeSpan.FromMilliseconds(0.5) : pause;
        }
    }

    private Unlocked Unlock(AddressRange where)
    {
        Open(where);
        return new Unlocked(this);
    }

    private Targets.EraseTime Row(IReadOnlyList<Targets.EraseTime> rows, uint bytes, string what) =>
        rows.Where(row => row.Bits == Column).MinBy(row => Math.Abs((long)row.UnitBytes - bytes))
            ?? throw new ArgumentException($"The device data of {chip.Device.Name} give no {what} time for this parallelism (x{Column}).");

    /// <summary>The row's time for this size, in proportion; a shorter one is not taken to have a shorter limit.</summary>
    protected static OperationTime Scaled(Targets.EraseTime row, uint bytes)
    {
        var scale = bytes / (double)row.UnitBytes;
        return new OperationTime(row.Typical * scale, row.Max * Math.Max(scale, 1));
    }

    /// <summary>Locks the flash again on every way out. Never throws: it must not hide an earlier error.</summary>
    private readonly ref struct Unlocked(FlashController flash)
    {
        public void Dispose()
        {
            try
            {
                flash.Lock();
            }
            catch (NrstException)
            {
                // The wire is gone or the flash hangs; whoever opens the chip next starts from reset.
            }
        }
    }
}
