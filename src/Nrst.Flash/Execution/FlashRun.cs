using Nrst.Images;

namespace Nrst.Flash;

/// <summary>One job on one chip, from the first look to the proof.</summary>
internal sealed class FlashRun
{
    private readonly ChipTarget _target;
    private readonly IFlashRoute _flash;
    private IFlashPath? _path;
    private FlashProtection? _protection;
    private Address? _telling;
    private WorkProgress _progress;

    public FlashRun(ChipTarget target)
    {
        _target = target;
        _flash = target.OpenRoute();
        _progress = new WorkProgress(target.Listener, 0, 0);
    }

    /// <summary>What the chip holds of an image, and what follows from it.</summary>
    /// <param name="Present">Each run with its holes filled by what the chip holds there.</param>
    /// <param name="Old">What is known of the contents, byte by byte or by checksum.</param>
    internal sealed record Findings(FlashPlan Plan, IReadOnlyDictionary<WantedRun, byte[]> Present, IReadOnlyList<OldPiece> Old, TimeSpan Took);

    private IFlashPath Path => _path ??= _flash.OpenPath(_telling);

    /// <summary>As the option bytes have it in force, which no job changes.</summary>
    private FlashProtection Protection => _protection ??= _flash.ReadProtection();

    /// <summary>Whatever happens, the flash is locked and the core halted afterwards, and the error says how far we came.</summary>
    public T Guard<T>(Func<FlashRun, T> work)
    {
        try
        {
            var result = work(this);
            _path?.End();
            return result;
        }
        catch (OperationCanceledException stop)
        {
            _path?.Abandon();
            throw new StoppedException("NRST9021", "The job was stopped before it was done.", stop)
            {
                Evidence = [_progress.Describe()],
                Remedies = _progress.Started ? [new Remedy("Flash again: what is missing is found and done.", "nrst flash FILE")] : [],
            };
        }
        catch (NrstException failure)
        {
            _path?.Abandon();
            failure.AddEvidence(_progress.Describe());
            throw;
        }
    }

    /// <param name="everything">Also what is only of interest to a reader of the plan.</param>
    public Findings Survey(FirmwareImage image, FlashOptions options, bool everything, CancellationToken cancel)
    {
        Protection.AllowReading();
        var start = _target.Clock.Now;
        _target.Listener?.Invoke(new JobEvent.PhaseStarted(Phase.Compare, image.Bytes));
        var wanted = WantedSector.Split(image, [.. _target.Layout.Sectors], _flash.Grain);
        var present = wanted.SelectMany(sector => sector.Runs).ToDictionary(run => run, FillHoles);
        _telling = LoaderSurvey.TellingWord(wanted);
        var looked = wanted.Where(sector => options.ChipErase || sector.Runs.Count > 0).ToList();
        var seen = Path.Survey(looked, present, everything || options.Keep || options.ChipErase, cancel).ToDictionary(known => known.Sector);
        var known = wanted.Select(sector => seen.GetValueOrDefault(sector.Sector)).ToList();
        var wishes = new PlanOptions(options.AlwaysErase, options.Keep, options.ChipErase);
        var plan = FlashPlanner.Plan(wanted, known, wishes);
        if (CanEraseAll(Protection))
        {
            var atOnce = FlashPlanner.Plan(wanted, known, wishes, massErase: true);
            plan = IsFaster(atOnce, plan) && (options.ChipErase || NothingElse(plan, wanted, seen, cancel)) ? atOnce : plan;
        }

        var took = _target.Clock.Now - start;
        _target.Listener?.Invoke(new JobEvent.PhaseFinished(Phase.Compare, took, image.Bytes));
        return new Findings(plan, present, [.. seen.Values.SelectMany(sector => sector.Old)], took);
    }

