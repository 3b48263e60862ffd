namespace Nrst.Flash;

/// <summary>Reads the chip beside what it should hold: all of it, and what differs a second time. Changes nothing, so the program may be running.</summary>
/// <param name="mayRun">Nobody halted the core: it may be running what lies in the flash.</param>
internal sealed class FlashComparer(ChipTarget target, FlashGrain grain, bool mayRun)
{
    private const int ReadBlock = 4096;
    private const int MostSecondLooks = 64; // in one block: a line that is worse is not to be proved over
    private const int MostReadAgain = 64 * 1024;
    private const int MostOfOtherBank = 4096;

    // A program that writes into its flash does so now and then; long enough to catch it, short enough to wait for.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(250);

    /// <summary>It is part of another phase, and no progress of a proof.</summary>
    public bool Silent { get; init; }

    private readonly List<AddressRange> _unreadable = [];
    private bool _givenUp;

    /// <summary>Null where every byte is right.</summary>
    /// <param name="old">What is known of the contents before the job.</param>
    public Comparison? Compare(IReadOnlyList<Expectation> expected, IReadOnlyList<OldPiece> old, CancellationToken cancel)
    {
        var total = expected.Sum(part => (long)part.Data.Length);
        var done = 0L;
        var different = false;
        var parts = new List<ComparedPart>();
        foreach (var row in Rows(expected))
        {
            byte[] all = [.. row.SelectMany(part => part.Data.ToArray())];
            var found = new byte[all.Length];
            for (var at = 0; at < found.Length; at += ReadBlock)
            {
                cancel.ThrowIfCancellationRequested();
                var wanted = all.AsSpan(at, Math.Min(ReadBlock, found.Length - at));
                var now = found.AsSpan(at, wanted.Length);
                Read(row[0].At + (uint)at, now, _unreadable);
                if (target.ReadsUnchecked)
                {
                    LookAgain(row[0].At + (uint)at, wanted, now);
                }

                different |= !now.SequenceEqual(wanted);
                done += wanted.Length;
                if (!Silent)
                {
                    target.Listener?.Invoke(new JobEvent.Advanced(Phase.Verify, done, total));
                }
            }

            parts.AddRange(row.Select(part => new ComparedPart(part.At, part.Data, found.AsMemory((int)(part.At - row[0].At), part.Data.Length))));
        }

        return different || _unreadable.Count > 0 ? Examine(parts, old, cancel) : null;
    }

    /// <summary>Parts that follow one another, to be read as one: on some chips a sector is smaller than what a loader gives at once.</summary>
    private static List<List<Expectation>> Rows(IReadOnlyList<Expectation> expected)
    {
        var rows = new List<List<Expectation>>();
        foreach (var part in expected)
        {
            if (rows.Count > 0 && rows[^1][^1] is var last && last.At + (uint)last.Data.Length == part.At)
            {
                rows[^1].Add(part);
            }
            else
            {
                rows.Add([part]);
            }
        }

        return rows;
    }

    private Comparison Examine(List<ComparedPart> parts, IReadOnlyList<OldPiece> old, CancellationToken cancel)
    {
        var seen = new Comparison([.. parts.OrderBy(part => part.At)], grain, target.Layout)
        {
            Unreadable = Joined(_unreadable),
            Old = old,
            CoreRuns = mayRun && target.ProgramRuns,
            HasEcc = target.Device.Flash.EccWord is not null,
            OtherEnds = [.. target.OtherEnds],
        };
        var stretches = new Differences(seen).Stretches;
        return seen with { OtherBank = LookIntoOtherBank(stretches), Again = ReadAgain(stretches, seen.CoreRuns, cancel) };
    }

    /// <summary>Over a line without checksums a byte that differs is read again before it is believed.</summary>
    private void LookAgain(Address at, ReadOnlySpan<byte> wanted, Span<byte> now)
    {
        var looks = 0;
        for (var same = now.CommonPrefixLength(wanted); same < wanted.Length && !_givenUp;)
        {
            if (looks++ == MostSecondLooks)
            {
                _givenUp = true; // these are other bytes, and no noise
                return;
            }

            var again = now.Slice(same, Math.Min(4, wanted.Length - same));
            var first = again[0];
            target.Read(at + (uint)same, again);
            var right = again[0] == wanted[same];
            var next = now[(same + 1)..].CommonPrefixLength(wanted[(same + 1)..]);
            if (!right)
            {
                again[0] = first; // as it was told first: it has been looked at twice
            }

            same += 1 + next;
        }
    }

