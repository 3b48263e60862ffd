using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips;

/// <summary>The core that the device data names.</summary>
internal static class CoreFactory
{
    public static CortexM4 Make(string core, IBus bus, ICoreSignals signals, int interruptLines) =>
        core.StartsWith("Cortex-M", StringComparison.Ordinal)
            ? new CortexM4(bus, signals) { InterruptLines = interruptLines }
            : throw new NotSupportedException($"The bench has no {core}.");

    /// <summary>The core sees each bit of the first megabyte of SRAM and peripherals as a word.</summary>
    public static bool HasBitBand(string core) =>
        core is "Cortex-M3" or "Cortex-M4" or "Cortex-M4F";
}
