using Nrst.Arm;

namespace Nrst.Flash.Loaders;

/// <summary>
/// The program in target RAM, seen from here: uploaded once, fed through a ring of slots, asked for one status word.
/// </summary>
internal sealed partial class ResidentLoader
{
    private const int MostResends = 3;

    // Long enough to save writes, short enough that somebody who wants to stop is heard.
    private const int GroupSlots = 8;

    // Fewer slots do not hold what two erases want.
    private const int SmallRing = 8;

    // The ring is filled again when this many slots are free, or later as long as there is enough to do.
    private const int FewestFree = 4;

    private static readonly TimeSpan EnoughToDo = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan OneLook = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan StartLimit = TimeSpan.FromMilliseconds(20);

    private readonly FlashTarget _target;
    private readonly FlashController _flash;
    private readonly LoaderRam _ram;
    private readonly byte[] _code;
    private readonly IReadOnlyList<Address> _lockWords;
    private uint _sequence;
    private TimeSpan _slotOnWire;
    private bool _unsettled;
    private bool _ended;

    private ResidentLoader(FlashTarget target, FlashController flash, LoaderRam ram, byte[] code) =>
        (_target, _flash, _ram, _code, _lockWords) = (target, flash, ram, code, flash.WordsOfTheLock);

    /// <summary>The longest piece that one command programs.</summary>
    public int MostData => _ram.SlotData - _ram.Preface;

    /// <summary>Whether what programs has <see cref="LoaderCommand.PageFirst"/>.</summary>
    public bool HasPageFirst => _ram.Preface > 0;

    /// <summary>
    /// How much should be erased by one command: little enough that its content fits into the ring behind it, and most of what comes then. In a ring
    /// too small for that an erase takes a slot from the data, and there should be few of them.
    /// </summary>
    public int MostErased => (_ram.Slots < SmallRing ? _ram.Slots * 2 : _ram.Slots / 2) * _ram.SlotData;

    /// <summary>Time spent erasing, by the core's own count, as it was when the last commands were seen done.</summary>
    public TimeSpan ErasedFor { get; private set; }

    /// <summary>The word of the flash that was read while the loader started.</summary>
    public (Address At, uint Value)? Told { get; private set; }

    /// <summary>The flash was seen locked after the loader had ended.</summary>
    public bool LeftLocked { get; private set; }

    /// <summary>The loader's own instructions: where they are, and the CRC they must have.</summary>
    public (AddressRange Range, uint Crc) Code =>
        (new AddressRange(new Address(_ram.Base + LoaderBlob.Entry), (uint)(_code.Length - LoaderBlob.Entry)),
            WordCrc.Of(_code.AsSpan(LoaderBlob.Entry)));

    /// <summary>Uploads and starts it. The core must be halted; the flash stays locked.</summary>
    /// <param name="telling">A word of the flash to be read with the first look, for <see cref="Told"/>.</param>
    public static ResidentLoader Start(FlashTarget target, FlashController flash, Address? telling = null)
    {
        var part = flash.Loader ?? throw new TargetException("NRST3310", $"There is no loader for the flash of {target.Part.Name}.");
        var code = LoaderBlob.Of(part.Name);
        var ram = LoaderRam.In(target.Part, code.Length, flash.Rows, flash.Lanes.Count)
            ?? throw new TargetException("NRST3310", $"{target.Part.Name} has no RAM that could hold the loader.");
        LoaderBlob.Fill(code, target, flash, part, ram);
        target.Memory.Write(new Address(ram.Base), code);
        target.Core.Launch(
            [
                (CoreRegister.R0, ram.Base),
                (CoreRegister.SP, ram.StackTop),
                (CoreRegister.PC, ram.Base + LoaderBlob.Entry),
                (CoreRegister.XPSR, 0x0100_0000), // T
            ],
            maskInterrupts: true);
        var loader = new ResidentLoader(target, flash, ram, code);
        loader.AwaitStart(telling);
        return loader;
    }

