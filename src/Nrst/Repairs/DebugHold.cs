using Nrst.Targets;

namespace Nrst.Repairs;

/// <summary>Bits of DBGMCU that are set for as long as nrst is connected, and put back afterwards. A reset of the chip does not clear them.</summary>
internal sealed class DebugHold(ITargetMemory memory, DebugDescription debug)
{
    private readonly List<(Address Register, uint Before)> _touched = [];

    /// <summary>Keeps the debug port alive in low-power modes. Tells whether that changed anything.</summary>
    public bool KeepAwake() => Set(debug.LowPower);

    /// <summary>Stops the watchdogs while the core is halted. Tells whether that changed anything.</summary>
    public bool FreezeWatchdogs() => Set(debug.FreezeWatchdogs);

    public void PutBack()
    {
        if (_touched.Count == 0)
        {
            return;
        }

        var before = Clocked();
        for (var i = _touched.Count - 1; i >= 0; i--)
        {
            memory.Write32(_touched[i].Register, _touched[i].Before);
        }

        _touched.Clear();
        PutBackClock(before);
    }

    private bool Set(IReadOnlyList<RegisterBits> wanted)
    {
        var changed = false;
        try
        {
            var clock = Clocked();
            foreach (var bits in wanted)
            {
                var before = memory.Read32(bits.At);
                if ((before & bits.Mask) != bits.Mask)
                {
                    _touched.Add((bits.At, before));
                    memory.Write32(bits.At, before | bits.Mask);
                    changed = true;
                }
            }

            PutBackClock(clock);
        }
        catch (TargetMemoryException)
        {
            // A chip that does not let a debugger at its DBGMCU: the job may well go without.
        }

        return changed;
    }

    /// <summary>Some lines leave the clock of DBGMCU off, and a reset takes it away again. Returns the register as it was.</summary>
    private uint? Clocked()
    {
        if (debug.Clock is not { } clock)
        {
            return null;
        }

        var before = memory.Read32(clock.At);
        memory.Write32(clock.At, before | clock.Mask);
        return before;
    }

    private void PutBackClock(uint? before)
    {
        if (before is { } value)
        {
            memory.Write32(debug.Clock!.At, value);
        }
    }
}
