using System.Buffers.Binary;
using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>Everything through the resident loader.</summary>
internal sealed class LoaderPath : IFlashPath
{
    // Where nothing is erased first, the flash waits for its first bytes and the job for the last: small pieces until the ring has a lead, and at the end.
    private const int SmallestPiece = 512;

    private static readonly int[] s_ramp = [256, 512, 512, 1024, 1024, 1024, 2048, 2048, 2048, 2048];

    private readonly FlashTarget _target;
    private readonly FlashController _flash;
    private readonly FasterCore? _core;
    private readonly ResidentLoader _loader;
    private bool _checked;

    /// <summary>Uploads and starts the loader. A failure leaves the core halted and is a <see cref="TargetException"/>.</summary>
    /// <param name="telling">A word of the flash that the survey will ask for, read on the way; null for none.</param>
    public LoaderPath(FlashTarget target, FlashController flash, Address? telling)
    {
        (_target, _core) = FasterCore.Raise(target);
        _flash = flash;
        try
        {
            _loader = ResidentLoader.Start(_target, flash, telling);
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
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask, _loader.Told).Look(wanted, present, cancel);

    public bool AreBlank(IReadOnlyList<FlashSector> sectors, bool erased, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask).AreBlank(sectors, erased, cancel);

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
                .SelectMany(writing => Program(writing, hidden: commands.Count > 0)))
            {
                commands.Add(command);
                tells.Add(() => progress.Programmed(command.Data.Length));
            }
        }

        _flash.OpenFirst(_target.Layout.Range, _target.Listener);
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
        ErasedFor = _loader.ErasedFor;
    }

    /// <summary>The loader ends with its last answer.</summary>
    public IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, (items, stop) => Ask(items, stop, last: true)).Holds(expected, cancel);

    /// <summary>The loader does that before it looks at anything, be it itself.</summary>
    public void ForgetCaches()
    {
        _checked = false;
        Ask([], default);
    }

    public void End()
    {
        _loader.End();
        if (!_loader.LeftLocked)
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
    private IReadOnlyList<SurveyAnswer> Ask(IReadOnlyList<SurveyItem> items, CancellationToken cancel) => Ask(items, cancel, last: false);

    private IReadOnlyList<SurveyAnswer> Ask(IReadOnlyList<SurveyItem> items, CancellationToken cancel, bool last)
    {
        if (_checked)
        {
            return _loader.Survey(items, last, cancel);
        }

        var (range, crc) = _loader.Code;
        var answers = _loader.Survey([SurveyItem.Over(SurveyKind.Hash, range), .. items], last, cancel);
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

    /// <summary>Small sectors in a row are erased by one command, and all of these commands erase about as much.</summary>
    private IEnumerable<List<SectorWork>> Blocks(IReadOnlyList<SectorWork> work)
    {
        var total = work.Where(sector => sector.Erase).Sum(sector => (long)sector.Sector.Range.Length);
        var most = total / Math.Max(1, (total + (_loader.MostErased / 2)) / _loader.MostErased);
        var words = (_loader.MostData / 4) - 1; // the first is the time
        var (block, bytes, erases) = (new List<SectorWork>(), 0L, 0);
        foreach (var sector in work)
        {
            if (sector.Erase && erases > 0 && (bytes >= most || bytes + sector.Sector.Range.Length > _loader.MostErased * 3L / 2 || erases == words))
            {
                yield return block;
                (block, bytes, erases) = ([], 0, 0);
            }

            block.Add(sector);
            bytes += sector.Erase ? sector.Sector.Range.Length : 0;
            erases += sector.Erase ? 1 : 0;
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

    private LoaderCommand Erase(IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> erases)
    {
        const int Cycles = 150; // from the end of one to the start of the next
        var data = new byte[4 * (erases.Count + 1)];
        BinaryPrimitives.WriteUInt32LittleEndian(data, _loader.Ticks(erases.Min(one => one.Time.Least)));
        for (var i = 0; i < erases.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4 * (i + 1)), erases[i].Word);
        }

        var (first, last) = (erases[0].Where.Start, erases.Max(one => one.Where.Last));
        var silicon = erases.Aggregate(default(OperationTime), (sum, one) => sum + one.Time);
        var time = silicon with { Typical = silicon.Typical + TimeSpan.FromSeconds(erases.Count * (double)Cycles / _target.CoreHertz) };
        return new LoaderCommand(LoaderOperation.Erase, 0, 0, data, new AddressRange(first, last - first + 1), time) { Erases = erases };
    }

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
            var checkedAhead = at > 0 && data.Length == _loader.MostData; // by the loader, while the slot before was being programmed
            at += data.Length;
            var time = ProgramTime(data.Length);
            yield return new LoaderCommand(
                LoaderOperation.Program, where.Start.Value, 0, data, where, checkedAhead ? time : time with { Typical = time.Typical + TimeOfCheck(data.Length) });
        }
    }

    private TimeSpan TimeOfCheck(int bytes) =>
        SurveyItem.TimeOf([new SurveyItem(SurveyKind.Hash, 0, (uint)bytes)], _target.Device.Core, _target.CoreHertz).Typical;

    /// <summary>The silicon's time, and the loader's own.</summary>
    private OperationTime ProgramTime(int bytes)
    {
        var accesses = bytes / _flash.Access;
        var silicon = _flash.TimeOfProgram(accesses);
        var ours = TimeSpan.FromSeconds(accesses * (double)_flash.Loader!.Cycles / _target.CoreHertz);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }
}