    /// <summary>Core cycles in a time.</summary>
    public uint Ticks(TimeSpan time) => LoaderBlob.Ticks(_target, time);

    /// <summary>Runs commands in order and returns when all are done.</summary>
    /// <param name="completed">Called with the number of commands done, whenever it was seen to change.</param>
    public void Run(IReadOnlyList<LoaderCommand> commands, Action<int>? completed, CancellationToken cancel)
    {
        var erases = commands.Any(command => command.Erases.Count > 0);
        var brought = Run(commands, completed, erases ? [Mailbox(LoaderBlob.EraseTicks)] : [], cancel);
        ErasedFor = erases ? Seconds(brought[0]) : ErasedFor;
    }

    /// <returns>The words at <paramref name="also"/>, read after all commands were seen done and in the same batch.</returns>
    private uint[] Run(IReadOnlyList<LoaderCommand> commands, Action<int>? completed, IReadOnlyList<Address> also, CancellationToken cancel)
    {
        var looks = new uint[also.Count + 1];
        var first = _sequence;
        var timeline = new LoaderTimeline();
        var sent = 0;
        var done = 0;
        var resends = 0;
        var begun = commands[0].Erases.Count > 0 ? commands[0].Erasing : commands[0].Time;
        var start = _target.Clock.Now;
        var looksEarly = true;
        while (done < commands.Count)
        {
            if (cancel.IsCancellationRequested && sent == done)
            {
                cancel.ThrowIfCancellationRequested();
            }

            while (!cancel.IsCancellationRequested && sent < commands.Count && sent - done < _ram.Slots)
            {
                var begins = sent == 0;
                sent += Send(commands, sent, first, _ram.Slots - (sent - done), timeline);
                if (begins && begun.Least < OneLook + (_slotOnWire * (2 * _ram.Slots)))
                {
                    RequireAtWork(commands[0], first, start);
                }
            }

            if (looksEarly)
            {
                looksEarly = false;
                SleepUntil(start + begun.Least - OneLook, cancel);
                RequireAtWork(commands[0], first, start);
            }

            SleepUntil(NextLook(sent, done, commands.Count, timeline), cancel);
            var status = sent < commands.Count ? _target.Memory.Read32(Mailbox(LoaderBlob.Status)) : Look(also, looks);
            var now = _target.Clock.Now;
            var error = (LoaderError)(status >> 24);
            var seen = (int)((status - first) & 0x00FF_FFFF);
            if (error is not (LoaderError.None or LoaderError.Slot) || seen > sent)
            {
                throw Failure(error, commands[seen < sent ? seen : done], status);
            }

            resends = seen > done ? 0 : resends;
            if (error == LoaderError.Slot)
            {
                Resend(commands[seen], first + (uint)seen, ++resends);
            }
            else if (seen == done)
            {
                Settle(commands, first, done, sent);
                if (timeline.HeadFor(now) > commands[done].Time.Limit)
                {
                    throw TooSlow(commands[done], status);
                }
            }

            timeline.Saw(now, seen);
            if (seen > done)
            {
                done = seen;
                completed?.Invoke(done);
            }
        }

        return looks[1..];
    }

    private uint Look(IReadOnlyList<Address> also, uint[] looks)
    {
        _target.Words.Run([WordAccess.Read(Mailbox(LoaderBlob.Status)), .. also.Select(WordAccess.Read)], looks);
        return looks[0];
    }

    /// <summary>
    /// By the probe's clock: an erase that is done already was never begun. The loader counts cycles of a core whose speed it has to be told. Asked while
    /// the first erase must still be at work, as everything later is asked about when it should be done and no sooner. That is late in the erase, or right
    /// at its beginning too where it may be over before the ring is full.
    /// </summary>
    private void RequireAtWork(LoaderCommand erase, uint first, TimeSpan start)
    {
        if (erase.Erases.Count == 0 || _target.Clock.Now - start > erase.Erasing.Least)
        {
            return;
        }

        var status = _target.Memory.Read32(Mailbox(LoaderBlob.Status));
        var took = _target.Clock.Now - start;
        if (status >> 24 == 0 && ((status - first) & 0x00FF_FFFF) > 0 && took < erase.Erasing.Least)
        {
            throw FlashErrors.JobTooFast(
                erase.Where, new FlashBound(erase.Erasing.Typical.TotalSeconds, 0), took.TotalSeconds, _flash.ShowRegisters(), ReadErasedFor());
        }
    }

