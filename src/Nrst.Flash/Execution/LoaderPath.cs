using System.Buffers.Binary;
using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>Everything through the resident loader.</summary>
internal sealed class LoaderPath : IFlashPath
{
    // Where nothing is erased first, the flash waits for its first bytes: small pieces until the ring has a lead.
    private const int GlanceBytes = 256;

    // Of the loader's CRC, about.
    private const double CyclesPerByte = 1.3;

    // Of a survey, on a slow wire: the exchanges, and four words there and back.
    private static readonly TimeSpan OneQuestion = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan OneItem = TimeSpan.FromMicroseconds(75);

    private static readonly int[] s_ramp = [1024, 1024, 1024, 1024, 2048, 2048];

    private readonly FlashTarget _target;
    private readonly FlashController _flash;
    private readonly FasterCore? _core;
    private readonly ResidentLoader _loader;
    private bool _checked;

    /// <summary>Uploads and starts the loader. A failure leaves the core halted and is a <see cref="TargetException"/>.</summary>
    public LoaderPath(FlashTarget target, FlashController flash)
    {
        (_target, _core) = FasterCore.Raise(target);
        _flash = flash;
        try
        {
            _loader = ResidentLoader.Start(_target, flash);
        }
        catch (TargetException)
        {
            Halt();
            RestoreClock();
            throw;
        }
    }

    public bool UsesLoader => true;

    public TimeSpan ErasedFor { get; private set; }