    /// <summary>What is refused is as an erase leaves it, and noted.</summary>
    private void Read(Address at, Span<byte> into, List<AddressRange> refused)
    {
        if (!TryRead(at, into))
        {
            ReadAround(at, into, refused);
        }
    }

    private void ReadAround(Address at, Span<byte> into, List<AddressRange> refused)
    {
        var unit = (int)grain.Unit;
        var half = grain.Down(into.Length / 2);
        if (half == 0 || (!TryRead(at, into[..unit]) && !TryRead(at + (uint)half, into.Slice(half, unit)) && !TryRead(at + (uint)(into.Length - unit), into[^unit..])))
        {
            into.Fill(grain.Erased);
            refused.Add(new AddressRange(at, (uint)into.Length));
            return;
        }

        Read(at, into[..half], refused);
        Read(at + (uint)half, into[half..], refused);
    }

    private bool TryRead(Address at, Span<byte> into)
    {
        try
        {
            target.Read(at, into);
            return true;
        }
        catch (TargetMemoryException)
        {
            return false; // an error code that is beyond repair, or no flash at all
        }
    }

    private List<SecondLook> ReadAgain(IReadOnlyList<DifferentStretch> stretches, bool programRuns, CancellationToken cancel)
    {
        if (target.ReadsUnchecked)
        {
            return []; // done already, and more looks over such a line only find its noise
        }

        if (programRuns)
        {
            target.Clock.Wait(s_pause);
        }

        var looks = new List<SecondLook>();
        var left = MostReadAgain;
        foreach (var stretch in stretches)
        {
            for (var from = stretch.From; from < stretch.To && left > 0;)
            {
                cancel.ThrowIfCancellationRequested();
                var beyond = programRuns ? grain.Up(stretch.To + 64) : stretch.To; // it goes on where it stopped
                var length = Math.Min(Math.Min(ReadBlock, left), Math.Min(beyond, stretch.Part.Found.Length) - from);
                var at = stretch.Part.At + (uint)from;
                var second = new byte[length];
                Read(at, second, []);
                looks.Add(new SecondLook(at, stretch.Part.Found.Slice(from, length), second));
                from += length;
                left -= length;
            }
        }

        return looks;
    }

    private List<ComparedPart> LookIntoOtherBank(IReadOnlyList<DifferentStretch> stretches)
    {
        var found = new List<ComparedPart>();
        if (target.Layout.Banks.Count != 2)
        {
            return found;
        }

        var (one, other) = (target.Layout.Banks[0].Layout.Range, target.Layout.Banks[1].Layout.Range);
        var left = MostOfOtherBank;
        foreach (var stretch in stretches.TakeWhile(_ => left > 0))
        {
            var length = Math.Min(left, stretch.To - stretch.From);
            var at = stretch.Range.Start;
            var here = one.Contains(at) ? one : other;
            var there = new Address(at.Value - here.Start.Value + (here == one ? other : one).Start.Value);
            var bytes = new byte[length];
            Read(there, bytes, []);
            var part = new ComparedPart(at, stretch.Part.Wanted.Slice(stretch.From, length), bytes);
            if (!part.Wanted.Span.SequenceEqual(bytes))
            {
                return [];
            }

            found.Add(part);
            left -= length;
        }

        return found;
    }

    private static List<AddressRange> Joined(List<AddressRange> ranges)
    {
        var joined = new List<AddressRange>();
        foreach (var range in ranges.OrderBy(range => range.Start))
        {
            if (joined.Count > 0 && joined[^1].Last + 1 == range.Start)
            {
                joined[^1] = new AddressRange(joined[^1].Start, joined[^1].Length + range.Length);
            }
            else
            {
                joined.Add(range);
            }
        }

        return joined;
    }
}