    /// <summary>Locks the flash, puts back what the loader changed, and stops the core at a breakpoint of its own. Its last answer may have done so already.</summary>
    public void End()
    {
        if (!_ended)
        {
            SeeLock(ends: true, Run([new LoaderCommand(LoaderOperation.End, 0, LoaderCommand.ThenEnd, default, _target.Layout.Range, Short)], null, _lockWords, default));
        }
    }

    /// <summary>The loader shows that it has ended once everything is put back, so what was read after that holds.</summary>
    private void SeeLock(bool ends, ReadOnlySpan<uint> brought)
    {
        if (ends)
        {
            _ended = true;
            LeftLocked = _flash.IsLockedBy(_lockWords, brought[.._lockWords.Count]);
        }
    }

    public TimeSpan ReadErasedFor() => Seconds(_target.Memory.Read32(Mailbox(LoaderBlob.EraseTicks)));

    private TimeSpan Seconds(uint ticks) => TimeSpan.FromSeconds(ticks / (double)_target.CoreHertz);

    private static OperationTime Short => new(TimeSpan.Zero, TimeSpan.FromMilliseconds(50));

    /// <summary>
    /// All are out: the last one. The ring is full: the one that frees some slots, or as many as leave the loader busy until new ones are there, an eighth
    /// of the time reckoned with being wrong. A question and a write cost the same however many slots they are about.
    /// </summary>
    private TimeSpan NextLook(int sent, int done, int count, LoaderTimeline timeline)
    {
        if (sent == count)
        {
            return timeline.FinishOf(sent - 1);
        }

        var least = Math.Clamp(done + Math.Min(FewestFree, _ram.Slots / 2) - 1, done, sent - 1);
        var last = timeline.FinishOf(sent - 1);
        for (var wanted = sent - 2; wanted > least; wanted--)
        {
            var wait = timeline.FinishOf(wanted) - _target.Clock.Now;
            if (last - timeline.FinishOf(wanted) >= EnoughToDo + (2 * _slotOnWire) + (wait / 8))
            {
                return Safely(wanted);
            }
        }

        return Safely(least);

        // A look that comes a moment too early finds a slot less and is followed by another one.
        TimeSpan Safely(int index) => timeline.FinishOf(index) + ((last - timeline.FinishOf(index)) / 16);
    }

    /// <summary>In pieces, so that somebody who wants to stop is heard.</summary>
    private void SleepUntil(TimeSpan then, CancellationToken cancel)
    {
        while (then - _target.Clock.Now is var remaining && remaining > TimeSpan.Zero && !cancel.IsCancellationRequested)
        {
            _target.Clock.Wait(remaining < LongestSleep ? remaining : LongestSleep);
        }
    }

    /// <summary>Writes one command, and with it the following ones whose slots lie right behind it.</summary>
    private int Send(IReadOnlyList<LoaderCommand> commands, int index, uint first, int room, LoaderTimeline timeline)
    {
        var slot = (int)(_sequence % (uint)_ram.Slots);
        var count = 1;
        while (count < Math.Min(room, GroupSlots) && index + count < commands.Count && slot + count < _ram.Slots
            && commands[index + count].Data.Length == _ram.SlotData)
        {
            count++;
        }

        var bytes = new byte[commands[index].Bytes + ((count - 1) * _ram.Stride)];
        var start = DataOf(_sequence, commands[index].Data.Length);
        var at = 0;
        for (var i = 0; i < count; i++)
        {
            commands[index + i].Write(bytes.AsSpan(at), ++_sequence);
            at += commands[index + i].Bytes;
        }

        var before = _target.Clock.Now;
        Deliver(start, bytes);
        var took = _target.Clock.Now - before;
        _slotOnWire = took * ((double)_ram.Stride / bytes.Length);
        at = 0;
        for (var i = 0; i < count; i++)
        {
            // The loader begins with the first while the others are still on the wire.
            at += commands[index + i].Bytes;
            timeline.Sent(before + (took * ((double)at / bytes.Length)), commands[index + i].Time, commands[index + i].OnlyPrograms);
        }

        return count;
    }

