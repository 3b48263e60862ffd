namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>How a program on the chip writes into the main flash, as the manual tells it.</summary>
/// <param name="Before">Register writes that open the controller, by offset.</param>
/// <param name="Stores">Stores that make one programming access.</param>
/// <param name="StoreBytes">Width of each.</param>
internal sealed record SelfProgramming(IReadOnlyList<(uint Offset, uint Value)> Before, int Stores, int StoreBytes)
{
    /// <summary>Two keys, then the control register.</summary>
    public static SelfProgramming Keyed(uint keyRegister, uint controlRegister, uint control, int stores, int bytes = 4) =>
        new([(keyRegister, 0x4567_0123), (keyRegister, 0xCDEF_89AB), (controlRegister, control)], stores, bytes);
}
