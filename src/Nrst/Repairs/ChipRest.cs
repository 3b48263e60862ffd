using Nrst.Arm;
using Nrst.Connecting;
using Nrst.Flash;
using Nrst.Targets;

namespace Nrst.Repairs;

/// <summary>
/// Brings a chip to rest for a job, and starts its program afterwards: by a reset of the whole chip where one works, else by the core alone.
/// </summary>
internal sealed class ChipRest(Target target, bool withoutLoader, JobListener listener)
{
    // What resets this chip: with a System that fails, the Pin; with a Pin that fails, the Core and nothing else.
    private ResetKind _by = ResetKind.System;

    /// <summary>The core's clock, where no reset set it; null where one did, or nobody could say.</summary>
    public uint? Hertz { get; private set; }

    /// <summary>Code in target RAM would not be safe, or not be timed.</summary>
    public bool WithoutLoader { get; private set; }

    private CortexMCore Core => target.Core;

    /// <summary>Halts the core with the chip as near to its reset state as the board allows.</summary>
    public void Come()
    {
        WithoutLoader = target.OtherCore;
        if (target.Options.Mode is ConnectMode.HotPlug)
        {
            Core.Halt();
            WithoutLoader = true; // the loader reckons with the clock a reset leaves
            FreezeWatchdogs();
            return;
        }

        var rest = target.TakeRest();
        _by = rest is AtRest.CoreOnly ? ResetKind.Core : ResetKind.System;
        if (rest is AtRest.No)
        {
            ResetChip(halt: true);
        }

        if (_by is ResetKind.Core)
        {
            HoldBackTheRest(halted: rest is AtRest.CoreOnly);
        }
        else if ((withoutLoader || WithoutLoader) && WatchdogStartsByItself())
        {
            FreezeWatchdogs(); // the loader feeds it; without a loader nobody does
        }
    }

    /// <summary>Starts the program in the flash, or halts before its first instruction.</summary>
    public void Start(Address vectors, bool halt)
    {
        if (_by is not ResetKind.Core && StartByReset(halt))
        {
            return;
        }

        if (Core.Identity.HasVectReset)
        {
            Core.Reset(ResetKind.Core, halt);
        }
        else
        {
            Core.Restart(vectors, halt);
        }

        listener(new JobEvent.Noticed(
            "The program was started by a reset of the core alone: peripherals are as the last program left them until the board is switched off and on."));
    }

    private bool StartByReset(bool halt)
    {
        // A program that hides from the debug port may do so before the reset was seen: catch the core, then let it go.
        var careful = target.IsShy && !halt;
        ResetChip(halt || careful);
        if (_by is ResetKind.Core)
        {
            return false;
        }

        if (careful)
        {
            Core.Run();
        }

        return true;
    }

    /// <summary>By the debug port, else by the pin; where neither resets the chip, what is left is the core.</summary>
    private void ResetChip(bool halt)
    {
        try
        {
            Core.Reset(_by, halt);
        }
        catch (TargetException noReset) when (noReset is { Code: "NRST3101", InnerException: null }) // it answered, and was not reset
        {
            if (_by is ResetKind.System && ResetByPin(halt))
            {
                _by = ResetKind.Pin;
                listener(new JobEvent.Repaired(
                    "pin-reset", "The chip does not follow a reset request of the debug port; it is reset by its pin, NRST."));
                return;
            }

            _by = ResetKind.Core;
            TellOfCoreReset(noReset);
        }
        catch (TargetException lost) when (halt && _by is ResetKind.System && target.CatchUnderReset())
        {
            _by = ResetKind.Pin;
            listener(new JobEvent.Repaired(
                "under-reset", $"The chip was lost in its reset ({lost.Code}: {lost.Message.TrimEnd('.')}); it was caught again by holding NRST low."));
        }
    }

    private bool ResetByPin(bool halt)
    {
        try
        {
            Core.Reset(ResetKind.Pin, halt);
            return true;
        }
        catch (TargetException)
        {
            return false; // told as what the debug port's request met
        }
    }

    private void TellOfCoreReset(TargetException noReset) => listener(new JobEvent.Repaired(
            "core-reset",
            $"Neither the debug port nor the pin resets this chip ({(noReset.Evidence is [var seen, ..] ? seen : noReset.Message)}). Something on the board drives NRST "
            + "high, as a supervisor with a push-pull output does: connect it through 1 kΩ, or use one with an open drain. nrst goes on with the core alone."));

    private void HoldBackTheRest(bool halted)
    {
        if (Core.Identity.HasVectReset)
        {
            if (!halted)
            {
                Core.Reset(ResetKind.Core, halt: true);
            }
        }
        else
        {
            Core.Halt();
            Core.Calm();
        }

        FreezeWatchdogs();
        var quieted = BusMasters.Quiet(target.Memory, target.Chip.Device.BusMasters);
        if (quieted.Count > 0)
        {
            listener(new JobEvent.Repaired("quieted", $"Only the core was reset, so what could write into RAM or reset the chip beside it was quieted: {string.Join(", ", quieted)}."));
        }

        Measure();
    }

    /// <summary>The program may have changed the clock. A core with a data cache may not see code that was written past it, and is not asked to run any.</summary>
    private void Measure()
    {
        if (WithoutLoader || Core.Identity.HasDataCache || Scratch(target.ReadGeometry().Part) is not { } scratch)
        {
            WithoutLoader = true;
            return;
        }

        Hertz = Core.MeasureHertz(scratch);
        WithoutLoader = Hertz is not > 0;
    }

    private void FreezeWatchdogs()
    {
        if (target.Hold.FreezeWatchdogs())
        {
            listener(new JobEvent.Repaired(
                "watchdog-frozen", "A watchdog may be running that no reset stops: DBGMCU keeps it still while the core is halted, until nrst is done."));
        }
    }

    private bool WatchdogStartsByItself() => OptionReading.ReadFrom(target.Memory, target.Chip.Device).Any(
        option => option.Value == 0 && option.Name is ("IWDG_SW" or "WDG_SW" or "IWDG1_SW" or "IWDG2_SW" or "WWDG_SW" or "IWDG_HW" or "WWDG_HW"));

    private static Address? Scratch(Part part) => part.Ram.FirstOrDefault(ram => ram.Executes)?.Range.Start;
}
