using System.Buffers.Binary;

namespace Nrst.Bootloaders.Usart;

/// <summary>The loader of an STM32 at a USART, in step and identified.</summary>
public sealed partial class UsartLoader : IRomLoader
{
    private const byte Get = 0x00, GetId = 0x02, ReadMemory = 0x11, Go = 0x21, WriteMemory = 0x31, EraseOld = 0x43, EraseExtended = 0x44;
    private const int LargestBlock = 256, MostPages = 64;
    private const int Tries = 4, SilentTries = 2, RefusedTries = 3;
    private static readonly TimeSpan SlowSector = TimeSpan.FromMilliseconds(500); // above it a sector is erased by itself, for the progress

    private readonly ISerialLine _line;
    private readonly UsartWire _wire;
    private HashSet<RomQuirk> _quirks = [];

    private UsartLoader(ISerialLine line, IClock clock, UsartWire wire, string place, int baud)
    {
        (_line, Clock, _wire, Baud) = (line, clock, wire, baud);
        Identity = new RomLoaderIdentity("USART loader", place, null, null);
    }

    public RomLoaderIdentity Identity { get; private set; }
    public IClock Clock { get; }

    /// <summary>The speed at which it understood.</summary>
    public int Baud { get; }

    /// <summary>PID, the same number as DEV_ID.</summary>
    public ushort ProductId { get; private set; }

    /// <summary>The commands it says it has.</summary>
    public IReadOnlyList<byte> Commands { get; private set; } = [];

    public long Exchanges => _wire.Exchanges;
    public int Block => LargestBlock;
    public int ReadOverhead => 12; // characters of a read beside its bytes
    public int Glance => ReadOverhead;
    public bool ReadsUnchecked => true;
    public bool CanEraseAll => !_quirks.Contains(RomQuirk.NoMassErase);

