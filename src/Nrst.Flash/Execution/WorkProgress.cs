using System.Globalization;

namespace Nrst.Flash;

/// <summary>How far a job has come: for the listener while it runs, and for the error if it does not arrive.</summary>
internal sealed class WorkProgress(JobListener? listener, long toErase, long toProgram)
{
    private readonly List<int> _erased = [];
    private long _erasedBytes;
    private long _programmed;

    public bool Started { get; private set; }

    public void Begin()
    {
        Started = true;
        listener?.Invoke(new JobEvent.PhaseStarted(Phase.Erase, toErase));
        listener?.Invoke(new JobEvent.PhaseStarted(Phase.Program, toProgram));
    }

    /// <summary>All of it once more.</summary>
    public void Restart()
    {
        _erased.Clear();
        (_erasedBytes, _programmed) = (0, 0);
    }

    public void Erased(FlashSector sector)
    {
        _erased.Add(sector.Number);
        _erasedBytes += sector.Range.Length;
        listener?.Invoke(new JobEvent.Advanced(Phase.Erase, _erasedBytes, toErase));
    }

    public void Programmed(long bytes)
    {
        _programmed += bytes;
        listener?.Invoke(new JobEvent.Advanced(Phase.Program, _programmed, toProgram));
    }

    public void End(TimeSpan erase, TimeSpan program)
    {
        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Erase, erase, toErase));
        listener?.Invoke(new JobEvent.PhaseFinished(Phase.Program, program, toProgram));
    }

    /// <summary>The state the chip was left in.</summary>
    public string Describe() => !Started
        ? "nothing on the chip was changed"
        : string.Create(
            CultureInfo.InvariantCulture,
            $"{(_erased.Count == 0 ? "no sector" : Numbers.Show(_erased))} erased for certain, {_programmed:N0} of {toProgram:N0} bytes programmed");
}
