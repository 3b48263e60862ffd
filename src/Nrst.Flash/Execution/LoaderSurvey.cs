using System.Buffers.Binary;
using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>What the flash holds, asked of the loader in few questions: a question costs the probe more time than the chip.</summary>
/// <param name="ask">Has the loader look, and brings its answers in order.</param>
/// <param name="told">A word of the flash that somebody has read already.</param>
internal sealed class LoaderSurvey(
    FlashTarget target, FlashGrain grain, Func<IReadOnlyList<SurveyItem>, CancellationToken, IReadOnlyList<SurveyAnswer>> ask, (Address At, uint Value)? told = null)
{
    private const int GlanceBytes = 256;

    // Up to 11 KiB this CRC sees any three wrong bits; over longer stretches only two.
    private const int MostTogether = 8 * 1024;

    // Fewer are asked about one by one.
    private const int ManyRuns = 16;

    // Of the loader's CRC, about.
    private const double CyclesPerByte = 1.3;

    // Of a survey, on a slow wire: the exchanges, and four words there and back.
    private static readonly TimeSpan OneQuestion = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan OneItem = TimeSpan.FromMicroseconds(75);

    /// <summary>Compares sectors with what is wanted of them.</summary>
    public IReadOnlyList<SectorKnowledge> Look(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, CancellationToken cancel)
    {
        var runs = wanted.SelectMany(sector => sector.Runs).ToList();
        var guess = Guess(runs, present);
        var states = new Dictionary<WantedRun, RunState>();
        var old = new Dictionary<WantedRun, OldPiece>();
        if (guess is Expected.Others)
        {
            Glance(runs, present, states, old, cancel);
        }

        var groups = guess is Expected.Same && runs.Count >= ManyRuns
            ? Together(runs, run => run.Range, MostTogether).Where(group => group.Members.Count > 1).ToList()
            : [];
        var grouped = groups.SelectMany(group => group.Members).Select(i => runs[i]).ToHashSet();
        var doubted = new List<WantedRun>();
        var single = runs.Where(run => !states.ContainsKey(run) && !grouped.Contains(run)).ToList();
        var gaps = wanted.SelectMany(sector => sector.Gaps).ToList();

        var answers = ask(
            [
                .. groups.Select(group => SurveyItem.Over(SurveyKind.Hash, group.Range)),
                .. single.Select(run => SurveyItem.Over(SurveyKind.Content, run.Range) with { ProbablyBlank = guess is Expected.Blank }),
                .. gaps.Select(gap => SurveyItem.Over(SurveyKind.Gap, gap)),
            ],
            cancel);
        foreach (var (group, answer) in groups.Zip(answers))
        {
            var members = group.Members.Select(i => runs[i]).ToList();
            if (WordCrc.Of(Joined(members.Select(run => (ReadOnlyMemory<byte>)present[run]))) == answer.First)
            {
                members.ForEach(run => (states[run], old[run]) = (new RunState(RunMatch.Holds, run.Start), new OldPiece(run.Range, present[run], 0)));
            }
            else
            {
                doubted.AddRange(members);
            }
        }

        Judge(single, answers.Skip(groups.Count));
        if (doubted.Count > 0)
        {
            Judge(doubted, ask([.. doubted.Select(run => SurveyItem.Over(SurveyKind.Content, run.Range))], cancel));
        }

        var others = gaps.Zip(answers.Skip(groups.Count + single.Count)).Where(pair => pair.Second.Second > pair.Second.First)
            .ToDictionary(pair => pair.First, pair => new AddressRange(new Address(pair.Second.First), pair.Second.Second - pair.Second.First));
        return
        [
            .. wanted.Select(sector => Knowledge(sector, present, states, others) with
            {
                Old = [.. sector.Runs.Where(old.ContainsKey).Select(run => old[run])],
            }),
        ];

        void Judge(IEnumerable<WantedRun> asked, IEnumerable<SurveyAnswer> told)
        {
            foreach (var (run, answer) in asked.Zip(told))
            {
                states[run] = StateOf(run, present[run], answer);
                if (answer.First > run.Start.Value && answer.First <= run.Range.Last.Value + 1UL)
                {
                    old[run] = new OldPiece(new AddressRange(run.Start, answer.First - run.Start.Value), null, answer.Second);
                }
            }
        }
    }

    /// <summary>Whether there is nothing in these sectors; neighbours are looked at as one.</summary>
    /// <param name="erased">They should be.</param>
    public bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel)
    {
        var stretches = new List<AddressRange>();
        foreach (var range in sectors.Select(sector => sector.Range))
        {
            if (stretches.Count > 0 && stretches[^1].Last.Value + 1L == range.Start.Value)
            {
                stretches[^1] = new AddressRange(stretches[^1].Start, stretches[^1].Length + range.Length);
            }
            else
            {
                stretches.Add(range);
            }
        }

        return ask([.. stretches.Select(range => SurveyItem.Over(SurveyKind.Gap, range) with { ProbablyShort = !erased })], cancel).All(answer => answer.First >= answer.Second);
    }

    /// <summary>Which expectations the hash confirms. Neighbours are hashed together, and none of them is confirmed where that does not fit.</summary>
    public IReadOnlyList<bool> Holds(IReadOnlyList<Expectation> expected, CancellationToken cancel)
    {
        var groups = Together(expected, part => new AddressRange(part.At, (uint)part.Data.Length), MostTogether);
        var holds = new bool[expected.Count];
        var answers = ask([.. groups.Select(group => SurveyItem.Over(SurveyKind.Hash, group.Range))], cancel);
        foreach (var (group, answer) in groups.Zip(answers))
        {
            var same = WordCrc.Of(Joined(group.Members.Select(i => expected[i].Data))) == answer.First;
            group.Members.ForEach(i => holds[i] = same);
        }

        return holds;
    }

    /// <summary>What to expect. What stands at the end of an image moves with nearly every build: a word there tells, and is asked for where it can save more.</summary>
    private Expected Guess(List<WantedRun> runs, IReadOnlyDictionary<WantedRun, byte[]> present)
    {
        var longer = Longer(runs);
        var cost = OneQuestion + (longer.Count * OneItem);
        var glance = longer.Sum(run => (long)run.Data.Length) * CyclesPerByte / target.CoreHertz >= 2 * cost.TotalSeconds;
        if ((!glance && runs.Count < ManyRuns) || TellingOffset(runs[^1]) is not { } at)
        {
            return Expected.Anything;
        }

        var place = runs[^1].Start + (uint)at;
        uint word;
        try
        {
            word = told is { } known && known.At == place ? known.Value : target.Memory.Read32(place);
        }
        catch (TargetMemoryException)
        {
            return Expected.Anything; // whatever it is, the loader will find it too, and tell it better
        }

        return word == BinaryPrimitives.ReadUInt32LittleEndian(present[runs[^1]].AsSpan(at)) ? Expected.Same
            : word == grain.ErasedWord ? Expected.Blank
            : glance ? Expected.Others
            : Expected.Anything;
    }

    /// <summary>The word at the end of an image; null where there is none.</summary>
    public static Address? TellingWord(IReadOnlyList<WantedSector> wanted) =>
        wanted.SelectMany(sector => sector.Runs).LastOrDefault() is { } last && TellingOffset(last) is { } at ? last.Start + (uint)at : null;

    /// <summary>Of the last word that is all the image's: what fills a unit up holds whatever the flash does.</summary>
    private static int? TellingOffset(WantedRun run)
    {
        for (var at = (run.Data.Length - 4) & ~3; at >= 0; at -= 4)
        {
            if (!run.Holes.Any(hole => hole >= at && hole < at + 4))
            {
                return at;
            }
        }

        return null;
    }

    private static List<WantedRun> Longer(IEnumerable<WantedRun> runs) => [.. runs.Where(run => run.Data.Length > GlanceBytes)];

    /// <summary>The runs whose first bytes are others. One that begins with blank cells has to be looked at whole: it can be one that an interrupted job left.</summary>
    private void Glance(
        List<WantedRun> all, IReadOnlyDictionary<WantedRun, byte[]> present, Dictionary<WantedRun, RunState> states, Dictionary<WantedRun, OldPiece> old, CancellationToken cancel)
    {
        var runs = Longer(all);
        var answers = ask([.. runs.Select(run => SurveyItem.Over(SurveyKind.Content, new AddressRange(run.Start, GlanceBytes)))], cancel);
        foreach (var (run, answer) in runs.Zip(answers))
        {
            if (answer.First == run.Start.Value + GlanceBytes && WordCrc.Of(present[run].AsSpan(0, GlanceBytes)) != answer.Second)
            {
                states[run] = new RunState(RunMatch.Differs, run.Start);
                old[run] = new OldPiece(new AddressRange(run.Start, GlanceBytes), null, answer.Second);
            }
        }
    }

    private static SectorKnowledge Knowledge(
        WantedSector sector, IReadOnlyDictionary<WantedRun, byte[]> present, Dictionary<WantedRun, RunState> states, Dictionary<AddressRange, AddressRange> others)
    {
        var other = sector.Gaps.Where(others.ContainsKey).Select(gap => others[gap]).ToList();
        foreach (var run in sector.Runs)
        {
            SectorKnowledge.AddHoles(other, run, present[run], sector.Grain);
        }

        return new SectorKnowledge(sector.Sector, [.. sector.Runs.Select(run => states[run])], [.. other.OrderBy(range => range.Start)]);
    }

    private RunState StateOf(WantedRun run, byte[] present, SurveyAnswer answer)
    {
        var used = (int)(answer.First - run.Start.Value);
        if (used < 0 || used > present.Length || WordCrc.Of(present.AsSpan(0, used)) != answer.Second)
        {
            return new RunState(RunMatch.Differs, run.Start);
        }

        if (grain.IsBlank(present.AsSpan(used)))
        {
            return new RunState(RunMatch.Holds, run.Start);
        }

        // A unit that is not all blank cannot be added to.
        var from = grain.Up(used);
        return grain.IsBlank(present.AsSpan(used, from - used))
            ? new RunState(RunMatch.Appendable, run.Start + (uint)from)
            : new RunState(RunMatch.Differs, run.Start);
    }

    /// <summary>Neighbours in groups of at most so many bytes, or of one.</summary>
    private static List<Group> Together<T>(IReadOnlyList<T> parts, Func<T, AddressRange> rangeOf, int most)
    {
        var groups = new List<Group>();
        for (var i = 0; i < parts.Count; i++)
        {
            var range = rangeOf(parts[i]);
            if (groups.Count > 0 && groups[^1].Range is var last && last.Last.Value + 1L == range.Start.Value && last.Length + range.Length <= most)
            {
                groups[^1].Members.Add(i);
                groups[^1] = groups[^1] with { Range = new AddressRange(last.Start, last.Length + range.Length) };
            }
            else
            {
                groups.Add(new Group(range, [i]));
            }
        }

        return groups;
    }

    private static byte[] Joined(IEnumerable<ReadOnlyMemory<byte>> parts) => [.. parts.SelectMany(part => part.ToArray())];

    private enum Expected
    {
        Anything,

        /// <summary>Nothing programmed yet.</summary>
        Blank,

        /// <summary>Most runs as they should be, so that many can be confirmed at once.</summary>
        Same,

        /// <summary>Most runs others, from their first bytes on.</summary>
        Others,
    }

    /// <param name="Members">By their places in the list.</param>
    private sealed record Group(AddressRange Range, List<int> Members);
}