    public FlashReport Flash(FirmwareImage image, FlashOptions options, CancellationToken cancel)
    {
        var found = Survey(image, options, everything: false, cancel);
        var plan = found.Plan;
        Protection.Allow(plan.Sectors.Where(sector => sector.Changes).Select(sector => sector.Sector), plan.MassErase, _target.Layout);
        TellWhatSlows(plan);

        var bound = FlashBound.Of(plan, _flash, Path.Rows);
        var contents = plan.Sectors.ToDictionary(sector => sector.Sector, sector => SectorContents.Of(sector, found.Present, _target.Read));
        var work = plan.Sectors.Where(sector => sector.Changes).Select(sector => contents[sector.Sector].Work).ToList();
        var start = _target.Clock.Now;
        if (work.Count > 0)
        {
            _progress = new WorkProgress(_target.Listener, plan.BytesErased, work.Sum(sector => sector.Bytes));
            _progress.Begin();
            Path.Change(work, plan.MassErase, _progress, cancel);
            RequireSlowerThan(bound, start, work.Select(sector => sector.Sector));
            _flash.AfterChange();
        }

        var changed = _target.Clock.Now;
        var erase = Path.ErasedFor;
        var program = changed - start - erase;
        if (work.Count > 0)
        {
            _progress.End(erase, program);
        }

        var expected = contents.Values.SelectMany(content => content.Expected).ToList();
        var prover = new FlashProver(_target, Path, _flash.Grain, found.Old);
        prover.ProveBlank(plan.Sectors.Where(sector => sector.Erase && sector.Wanted.Runs.Count == 0).Select(sector => sector.Sector), cancel);
        var mode = plan.ChangesNothing && Path.UsesLoader && options.Verify == VerifyMode.Hash
            ? VerifyMode.Hash // the comparison was just that: the chip's hash over every byte of the image, and nothing was written since
            : prover.Prove(expected, options.Verify, cancel);

        var seconds = new FlashSeconds(
            found.Took.TotalSeconds, erase.TotalSeconds, program.TotalSeconds, (_target.Clock.Now - changed).TotalSeconds);
        return new FlashReport(
            plan, new FlashProof(mode, contents.Values.Sum(content => content.ProvedBytes)), seconds, _flash.Access * 8, Path.UsesLoader)
        {
            Bound = bound,
            Saving = bound is null ? null : FlashSaving.Of(plan, bound, FlashBound.OfEverything(plan, _flash, Path.Rows)),
        };
    }

    public FlashProof Verify(FirmwareImage image, VerifyMode mode, CancellationToken cancel)
    {
        Protection.AllowReading();
        return new FlashProof(new FlashProver(_target, Path, _flash.Grain, []).Prove(Expect(image), mode, cancel), image.Bytes);
    }

    /// <summary>Compares by reading alone: no loader, no flash register, and the core may run meanwhile.</summary>
    public FlashProof Compare(FirmwareImage image, CancellationToken cancel)
    {
        Protection.AllowReading();
        var start = _target.Clock.Now;
        _target.Listener?.Invoke(new JobEvent.PhaseStarted(Phase.Verify, image.Bytes));
        FlashProver.ReadBack(_target, _flash.Grain, Expect(image), [], mayRun: true, cancel);
        _target.Listener?.Invoke(new JobEvent.PhaseFinished(Phase.Verify, _target.Clock.Now - start, image.Bytes));
        return new FlashProof(VerifyMode.Readback, image.Bytes);
    }

    private List<Expectation> Expect(FirmwareImage image) =>
    [
        .. WantedSector.Split(image, [.. _target.Layout.Sectors], _flash.Grain)
            .SelectMany(sector => sector.Runs)
            .Select(run => new Expectation(run.Start, FillHoles(run))),
    ];

