using System.Buffers.Binary;
using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <param name="Done">Told when the loader has done it.</param>
internal readonly record struct LoaderStep(LoaderCommand Command, Action Done);

/// <summary>What the loader is asked to do, one command after the other, so that some sectors come to hold what they should.</summary>
/// <param name="rows">How whole rows are programmed; null where they are not.</param>
internal sealed class LoaderSteps(FlashTarget target, FlashController flash, ResidentLoader loader, FlashRows? rows, WorkProgress progress)
{
    // Where nothing is erased first, the flash waits for its first bytes and the job for the last: small pieces until the ring has a lead, and at the end.
    private const int SmallestPiece = 512;

    private static readonly int[] s_ramp = [512, 512, 1024, 1024, 1024, 2048, 2048, 2048, 2048];

    private readonly List<LoaderStep> _steps = [];
    private uint _apart;

    public IReadOnlyList<LoaderStep> For(IReadOnlyList<SectorWork> work, bool massErase)
    {
        if (massErase)
        {
            _steps.Add(new LoaderStep(
                Erase(flash.EraseAllWords()), () => work.Where(sector => sector.Erase).ToList().ForEach(sector => progress.Erased(sector.Sector))));
        }

        if (Lanes.Of(work, flash.Lanes) is [{ Count: > 0 } first, { Count: > 0 } second])
        {
            AddBoth([.. Blocks(first)], [.. Blocks(second)], massErase);
            return _steps;
        }

        // After a mass erase all rows come before all units: whether a unit between them ends the state in which rows are taken no manual says.
        foreach (var block in massErase && rows is not null ? [[.. work]] : Blocks(work))
        {
            var erased = massErase ? [] : Erased(block);
            Add(erased, [.. Programs(block, massErase, hidden: _steps.Count + erased.Count > 0)]);
        }

        return _steps;
    }

    /// <summary>Where rows are taken only in the page erased last, one command erases a page and programs it.</summary>
    private void Add(List<FlashSector> erased, List<LoaderCommand> programs)
    {
        if (erased.Count > 0)
        {
            var erase = Erase([.. erased.Select(EraseOf)]);
            var both = loader.HasPageFirst && erased.Count == 1 && programs.Count > 0;
            var bytes = both ? programs[0].Where.Length : 0;
            _steps.Add(new LoaderStep(both ? programs[0].After(erase) : erase, () =>
            {
                erased.ForEach(progress.Erased);
                progress.Programmed(bytes);
            }));
            programs = both ? programs[1..] : programs;
        }

        foreach (var command in programs)
        {
            _steps.Add(new LoaderStep(loader.HasPageFirst ? command.After(null) : command, () => progress.Programmed(command.Where.Length)));
        }
    }

    /// <summary>Rows first, then what is no whole row.</summary>
    private IEnumerable<LoaderCommand> Programs(IReadOnlyList<SectorWork> block, bool massErase, bool hidden)
    {
        var pieces = block.SelectMany(sector => sector.Writes.SelectMany(
            writing => Cut(writing, rows?.Allow(massErase, sector.Erase) == true ? rows : null))).ToList();
        foreach (var byRows in (bool[])[true, false])
        {
            foreach (var writing in Writing.Merge(pieces.Where(piece => piece.IsRows == byRows).Select(piece => piece.Writing)))
            {
                foreach (var command in Program(writing, byRows, hidden))
                {
                    yield return command;
                }

                hidden = true;
            }
        }
    }

    /// <summary>The banks next to one another, as far as both have something to do.</summary>
    private void AddBoth(List<List<SectorWork>> first, List<List<SectorWork>> second, bool massErase)
    {
        for (var i = 0; i < Math.Max(first.Count, second.Count); i++)
        {
            List<SectorWork> one = i < first.Count ? first[i] : [], other = i < second.Count ? second[i] : [];
            var (erased, also) = massErase ? ([], []) : (Erased(one), Erased(other));
            var both = Math.Min(erased.Count, also.Count);
            if (both > 0)
            {
                SetApart(also[0].Range.Start.Value - erased[0].Range.Start.Value);
                var pairs = erased.Zip(also).ToList();
                _steps.Add(new LoaderStep(EraseBoth(pairs), () => pairs.ForEach(pair => { progress.Erased(pair.First); progress.Erased(pair.Second); })));
            }

            List<FlashSector> alone = [.. erased.Skip(both), .. also.Skip(both)];
            if (alone.Count > 0)
            {
                SetApart(0);
                Add(alone, []);
            }

            var (together, left) = Lanes.Zip(
                [.. Writing.Merge(one.SelectMany(sector => sector.Writes))], [.. Writing.Merge(other.SelectMany(sector => sector.Writes))], flash.Access, loader.MostData);
            foreach (var pair in together)
            {
                SetApart(pair.Apart);
                _steps.Add(new LoaderStep(ProgramBoth(pair), () => progress.Programmed(pair.Data.Length)));
            }

            if (left.Count > 0)
            {
                SetApart(0);
                Add([], [.. left.SelectMany(writing => Program(writing, byRows: false, hidden: true))]);
            }
        }

        SetApart(0);
    }

    private void SetApart(uint bytes)
    {
        if (bytes != _apart)
        {
            _apart = bytes;
            _steps.Add(new LoaderStep(new LoaderCommand(LoaderOperation.Apart, bytes, 0, default, target.Layout.Range, default), () => { }));
        }
    }

    private static List<FlashSector> Erased(IEnumerable<SectorWork> block) => [.. block.Where(sector => sector.Erase).Select(sector => sector.Sector)];