    /// <summary>Gets into step and asks who it is. Owns the line, also when this throws.</summary>
    /// <param name="place">As it is selected.</param>
    /// <param name="link">Speeds and parity, and how the chip is brought into its loader.</param>
    /// <exception cref="TargetException">Nobody answers, or nobody who understands.</exception>
    public static UsartLoader Open(ISerialLine line, IClock clock, string place, UsartLink link)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(link);
        try
        {
            TargetException? first = null;
            foreach (var baud in link.Bauds)
            {
                link.Enter?.Invoke();
                line.Configure(baud, link.Parity);
                var wire = new UsartWire(line, clock, baud);
                wire.Drain(); // what a loader still had to say to whoever was here before comes to an end
                if (!wire.IsQuiet)
                {
                    throw UsartErrors.ProgramTalks(place, UsartErrors.Show(wire.Dropped.AsSpan(0, Math.Min(wire.Dropped.Length, 16))));
                }

                var loader = new UsartLoader(line, clock, wire, place, baud);
                if (loader.TryBegin(link.Parity) is not { } problem)
                {
                    return loader;
                }

                first ??= problem;
                if (!wire.HeardSomething || (wire.WasAnswered && link.Enter is null))
                {
                    break; // a slower speed is no cure for silence, and a loader that has measured one keeps it until a reset
                }
            }

            throw first ?? UsartErrors.NoAnswer(place, []);
        }
        catch
        {
            line.Dispose();
            throw;
        }
    }

    /// <summary>Tells which chips it can be, so that what their loaders do otherwise is allowed for.</summary>
    public void Know(params IEnumerable<ushort> deviceIds) => _quirks = deviceIds.SelectMany(id => RomQuirks.Of("uart", id)).ToHashSet();

    /// <summary>The chip is known to do so.</summary>
    public bool Has(RomQuirk quirk) => _quirks.Contains(quirk);

    public void Read(Address from, Span<byte> into)
    {
        for (var at = 0; at < into.Length; at += LargestBlock)
        {
            ReadBlock(new AddressRange(from + (uint)at, (uint)Math.Min(LargestBlock, into.Length - at)), into[at..]);
        }
    }

    public void Write(Address to, ReadOnlySpan<byte> data, TimeSpan limit)
    {
        for (var at = 0; at < data.Length; at += LargestBlock)
        {
            var piece = data.Slice(at, Math.Min(LargestBlock, data.Length - at));
            WriteBlock(new AddressRange(to + (uint)at, (uint)piece.Length), piece, limit);
        }
    }

    public void Erase(IReadOnlyList<FlashSector> sectors, Func<FlashSector, TimeSpan> limit, Action<FlashSector> erased, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(sectors);
        ArgumentNullException.ThrowIfNull(limit);
        ArgumentNullException.ThrowIfNull(erased);
        for (var at = 0; at < sectors.Count;)
        {
            cancel.ThrowIfCancellationRequested();
            var chunk = new List<FlashSector>();
            var time = TimeSpan.Zero;
            for (; at < sectors.Count && chunk.Count < MostPages && (chunk.Count == 0 || limit(sectors[at]) < SlowSector); at++)
            {
                chunk.Add(sectors[at]);
                time += limit(sectors[at]);
            }

            ErasePages(chunk, time);
            chunk.ForEach(erased);
        }
    }

    public void EraseAll(TimeSpan limit)
    {
        var flash = new AddressRange(new Address(0x0800_0000), 1);
        InStep("the mass erase", () => Must(_wire.Command(EraseCode), "erase", flash, protectable: true)
            && Must(HasExtended ? _wire.Checked([0xFF, 0xFF], limit) : SendOldMassErase(limit), "mass erase", flash), erases: true);
    }

    public bool Start(Address program)
    {
        var where = new AddressRange(program, 4);
        InStep("Go", () =>
        {
            try
            {
                return Must(_wire.Command(Go), "start", where, protectable: true);
            }
            catch (OutOfStepException silent) when (silent.Verdict is null && _quirks.Contains(RomQuirk.GoWithoutAck))
            {
                return true; // it waits for the address all the same
            }
        });
        try
        {
            return _wire.Checked(BigEndian(program.Value), TimeSpan.FromMilliseconds(500));
        }
        catch (OutOfStepException)
        {
            return _quirks.Contains(RomQuirk.GoWithoutAck);
        }
    }

    public void Dispose() => _line.Dispose();

    private bool HasExtended => Commands.Contains(EraseExtended);

    private byte EraseCode => HasExtended ? EraseExtended : EraseOld;

    private bool SendOldMassErase(TimeSpan limit) => _wire.Checked([0xFF], limit); // its complement is 00

    /// <returns>What is wrong; null where nothing is.</returns>
    private TargetException? TryBegin(SerialParity parity)
    {
        var place = Identity.Place;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            if (!_wire.FallIn())
            {
                return !_wire.HeardSomething ? UsartErrors.NoAnswer(place, [.. _wire.Seen.TakeLast(3)])
                    : UsartErrors.AnswersWrongly(place, Baud, parity, _wire.WasAnswered, [.. _wire.Seen.Take(3)]);
            }

            _wire.Drain(); // a second acknowledge, on some
            if (TryIdentify())
            {
                return null;
            }
        }

        return UsartErrors.AnswersWrongly(place, Baud, parity, taken: true, [.. _wire.Seen.TakeLast(3)]);
    }

    private bool TryIdentify()
    {
        try
        {
            if (!_wire.Command(Get))
            {
                return false;
            }

            Span<byte> head = stackalloc byte[2];
            _wire.Receive(head, UsartWire.Prompt);
            var codes = new byte[Math.Min((int)head[0], 31)];
            _wire.Receive(codes, UsartWire.Prompt);
            if (!_wire.Answer(UsartWire.Prompt) || !_wire.Command(GetId))
            {
                return false;
            }

            Span<byte> id = stackalloc byte[3];
            _wire.Receive(id, UsartWire.Prompt);
            if (id[0] != 1 || !_wire.Answer(UsartWire.Prompt))
            {
                return false;
            }

            (Commands, ProductId) = (codes, BinaryPrimitives.ReadUInt16BigEndian(id[1..]));
            Identity = Identity with { Version = $"{head[1] >> 4}.{head[1] & 0xF}" };
            return true;
        }
        catch (OutOfStepException lost)
        {
            _wire.Seen.Add(lost.Message);
            return false;
        }
    }

    private void ReadBlock(AddressRange where, Span<byte> into)
    {
        var data = new byte[where.Length];
        InStep($"the read at {where.Start}", () =>
        {
            Must(_wire.Command(ReadMemory), "read", where, protectable: true);
            MustTake(where, "read");
            Must(_wire.Checked([(byte)(where.Length - 1)]), "read", where);
            _wire.Receive(data, UsartWire.Prompt + _wire.OnTheLine(data.Length));
            return true;
        });
        data.CopyTo(into);
    }

    private void WriteBlock(AddressRange where, ReadOnlySpan<byte> piece, TimeSpan limit)
    {
        var frame = new byte[piece.Length + 1];
        frame[0] = (byte)(piece.Length - 1);
        piece.CopyTo(frame.AsSpan(1));
        var again = false;
        InStep($"the write at {where.Start}", () =>
        {
            if (again && Present(where, frame.AsSpan(1)) is { } there)
            {
                return there ? true : throw UsartErrors.NotBlank(where);
            }

            again = true;
            Must(_wire.Command(WriteMemory), "write", where, protectable: true);
            MustTake(where, "write");
            return _wire.Checked(frame, limit + _wire.OnTheLine(frame.Length)) ? true : throw new OutOfStepException("NACK (0x1F) after the block", UsartErrors.Refused("write", where));
        });
    }

    /// <summary>After a disturbance nobody knows whether a block was programmed. True: it is there; null: nothing is; false: something else is.</summary>
    private bool? Present(AddressRange where, ReadOnlySpan<byte> wanted)
    {
        var now = new byte[where.Length];
        for (var look = 0; look < 2; look++)
        {
            // The first look straight behind a write finds it erased on an STM32H723.
            Must(_wire.Command(ReadMemory), "read", where, protectable: true);
            MustTake(where, "read");
            Must(_wire.Checked([(byte)(where.Length - 1)]), "read", where);
            _wire.Receive(now, UsartWire.Prompt + _wire.OnTheLine(now.Length));
        }

        return now.AsSpan().SequenceEqual(wanted) ? true
            : now.AsSpan().ContainsAnyExcept(now[0]) || now[0] is not (0xFF or 0x00) ? false
            : null;
    }

    private void ErasePages(List<FlashSector> pages, TimeSpan limit)
    {
        var where = new AddressRange(pages[0].Range.Start, pages[^1].Range.Last - pages[0].Range.Start + 1);
        byte[] frame = HasExtended
            ? [(byte)((pages.Count - 1) >> 8), (byte)(pages.Count - 1), .. pages.SelectMany(page => (byte[])[(byte)(page.Number >> 8), (byte)page.Number])]
            : [(byte)(pages.Count - 1), .. pages.Select(page => (byte)page.Number)];
        InStep($"the erase at {where.Start}", () => Must(_wire.Command(EraseCode), "erase", where, protectable: true)
            && (_wire.Checked(frame, limit + _wire.OnTheLine(frame.Length)) || Retry(pages, limit, where)), erases: true);
    }

    /// <summary>A loader that has no room for so many page numbers refuses them: half as many each time.</summary>
    private bool Retry(List<FlashSector> pages, TimeSpan limit, AddressRange where)
    {
        if (pages.Count == 1)
        {
            throw new OutOfStepException("NACK (0x1F)", UsartErrors.Refused("erase", where));
        }

        ErasePages(pages[..(pages.Count / 2)], limit);
        ErasePages(pages[(pages.Count / 2)..], limit);
        return true;
    }

    /// <summary>Runs a conversation again from its start where it got out of step. What it does can be done twice.</summary>
    /// <param name="erases">Pages were about to be counted.</param>
    private void InStep(string doing, Func<bool> conversation, bool erases = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                _ = conversation();
                return;
            }
            catch (OutOfStepException lost)
            {
                // Behind a refusal the line is quiet already. One that stands when the loader was asked something else between is none of noise.
                var refused = lost is { IsSilence: false, Verdict: not null };
                if (refused && attempt >= RefusedTries)
                {
                    throw lost.Verdict!;
                }

                if (refused && IsInStep())
                {
                    continue; // a refusal and no misunderstanding, or noise that is over
                }

                _wire.Drain();
                var last = attempt >= (lost is { IsSilence: true, Verdict: not null } ? SilentTries : Tries);
                if (last && lost.Verdict is { } verdict && _wire.FallIn())
                {
                    _wire.Drain();
                    throw verdict;
                }

                if (last || !(erases && HasExtended ? _wire.FallInAfterErase() : _wire.FallIn()))
                {
                    throw UsartErrors.Lost(doing, lost.Message);
                }

                _wire.Drain();
            }
        }
    }

    /// <summary>It answers a command that no loader refuses.</summary>
    private bool IsInStep()
    {
        try
        {
            Span<byte> id = stackalloc byte[3];
            if (!_wire.Command(GetId))
            {
                return false;
            }

            _wire.Receive(id, UsartWire.Prompt);
            return id[0] == 1 && BinaryPrimitives.ReadUInt16BigEndian(id[1..]) == ProductId && _wire.Answer(UsartWire.Prompt);
        }
        catch (OutOfStepException)
        {
            return false;
        }
    }

    /// <param name="protectable">A refusal of the bare command is what read protection looks like.</param>
    private static bool Must(bool acknowledged, string doing, AddressRange where, bool protectable = false) => acknowledged ? true
        : throw new OutOfStepException("NACK (0x1F)", protectable ? UsartErrors.ReadProtected(doing) : UsartErrors.Refused(doing, where));

    /// <summary>Loaders of V3.0 say nothing to an address that they refuse.</summary>
    private void MustTake(AddressRange where, string doing)
    {
        try
        {
            Must(_wire.Checked(BigEndian(where.Start.Value)), doing, where);
        }
        catch (OutOfStepException silent) when (silent is { Verdict: null, IsSilence: true })
        {
            throw new OutOfStepException(silent.Message, UsartErrors.Refused(doing, where, "nothing came back for the address")) { IsSilence = true };
        }
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
