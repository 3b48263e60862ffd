namespace Nrst.VirtualBench.Chips;

/// <summary>What the option bytes make of the NRST pin.</summary>
internal enum ResetPinMode
{
    /// <summary>Low resets the chip, and the chip's own resets pull it low.</summary>
    Bidirectional,

    /// <summary>Low resets the chip; the chip does not pull.</summary>
    Input,

    /// <summary>Nothing but a GPIO.</summary>
    Gpio,
}