    public EraseReport Erase(AddressRange? range, CancellationToken cancel)
    {
        var sectors = _target.Layout.Sectors.Where(sector => range is null || sector.Range.Overlaps(range.Value)).ToList();
        var mass = range is null && CanEraseAll(Protection) && TimeOf(sectors) > _flash.TimeOfEraseAll().Typical;
        Protection.Allow(sectors, mass, _target.Layout);

        var start = _target.Clock.Now;
        var prover = new FlashProver(_target, Path, _flash.Grain, []);
        Path.ForgetCaches(); // the loader looks at itself here, before it may change anything
        _progress = new WorkProgress(_target.Listener, sectors.Sum(sector => (long)sector.Range.Length), 0);
        _progress.Begin();
        var bound = FlashBound.OfErase(sectors, mass, _flash);
        var erasing = _target.Clock.Now;
        Path.Change([.. sectors.Select(sector => new SectorWork(sector, Erase: true, []))], mass, _progress, cancel);
        RequireSlowerThan(bound, erasing, sectors);
        prover.ProveBlank(sectors, cancel);
        var took = _target.Clock.Now - start;
        _progress.End(took, TimeSpan.Zero);
        return new EraseReport(sectors, took.TotalSeconds) { Bound = bound };
    }

    /// <summary>Units the image fills only in part: what the chip holds in the rest of them.</summary>
    private byte[] FillHoles(WantedRun run)
    {
        var present = run.Data.ToArray();
        var unit = new byte[_flash.Grain.Unit];
        foreach (var holes in run.Holes.GroupBy(_flash.Grain.Down))
        {
            _target.Read(run.Start + (uint)holes.Key, unit);
            foreach (var hole in holes)
            {
                present[hole] = unit[hole - holes.Key];
            }
        }

        return present;
    }

    /// <summary>All at once, if the controller has a command for it and nothing is protected that it would meet.</summary>
    private bool CanEraseAll(FlashProtection protection) =>
        _flash.CanEraseAll && protection.NoMassErase is null && protection.Barriers.Count == 0;

    /// <summary>Counts that sectors which need no erase have to be written again, and that rows may be taken after an erase of everything only.</summary>
    private bool IsFaster(FlashPlan one, FlashPlan other) =>
        FlashBound.Reckon(one, _flash, Path.Rows).Total < FlashBound.Reckon(other, _flash, Path.Rows).Total;

    /// <summary>
    /// Whether erasing everything loses no more than erasing what has to be erased: nothing but the image is in the sectors that need no erase, and the others
    /// that it does not touch are blank.
    /// </summary>
    private bool NothingElse(FlashPlan plan, IReadOnlyList<WantedSector> wanted, Dictionary<FlashSector, SectorKnowledge> seen, CancellationToken cancel) =>
        Path.UsesLoader
        && plan.Sectors.Where(sector => !sector.Erase).All(sector => seen[sector.Sector].Other.Count == 0)
        && Path.AreBlank([.. wanted.Select(sector => sector.Sector).Where(sector => !seen.ContainsKey(sector))], erased: false, cancel);

    /// <summary>By the probe's clock, which shares nothing with the chip's.</summary>
    private void RequireSlowerThan(FlashBound? bound, TimeSpan since, IEnumerable<FlashSector> sectors)
    {
        var took = (_target.Clock.Now - since).TotalSeconds;
        if (took < bound?.Least)
        {
            var (first, last) = (sectors.Min(sector => sector.Range.Start.Value), sectors.Max(sector => sector.Range.Last.Value));
            throw FlashErrors.JobTooFast(new AddressRange(new Address(first), last - first + 1), bound, took, _flash.ShowRegisters(), Path.ErasedFor);
        }
    }

    private TimeSpan TimeOf(IEnumerable<FlashSector> sectors) =>
        sectors.Aggregate(TimeSpan.Zero, (sum, sector) => sum + _flash.TimeOfErase(sector).Typical);

    /// <summary>Opening the flash clears it; said before that, for afterwards nobody can see it.</summary>
    public void TellOfLeftover()
    {
        if (_flash.Leftover() is { } leftover)
        {
            _target.Listener?.Invoke(leftover);
        }
    }

    private void TellWhatSlows(FlashPlan plan)
    {
        if (!plan.ChangesNothing && _flash.Notice is { } notice)
        {
            _target.Listener?.Invoke(new JobEvent.Noticed(notice));
        }
    }
}
