using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips;

// The nets around the chip: who pulls NRST, what the supply bears, and what wakes the core from outside.
internal sealed partial class Stm32Chip
{
    /// <summary>NRST low resets the chip: the pin is not a GPIO.</summary>
    private bool PinResets => flash.ResetPin != ResetPinMode.Gpio;

    private void Wake()
    {
        if (clock >= nextWake)
        {
            nextWake = clock + options.WakePulseNanoseconds!.Value;
            ForCores(each => each.SignalEvent());
        }
    }

    private void BreakDown()
    {
        if (clock >= supply.BreaksDownAt)
        {
            supply.Recover();
            flash.PowerReset(clock);
            PowerReset(ResetSource.BrownOut, clock);
        }
    }

    /// <summary>
    /// An internal reset goes out through the pin and comes in again: one that somebody keeps high does not happen. Where the pin is an input
    /// alone, or a GPIO, it is not asked.
    /// </summary>
    private bool ComesThrough(ResetSource source, long now)
    {
        if (source is ResetSource.Pin || flash.ResetPin != ResetPinMode.Bidirectional)
        {
            return true;
        }

        net.ChipPulls(now, now + ResetPulse);
        return net.IsLow(now) || source is ResetSource.PowerOn or ResetSource.BrownOut;
    }

    private void LetGo(long now)
    {
        if (held && now >= pulseEnd && !(PinResets && net.IsLow(now)))
        {
            LookAtBoot0();
            (held, bus.InReset) = (false, false);
            core.HoldInReset(!flash.FirstCoreBoots, now);
            second?.HoldInReset(!flash.SecondCoreBoots, now);
        }
    }
}
