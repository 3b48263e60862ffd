using System.Buffers.Binary;
using Nrst.Flash.Loaders;
using Nrst.Flash.Stm32F4;

namespace Nrst.Flash;

/// <summary>Everything through the resident loader.</summary>
internal sealed class LoaderPath : IFlashPath
{
    // Where nothing is erased first, the flash waits for its first bytes: small pieces until the ring has a lead.
    private static readonly int[] s_ramp = [1024, 1024, 1024, 1024, 2048, 2048];

    private readonly FlashTarget _target;
    private readonly Stm32F4Flash _flash;
    private readonly Parallelism _parallelism;
    private readonly ResidentLoader _loader;
    private bool _checked;

    /// <summary>Uploads and starts the loader. A failure leaves the core halted and is a <see cref="TargetException"/>.</summary>
    public LoaderPath(FlashTarget target, Stm32F4Flash flash, Parallelism parallelism)
    {
        (_target, _flash, _parallelism) = (target, flash, parallelism);
        try
        {
            _loader = ResidentLoader.Start(target);
        }
        catch (TargetException)
        {
            Halt();
            throw;
        }
    }

    public bool UsesLoader => true;

    public TimeSpan ErasedFor { get; private set; }

    public IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, CancellationToken cancel)
    {
        var items = wanted.SelectMany(sector => sector.Runs.Select(run => SurveyItem.Over(SurveyKind.Content, run.Range))
            .Concat(sector.Gaps.Select(gap => SurveyItem.Over(SurveyKind.Gap, gap)))).ToList();
        var answers = new Queue<SurveyAnswer>(Ask(items, cancel));
        return [.. wanted.Select(sector => Judge(sector, present, answers))];
    }

    public void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        var commands = new List<LoaderCommand>();
        var tells = new List<Action>();
        if (massErase)
        {
            commands.Add(EraseAll());
            tells.Add(() => work.Where(sector => sector.Erase).ToList().ForEach(sector => progress.Erased(sector.Sector)));
        }

        foreach (var sector in work)
        {
            if (sector.Erase && !massErase)
            {
                commands.Add(Erase(sector.Sector));
                tells.Add(() => progress.Erased(sector.Sector));
            }

            foreach (var command in sector.Writes.SelectMany(writing => Program(writing, commands.Count == 0 ? s_ramp : [])))
            {
                commands.Add(command);
                tells.Add(() => progress.Programmed(command.Data.Length));
            }
        }

        _flash.UnlockForLoader();
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
    }

    public void Abandon()
    {
        Halt();
        try
        {
            _flash.Lock();
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

    private static SectorKnowledge Judge(WantedSector sector, IReadOnlyDictionary<WantedRun, byte[]> present, Queue<SurveyAnswer> answers)
    {
        var runs = new List<RunState>();
        var other = new List<AddressRange>();
        foreach (var run in sector.Runs)
        {
            runs.Add(Judge(run, present[run], answers.Dequeue()));
            SectorKnowledge.AddHoles(other, run, present[run]);
        }

        foreach (var _ in sector.Gaps)
        {
            var (first, end) = answers.Dequeue();
            if (end > first)
            {
                other.Add(new AddressRange(new Address(first), end - first));
            }
        }

        return new SectorKnowledge(sector.Sector, runs, [.. other.OrderBy(range => range.Start)]);
    }

    private static RunState Judge(WantedRun run, byte[] present, SurveyAnswer answer)
    {
        var used = (int)(answer.First - run.Start.Value);
        if (used < 0 || used > present.Length || WordCrc.Of(present.AsSpan(0, used)) != answer.Second)
        {
            return new RunState(RunMatch.Differs, run.Start);
        }

        return present.AsSpan(used).ContainsAnyExcept((byte)0xFF)
            ? new RunState(RunMatch.Appendable, new Address(answer.First))
            : new RunState(RunMatch.Holds, run.Start);
    }

    private LoaderCommand Erase(FlashSector sector) =>
        Erase(_flash.EraseCommand(sector), sector.Range, _target.Device.Flash.Times.EraseOf(sector, _parallelism));

    private LoaderCommand EraseAll() => Erase(
        _flash.EraseAllCommand(), _target.Layout.Range, _target.Device.Flash.Times.EraseOfAll(_target.Layout, _parallelism));

    private LoaderCommand Erase(FlashCr command, AddressRange where, OperationTime time)
    {
        var least = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(least, ResidentLoader.Ticks(_target, time.Least));
        return new LoaderCommand(LoaderOperation.Erase, (uint)command, 0, least, where, time);
    }

    /// <param name="ramp">Sizes of the first commands.</param>
    private IEnumerable<LoaderCommand> Program(Writing writing, int[] ramp)
    {
        var next = 0;
        for (var at = 0; at < writing.Data.Length;)
        {
            var size = next < ramp.Length ? ramp[next++] : LoaderCommand.MostData;
            var data = writing.Data[at..Math.Min(at + size, writing.Data.Length)];
            var where = new AddressRange(writing.At + (uint)at, (uint)data.Length);
            at += size;
            yield return new LoaderCommand(
                LoaderOperation.Program, where.Start.Value, (uint)_parallelism, data, where, ProgramTime(data.Length));
        }
    }

    /// <summary>The silicon's time, and about twelve cycles of ours for each access.</summary>
    private OperationTime ProgramTime(int bytes)
    {
        var accesses = bytes / _parallelism.Bytes;
        var silicon = _target.Device.Flash.Times.ProgramOf(accesses);
        var ours = TimeSpan.FromSeconds(accesses * 12.0 / _target.CoreHertz);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }
}