    /// <summary>The CRC of every slot says how the writing went, so nobody has to ask before there is reason to.</summary>
    private void Deliver(Address at, ReadOnlySpan<byte> slots)
    {
        if (_target.Memory is IWriteAhead ahead)
        {
            ahead.WriteAhead(at, slots);
            _unsettled = true;
        }
        else
        {
            _target.Memory.Write(at, slots);
        }
    }

    /// <summary>Nothing moves where something should: what was sent off may not have arrived.</summary>
    private void Settle(IReadOnlyList<LoaderCommand> commands, uint first, int done, int sent)
    {
        if (!_unsettled)
        {
            return;
        }

        _unsettled = false;
        if (((IWriteAhead)_target.Memory).Settle())
        {
            return;
        }

        for (var i = done; i < sent; i++)
        {
            var bytes = new byte[commands[i].Bytes];
            commands[i].Write(bytes, first + (uint)i + 1);
            _target.Memory.Write(DataOf(first + (uint)i, commands[i].Data.Length), bytes);
        }
    }

    private void Resend(LoaderCommand command, uint sequence, int times)
    {
        if (times > MostResends)
        {
            throw new FlashException("NRST2008", command.Where, $"A block for {command.Where} arrived damaged {times} times in a row.")
            {
                LikelyCause = "The SWD wires pick up noise, or the clock is too fast for them.",
                Remedies = [new Remedy("Lower the SWD clock, or shorten the wires.", "nrst flash FILE --speed 950")],
            };
        }

        _target.Listener?.Invoke(new JobEvent.Noticed($"a block for {command.Where} arrived damaged and is sent again"));
        var bytes = new byte[command.Bytes];
        command.Write(bytes, sequence + 1);
        _target.Memory.Write32(Mailbox(LoaderBlob.Status), sequence);
        _target.Memory.Write(DataOf(sequence, command.Data.Length), bytes);
    }

    /// <summary>Where the data of a slot begins; <paramref name="index"/> counts from 0 since the start.</summary>
    private Address DataOf(uint index, int length) => new(
        _ram.Ring + (index % (uint)_ram.Slots * (uint)_ram.Stride) + (uint)(_ram.SlotData - length));

    private Address Mailbox(int at) => new(_ram.Base + (uint)at);

    private void AwaitStart(Address? telling)
    {
        var deadline = _target.Clock.Now + StartLimit;
        var first = telling is { } at ? LookAlso(at) : null;
        while (true)
        {
            var status = first ?? _target.Memory.Read32(Mailbox(LoaderBlob.Status));
            first = null;
            if (status == 0)
            {
                return;
            }

            if (_target.Clock.Now > deadline)
            {
                throw new TargetException("NRST3311", "The loader in target RAM does not start.")
                {
                    LikelyCause = "The core does not run, or the RAM does not keep what is written.",
                    Evidence = [$"status 0x{status:X8}, core {_target.Core.ReadState()}"],
                };
            }
        }
    }

    /// <summary>The status, and a word of the flash with it. Null where the flash cannot be read there, which somebody else will tell better.</summary>
    private uint? LookAlso(Address at)
    {
        var looks = new uint[2];
        try
        {
            var status = Look([at], looks);
            Told = (at, looks[1]);
            return status;
        }
        catch (TargetMemoryException)
        {
            return null;
        }
    }
}
