using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>Everything through the resident loader.</summary>
internal sealed class LoaderPath : IFlashPath
{
    private readonly FlashTarget _target;
    private readonly FlashController _flash;
    private readonly FasterCore? _core;
    private ResidentLoader _loader;
    private bool _checked;
    private bool _rowsRefused;
    private TimeSpan _erasedBefore;

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

    public FlashRows? Rows => !_rowsRefused && _flash.Rows is { } rows && _target.CoreHertz >= rows.LeastHertz && _loader.MostData % rows.Bytes == 0 ? rows : null;

    public IReadOnlyList<SectorKnowledge> Survey(
        IReadOnlyList<WantedSector> wanted, IReadOnlyDictionary<WantedRun, byte[]> present, bool everything, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, Ask, _loader.Told).Look(wanted, present, cancel);

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
        var steps = new LoaderSteps(_target, _flash, _loader, Rows, progress).For(work, massErase);
        _flash.OpenFirst(_target.Layout.Range, _target.Listener);
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
        ErasedFor = _erasedBefore + _loader.ErasedFor;
    }

    /// <summary>The loader ends with its last answer.</summary>
    public IReadOnlyList<bool>? Hash(IReadOnlyList<Expectation> expected, CancellationToken cancel) =>
        new LoaderSurvey(_target, _flash.Grain, (items, stop) => Ask(items, last: true, stop)).Holds(expected, cancel);

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
    private IReadOnlyList<SurveyAnswer> Ask(IReadOnlyList<SurveyItem> items, CancellationToken cancel) => Ask(items, last: false, cancel);

    private IReadOnlyList<SurveyAnswer> Ask(IReadOnlyList<SurveyItem> items, bool last, CancellationToken cancel)
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
}