    /// <summary>
    /// Small sectors in a row are erased by one command, and all of these commands erase about as much; each sector by its own where rows are taken only
    /// in the one erased last.
    /// </summary>
    private IEnumerable<List<SectorWork>> Blocks(IReadOnlyList<SectorWork> work)
    {
        var alone = rows?.Condition == RowCondition.PageErasedLast;
        var total = work.Where(sector => sector.Erase).Sum(sector => (long)sector.Sector.Range.Length);
        var most = total / Math.Max(1, (total + (loader.MostErased / 2)) / loader.MostErased);
        var words = (loader.MostData / 4) - 1; // the first is the time
        var (block, bytes, erases) = (new List<SectorWork>(), 0L, 0);
        foreach (var sector in work)
        {
            if (sector.Erase && erases > 0
                && (alone || bytes >= most || bytes + sector.Sector.Range.Length > loader.MostErased * 3L / 2 || erases == words))
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

    private IEnumerable<(Writing Writing, bool IsRows)> Cut(Writing writing, FlashRows? byRows) => byRows is null
        ? [(writing, false)]
        : byRows.Cut(writing.At, writing.Data, flash.Access, flash.Grain)
            .Select(piece => (new Writing(writing.At + (uint)piece.At, writing.Data.Slice(piece.At, piece.Length)), piece.IsRow));

    private (uint Word, AddressRange Where, OperationTime Time) EraseOf(FlashSector sector) =>
        (flash.EraseWord(sector), sector.Range, flash.TimeOfErase(sector));

    private LoaderCommand Erase(IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> erases) =>
        Erase(erases, erases.Aggregate(default(OperationTime), (sum, one) => sum + one.Time));

    /// <summary>Two by two, one in each bank.</summary>
    private LoaderCommand EraseBoth(IReadOnlyList<(FlashSector First, FlashSector Second)> pairs) => Erase(
        [.. pairs.SelectMany(pair => new[] { EraseOf(pair.First), EraseOf(pair.Second) })],
        pairs.Aggregate(default(OperationTime), (sum, pair) => sum + OperationTime.Longer(flash.TimeOfErase(pair.First), flash.TimeOfErase(pair.Second))));

    /// <param name="silicon">How long all of it takes.</param>
    private LoaderCommand Erase(IReadOnlyList<(uint Word, AddressRange Where, OperationTime Time)> erases, OperationTime silicon)
    {
        const int Cycles = 150; // from the end of one to the start of the next
        var data = new byte[4 * (erases.Count + 1)];
        BinaryPrimitives.WriteUInt32LittleEndian(data, loader.Ticks(erases.Min(one => one.Time.Least)));
        for (var i = 0; i < erases.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4 * (i + 1)), erases[i].Word);
        }

        var (first, last) = (erases[0].Where.Start, erases.Max(one => one.Where.Last));
        var time = silicon with { Typical = silicon.Typical + TimeSpan.FromSeconds(erases.Count * (double)Cycles / target.CoreHertz) };
        return new LoaderCommand(LoaderOperation.Erase, 0, 0, data, new AddressRange(first, last - first + 1), time) { Erases = erases, Erasing = silicon };
    }

    private LoaderCommand ProgramBoth(SideBySide pair) => new(
        LoaderOperation.Program, pair.First.Value, 0, pair.Data, new AddressRange(pair.First, pair.LaneBytes), ProgramTime(pair.Data.Length, lanes: 2))
    {
        Also = new AddressRange(pair.Second, pair.LaneBytes),
    };

    /// <param name="hidden">An erase goes before it, and gives the transfer time.</param>
    private IEnumerable<LoaderCommand> Program(Writing writing, bool byRows, bool hidden)
    {
        var next = hidden ? s_ramp.Length : 0;
        for (var at = 0; at < writing.Data.Length;)
        {
            var left = writing.Data.Length - at;
            var size = Math.Min(next < s_ramp.Length ? s_ramp[next++] : loader.MostData, loader.MostData);
            while (!hidden && size > SmallestPiece && size > left / 2)
            {
                size /= 2;
            }

            var data = writing.Data[at..(at + Math.Min(size, left))];
            var where = new AddressRange(writing.At + (uint)at, (uint)data.Length);
            var checkedAhead = (at > 0 || (loader.HasPageFirst && hidden)) && data.Length == loader.MostData; // by the loader, while the slot before was being programmed
            at += data.Length;
            var time = byRows ? RowTime(data.Length) : ProgramTime(data.Length);
            yield return new LoaderCommand(
                LoaderOperation.Program, where.Start.Value, byRows ? LoaderCommand.ByRows : 0, data, where,
                checkedAhead ? time : time with { Typical = time.Typical + TimeOfCheck(data.Length) });
        }
    }

    private TimeSpan TimeOfCheck(int bytes) =>
        SurveyItem.TimeOf([new SurveyItem(SurveyKind.Hash, 0, (uint)bytes)], target.Device.Core, target.CoreHertz).Typical;

    /// <summary>The silicon's time, and the loader's own.</summary>
    private OperationTime ProgramTime(int bytes, int lanes = 1)
    {
        var accesses = bytes / flash.Access;
        var silicon = flash.TimeOfProgram(accesses / lanes);
        var ours = TimeSpan.FromSeconds(accesses * (double)flash.Loader!.Cycles / target.CoreHertz);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }

    private OperationTime RowTime(int bytes)
    {
        var ours = TimeSpan.FromSeconds(bytes / (double)target.CoreHertz); // a word comes every four cycles or so
        var silicon = rows!.Time * (bytes / rows.Bytes);
        return new OperationTime(silicon.Typical + ours, silicon.Max + ours);
    }
}
