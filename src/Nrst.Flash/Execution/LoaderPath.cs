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
    private ResidentLoader _loader;
    private bool _checked;
    private bool _rowsRefused;
    private TimeSpan _erasedBefore;

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

    public FlashRows? Rows => !_rowsRefused && _flash.Rows is { } rows && _target.CoreHertz >= rows.LeastHertz && _loader.MostData % rows.Bytes == 0 ? rows : null;

    public IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask).Look(wanted, present, cancel);

    public bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask).AreBlank(sectors, erased, cancel);

    public void Change(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        try
        {
            ChangeOnce(work, massErase, progress, cancel);
        }
        catch (FlashException refusal) when (refusal.Code == FlashErrors.RowRefused && work.All(sector => sector.Erase))
        {
            // What was written so far is erased again, so nothing is lost but time.
            _target.Listener?.Invoke(new JobEvent.Noticed(
                $"{refusal.Message} ({string.Join(", ", refusal.Evidence)}) It is erased once more, and programmed unit by unit."));
            _rowsRefused = true;
            _erasedBefore = _loader.ReadErasedFor();
            Halt();
            _loader = ResidentLoader.Start(_target, _flash);
            _checked = false;
            Ask([], cancel);
            progress.Restart();
            ChangeOnce(work, massErase, progress, cancel);
        }
    }

    private void ChangeOnce(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress, CancellationToken cancel)
    {
        var commands = Commands(work, massErase, progress).ToList();
        _flash.Open(_target.Layout.Range);
        var told = 0;
        _loader.Run(
            [.. commands.Select(one => one.Command)],
            done =>
            {
                for (; told < done; told++)
                {
                    commands[told].Tell();
                }
            },
            cancel);
        ErasedFor = _erasedBefore + _loader.ReadErasedFor();
    }

    /// <summary>What the loader has to do, in its order, and what to tell when it is done.</summary>
    private IEnumerable<(LoaderCommand Command, Action Tell)> Commands(IReadOnlyList<SectorWork> work, bool massErase, WorkProgress progress)
    {
        var rows = Rows;
        var hidden = massErase;
        if (massErase)
        {
            yield return (Erase(_flash.EraseAllWords()), () => work.Where(sector => sector.Erase).ToList().ForEach(sector => progress.Erased(sector.Sector)));
        }

        // After a mass erase all rows come before all units: whether a unit between them ends the state in which rows are taken no manual says.
        foreach (var block in massErase && rows is not null ? [[.. work]] : Blocks(work, rows))
        {
            var erased = massErase ? [] : block.Where(sector => sector.Erase).Select(sector => sector.Sector).ToList();
            var programs = Programs(block, massErase, rows, hidden || erased.Count > 0).ToList();
            hidden |= erased.Count + programs.Count > 0;
            if (erased.Count > 0)
            {
                var erase = Erase([.. erased.Select(sector => (_flash.EraseWord(sector), sector.Range, _flash.TimeOfErase(sector)))]);
                var withRows = _loader.HasPageFirst && erased.Count == 1 && programs.Count > 0;
                var bytes = withRows ? programs[0].Where.Length : 0;
                yield return (withRows ? programs[0].After(erase) : erase, () =>
                {
                    erased.ForEach(progress.Erased);
                    progress.Programmed(bytes);
                });
                programs = withRows ? programs[1..] : programs;
            }

            foreach (var command in programs)
            {
                yield return (_loader.HasPageFirst ? command.After(null) : command, () => progress.Programmed(command.Where.Length));
            }
        }
    }

    /// <summary>Rows first, then what is no whole row.</summary>
    private IEnumerable<LoaderCommand> Programs(IReadOnlyList<SectorWork> block, bool massErase, FlashRows? rows, bool hidden)
    {
        var pieces = block.SelectMany(sector => sector.Writes.SelectMany(
            writing => Cut(writing, rows?.Allow(massErase, sector.Erase) == true ? rows : null))).ToList();
        foreach (var byRows in (bool[])[true, false])
        {
            foreach (var writing in Merge(pieces.Where(piece => piece.IsRows == byRows).Select(piece => piece.Writing)))
            {
                foreach (var command in Program(writing, byRows, hidden))
                {
                    yield return command;
                }

                hidden = true;
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

    /// <summary>Small sectors in a row are erased by one command; each by its own where rows are taken only in the one erased last.</summary>
    private IEnumerable<List<SectorWork>> Blocks(IReadOnlyList<SectorWork> work, FlashRows? rows)
    {
        var most = rows?.Condition == RowCondition.PageErasedLast ? 0 : _loader.MostErased;
        var block = new List<SectorWork>();
        foreach (var sector in work)
        {
            if (sector.Erase && block.Count > 0 && block.Where(one => one.Erase).Sum(one => (long)one.Sector.Range.Length) + sector.Sector.Range.Length > most)
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

    private IEnumerable<(Writing Writing, bool IsRows)> Cut(Writing writing, FlashRows? rows) => rows is null
        ? [(writing, false)]
        : rows.Cut(writing.At, writing.Data, _flash.Access, _flash.Grain)
            .Select(piece => (new Writing(writing.At + (uint)piece.At, writing.Data.Slice(piece.At, piece.Length)), piece.IsRow));

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

    /// <param name="hidden">An erase goes before it, and gives the transfer time.</param>
    private IEnumerable<LoaderCommand> Program(Writing writing, bool byRows, bool hidden)
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
            yield return new LoaderCommand(
                LoaderOperation.Program, where.Start.Value, byRows ? LoaderCommand.ByRows : 0, data, where, byRows ? RowTime(data.Length) : ProgramTime(data.Length));
        }
    }

    /// <summary>The silicon's time, and the loader's own.</summary>
    private OperationTime ProgramTime(int bytes)
    {
        var accesses = bytes / _flash.Access;
        var silicon = _flash.TimeOfProgram(accesses);
        var ours = TimeSpan.FromSeconds(accesses * (double)_flash.Loader!.Cycles / _target.CoreHertz);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }

    private OperationTime RowTime(int bytes)
    {
        var rows = _flash.Rows!;
        var ours = TimeSpan.FromSeconds(bytes / (double)_target.CoreHertz); // a word comes every four cycles or so
        var silicon = rows.Time * (bytes / rows.Bytes);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }
}
