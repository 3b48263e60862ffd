using System.Buffers.Binary;
using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>Everything through the resident loader.</summary>
internal sealed class LoaderPath : IFlashPath
{
    // Where nothing is erased first, the flash waits for its first bytes and the job for the last: small pieces until the ring has a lead, and at the end.
    private const int SmallestPiece = 512;

    private static readonly int[] s_ramp = [512, 512, 1024, 1024, 1024, 2048, 2048, 2048, 2048];

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
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask).Look(wanted, present, cancel);

    public bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask).AreBlank(sectors, erased, cancel);

    public void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        var steps = new List<Step>();
        if (massErase)
        {
            steps.Add(new Step(Erase(_flash.EraseAllWords()), () => work.Where(sector => sector.Erase).ToList().ForEach(sector => progress.Erased(sector.Sector))));
        }

        if (Lanes.Of(work, _flash.Lanes) is [{ Count: > 0 } first, { Count: > 0 } second])
        {
            AddBoth(steps, [.. Blocks(first)], [.. Blocks(second)], massErase, progress);
        }
        else
        {
            foreach (var block in Blocks(work))
            {
                Add(steps, massErase ? [] : Erased(block), Merge(block.SelectMany(sector => sector.Writes)), progress);
            }
        }

        _flash.Open(_target.Layout.Range);
        var told = 0;
        _loader.Run(
            [.. steps.Select(step => step.Command)],
            done =>
            {
                for (; told < done; told++)
                {
                    steps[told].Done();
                }
            },
            cancel);
        ErasedFor = _loader.ReadErasedFor();
    }

    /// <param name="Done">Told when the loader has done it.</param>
    private readonly record struct Step(LoaderCommand Command, Action Done);

    private static List<FlashSector> Erased(IEnumerable<SectorWork> block) => [.. block.Where(sector => sector.Erase).Select(sector => sector.Sector)];

    private void Add(List<Step> steps, IReadOnlyList<FlashSector> erased, IEnumerable<Writing> writings, WorkProgress progress)
    {
        if (erased.Count > 0)
        {
            steps.Add(new Step(Erase([.. erased.Select(EraseOf)]), () => erased.ToList().ForEach(progress.Erased)));
        }

        foreach (var command in writings.SelectMany(writing => Program(writing, hidden: steps.Count > 0)))
        {
            steps.Add(new Step(command, () => progress.Programmed(command.Data.Length)));
        }
    }

    /// <summary>The banks next to one another, as far as both have something to do.</summary>
    private void AddBoth(List<Step> steps, List<List<SectorWork>> first, List<List<SectorWork>> second, bool massErase, WorkProgress progress)
    {
        var apart = 0u;
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            List<SectorWork> one = i < first.Count ? first[i] : [], other = i < second.Count ? second[i] : [];
            var (erased, also) = massErase ? ([], []) : (Erased(one), Erased(other));
            var both = Math.Min(erased.Count, also.Count);
            if (both > 0)
            {
                Apart(also[0].Range.Start.Value - erased[0].Range.Start.Value);
                var pairs = erased.Zip(also).ToList();
                steps.Add(new Step(EraseBoth(pairs), () => pairs.ForEach(pair => { progress.Erased(pair.First); progress.Erased(pair.Second); })));
            }

            var (together, left) = Lanes.Zip(
                [.. Merge(one.SelectMany(sector => sector.Writes))], [.. Merge(other.SelectMany(sector => sector.Writes))], _flash.Access, _loader.MostData);
            List<FlashSector> alone = [.. erased.Skip(both), .. also.Skip(both)];
            if (alone.Count > 0)
            {
                Apart(0);
                Add(steps, alone, [], progress);
            }

            foreach (var pair in together)
            {
                Apart(pair.Apart);
                steps.Add(new Step(ProgramBoth(pair), () => progress.Programmed(pair.Data.Length)));
            }

            if (left.Count > 0)
            {
                Apart(0);
                Add(steps, [], left, progress);
            }
        }

        Apart(0);

        void Apart(uint bytes)
        {
            if (bytes != apart)
            {
                apart = bytes;
                steps.Add(new Step(new LoaderCommand(LoaderOperation.Apart, bytes, 0, default, _target.Layout.Range, default), () => { }));
            }
        }
    }

    public IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask).Holds(expected, cancel);

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
            if (sector.Erase && block.Count > 0 && block.Where(one => one.Erase).Sum(one => (long)one.Sector.Range.Length) + sector.Sector.Range.Length > _loader.MostErased)
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

    private (uint Word, AddressRange Where, OperationTime Time) EraseOf(FlashSector sector) =>
        (_flash.EraseWord(sector), sector.Range, _flash.TimeOfErase(sector));

    private LoaderCommand Erase(IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> erases) =>
        Erase(erases, erases.Aggregate(default(OperationTime), (sum, one) => sum + one.Time));

    /// <summary>Two by two, one in each bank.</summary>
    private LoaderCommand EraseBoth(IReadOnlyList<(FlashSector First, FlashSector Second)> pairs) => Erase(
        [.. pairs.SelectMany(pair => new[] { EraseOf(pair.First), EraseOf(pair.Second) })],
        pairs.Aggregate(default(OperationTime), (sum, pair) => sum + OperationTime.Longer(_flash.TimeOfErase(pair.First), _flash.TimeOfErase(pair.Second))));

    private LoaderCommand Erase(IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> erases, OperationTime time)
    {
        var data = new byte[4 * (erases.Count + 1)];
        BinaryPrimitives.WriteUInt32LittleEndian(data, _loader.Ticks(erases.Min(one => one.Time.Least)));
        for (var i = 0; i < erases.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4 * (i + 1)), erases[i].Word);
        }

        var (first, last) = (erases[0].Where.Start, erases.Max(one => one.Where.Last));
        return new LoaderCommand(LoaderOperation.Erase, 0, 0, data, new AddressRange(first, last - first + 1), time) { Erases = erases };
    }

    private LoaderCommand ProgramBoth(SideBySide pair) => new(
        LoaderOperation.Program, pair.First.Value, 0, pair.Data, new AddressRange(pair.First, pair.LaneBytes), ProgramTime(pair.Data.Length, lanes: 2))
    {
        Also = new AddressRange(pair.Second, pair.LaneBytes),
    };

    /// <param name="hidden">An erase goes before it, and gives the transfer time.</param>
    private IEnumerable<LoaderCommand> Program(Writing writing, bool hidden)
    {
        var next = hidden ? s_ramp.Length : 0;
        for (var at = 0; at < writing.Data.Length;)
        {
            var left = writing.Data.Length - at;
            var size = Math.Min(next < s_ramp.Length ? s_ramp[next++] : _loader.MostData, _loader.MostData);
            while (!hidden && size > SmallestPiece && size > left / 2)
            {
                size /= 2;
            }

            var data = writing.Data[at..(at + Math.Min(size, left))];
            var where = new AddressRange(writing.At + (uint)at, (uint)data.Length);
            at += data.Length;
            yield return new LoaderCommand(LoaderOperation.Program, where.Start.Value, 0, data, where, ProgramTime(data.Length));
        }
    }

    /// <summary>The silicon's time, and the loader's own.</summary>
    private OperationTime ProgramTime(int bytes, int lanes = 1)
    {
        var accesses = bytes / _flash.Access;
        var silicon = _flash.TimeOfProgram(accesses / lanes);
        var ours = TimeSpan.FromSeconds(accesses * (double)_flash.Loader!.Cycles / _target.CoreHertz);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }
}