    public IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel)
    {
        var other = Glance(wanted, present, cancel);
        var items = wanted.SelectMany(sector => sector.Runs.Where(run => !other.ContainsKey(run)).Select(run => SurveyItem.Over(SurveyKind.Content, run.Range))
            .Concat(sector.Gaps.Select(gap => SurveyItem.Over(SurveyKind.Gap, gap)))).ToList();
        var answers = new Queue<SurveyAnswer>(Ask(items, cancel));
        return [.. wanted.Select(sector => Judge(sector, present, other, answers))];
    }

    /// <summary>
    /// The runs whose first bytes are others already, where looking at all of it takes longer than asking once more. A run that begins with blank cells
    /// has to be looked at whole: it can be one that an interrupted job left.
    /// </summary>
    /// <returns>Each with the checksum of those first bytes.</returns>
    private Dictionary<WantedRun, uint> Glance(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, CancellationToken cancel)
    {
        var runs = wanted.SelectMany(sector => sector.Runs).Where(run => run.Data.Length > GlanceBytes).ToList();
        var cost = OneQuestion + (runs.Count * OneItem);
        if (runs.Sum(run => (long)run.Data.Length) * CyclesPerByte / _target.CoreHertz < 2 * cost.TotalSeconds)
        {
            return [];
        }

        // The reset vector moves with nearly every build. Where it has not, or there is none, a glance would find nothing.
        var vector = _target.Memory.Read32(runs[0].Start + 4);
        if (vector == _flash.Grain.ErasedWord || vector == BinaryPrimitives.ReadUInt32LittleEndian(present[runs[0]].AsSpan(4)))
        {
            return [];
        }

        var answers = Ask([.. runs.Select(run => SurveyItem.Over(SurveyKind.Content, new AddressRange(run.Start, GlanceBytes)))], cancel);
        return runs.Zip(answers)
            .Where(pair => pair.Second.First == pair.First.Start.Value + GlanceBytes && WordCrc.Of(present[pair.First].AsSpan(0, GlanceBytes)) != pair.Second.Second)
            .ToDictionary(pair => pair.First, pair => pair.Second.Second);
    }

    public void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        var commands = new List<LoaderCommand>();
        var tells = new List<Action>();
        if (massErase)
        {
            commands.Add(Erase(_flash.EraseAllWords()));
            tells.Add(() => work.Where(sector => sector.Erase).ToList().ForEach(sector => progress.Erased(sector.Sector)));
        }

        foreach (var block in Blocks(work))
        {
            var erased = block.Where(sector => sector.Erase).Select(sector => sector.Sector).ToList();
            if (erased.Count > 0 && !massErase)
            {
                commands.Add(Erase([.. erased.Select(sector => (_flash.EraseWord(sector), sector.Range, _flash.TimeOfErase(sector)))]));
                tells.Add(() => erased.ForEach(progress.Erased));
            }

            foreach (var command in Merge(block.SelectMany(sector => sector.Writes))
                .SelectMany(writing => Program(writing, commands.Count == 0 ? s_ramp : [])))
            {
                commands.Add(command);
                tells.Add(() => progress.Programmed(command.Data.Length));
            }
        }

        _flash.Open(_target.Layout.Range);
        var told = 0;
        _loader.Run(
            commands,
            done =>
            {
                for (; told < done; told++)
                {
                    tells[told]();
                }
            },
            cancel);
        ErasedFor = _loader.ReadErasedFor();
    }

    public IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel)
    {
        var answers = Ask([.. expected.Select(part => SurveyItem.Over(SurveyKind.Hash, part.Range))], cancel);
        return [.. expected.Zip(answers, (part, answer) => WordCrc.Of(part.Data.Span) == answer.First)];
    }

    /// <summary>The loader does that before it looks at anything, be it itself.</summary>
    public void ForgetCaches()
    {
        _checked = false;
        Ask([], default);
    }

    public void End()
    {
        _loader.End();
        if (!_flash.IsLocked)
        {
            _flash.Lock();
        }

        _core?.Restore();
    }

    public void Abandon()
    {
        Halt();
        RestoreClock();
        try
        {
            _flash.Lock();
        }
        catch (NrstException)
        {
            // The failure that brought us here is the one to tell.
        }
    }

    private void RestoreClock()
    {
        try
        {
            _core?.Restore();
        }
        catch (NrstException)
        {
            // The failure that brought us here is the one to tell.
        }
    }

    private void Halt()
    {
        try
        {
            _target.Core.Halt();
        }
        catch (NrstException)
        {
            // As above.
        }
    }

    /// <summary>Before its first answer is believed the loader looks at itself, while the flash is still locked.</summary>
    private IReadOnlyList<SurveyAnswer> Ask(IReadOnlyList<SurveyItem> items, CancellationToken cancel)
    {
        if (_checked)
        {
            return _loader.Survey(items, cancel);
        }

        var (range, crc) = _loader.Code;
        var answers = _loader.Survey([SurveyItem.Over(SurveyKind.Hash, range), .. items], cancel);
        if (answers[0].First != crc)
        {
            throw new TargetException("NRST3312", $"The loader at {range} does not read back as it was written; nothing was changed.")
            {
                LikelyCause = "The RAM does not keep what is written, or the SWD wires pick up noise.",
                Evidence = [$"CRC 0x{answers[0].First:X8} instead of 0x{crc:X8}"],
                Remedies = [new Remedy("Lower the SWD clock.", "nrst flash FILE --speed 950")],
            };
        }

        _checked = true;
        return [.. answers.Skip(1)];
    }

    /// <summary>Small sectors in a row are erased by one command.</summary>
    private IEnumerable<List<SectorWork>> Blocks(IReadOnlyList<SectorWork> work)
    {
        var block = new List<SectorWork>();
        foreach (var sector in work)
        {
            if (block.Count > 0 && block.Sum(one => (long)one.Sector.Range.Length) + sector.Sector.Range.Length > _loader.MostErased)
            {
                yield return block;
                block = [];
            }

            block.Add(sector);
        }

        if (block.Count > 0)
        {
            yield return block;
        }
    }

    /// <summary>Writings that follow one another across the border of two sectors, as one.</summary>
    private static IEnumerable<Writing> Merge(IEnumerable<Writing> writings)
    {
        var parts = new List<Writing>();
        foreach (var writing in writings)
        {
            if (parts.Count > 0 && parts[^1].Range.Last + 1 != writing.At)
            {
                yield return Join(parts);
                parts.Clear();
            }

            parts.Add(writing);
        }

        if (parts.Count > 0)
        {
            yield return Join(parts);
        }
    }

    private static Writing Join(List<Writing> parts)
    {
        if (parts.Count == 1)
        {
            return parts[0];
        }

        var data = new byte[parts.Sum(part => part.Data.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Data.CopyTo(data.AsMemory(at));
            at += part.Data.Length;
        }

        return new Writing(parts[0].At, data);
    }

    private SectorKnowledge Judge(
        WantedSector sector, IReadOnlyDictionary<WantedRun, byte[]> present, Dictionary<WantedRun, uint> others, Queue<SurveyAnswer> answers)
    {
        var runs = new List<RunState>();
        var other = new List<AddressRange>();
        var old = new List<OldPiece>();
        foreach (var run in sector.Runs)
        {
            if (others.TryGetValue(run, out var glance))
            {
                runs.Add(new RunState(RunMatch.Differs, run.Start));
                old.Add(new OldPiece(new AddressRange(run.Start, GlanceBytes), null, glance));
            }
            else
            {
                var answer = answers.Dequeue();
                runs.Add(Judge(run, present[run], answer));
                if (answer.First > run.Start.Value && answer.First <= run.Range.Last.Value + 1UL)
                {
                    old.Add(new OldPiece(new AddressRange(run.Start, answer.First - run.Start.Value), null, answer.Second));
                }
            }

            SectorKnowledge.AddHoles(other, run, present[run], sector.Grain);
        }

        foreach (var _ in sector.Gaps)
        {
            var (first, end) = answers.Dequeue();
            if (end > first)
            {
                other.Add(new AddressRange(new Address(first), end - first));
            }
        }

        return new SectorKnowledge(sector.Sector, runs, [.. other.OrderBy(range => range.Start)]) { Old = old };
    }

    private RunState Judge(WantedRun run, byte[] present, SurveyAnswer answer)
    {
        var used = (int)(answer.First - run.Start.Value);
        if (used < 0 || used > present.Length || WordCrc.Of(present.AsSpan(0, used)) != answer.Second)
        {
            return new RunState(RunMatch.Differs, run.Start);
        }

        var grain = _flash.Grain;
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

    private LoaderCommand Erase(IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> erases)
    {
        var data = new byte[4 * (erases.Count + 1)];
        BinaryPrimitives.WriteUInt32LittleEndian(data, _loader.Ticks(erases.Min(one => one.Time.Least)));
        for (var i = 0; i < erases.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4 * (i + 1)), erases[i].Word);
        }

        var (first, last) = (erases[0].Where.Start, erases.Max(one => one.Where.Last));
        var time = erases.Aggregate(default(OperationTime), (sum, one) => sum + one.Time);
        return new LoaderCommand(LoaderOperation.Erase, 0, 0, data, new AddressRange(first, last - first + 1), time) { Erases = erases };
    }

    /// <param name="ramp">Sizes of the first commands.</param>
    private IEnumerable<LoaderCommand> Program(Writing writing, int[] ramp)
    {
        var next = 0;
        for (var at = 0; at < writing.Data.Length;)
        {
            var size = Math.Min(next < ramp.Length ? ramp[next++] : _loader.MostData, _loader.MostData);
            var data = writing.Data[at..Math.Min(at + size, writing.Data.Length)];
            var where = new AddressRange(writing.At + (uint)at, (uint)data.Length);
            at += size;
            yield return new LoaderCommand(LoaderOperation.Program, where.Start.Value, 0, data, where, ProgramTime(data.Length));
        }
    }

    /// <summary>The silicon's time, and about twelve cycles of ours for each access.</summary>
    private OperationTime ProgramTime(int bytes)
    {
        var accesses = bytes / _flash.Access;
        var silicon = _flash.TimeOfProgram(accesses);
        var ours = TimeSpan.FromSeconds(accesses * 12.0 / _target.CoreHertz);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }
}
