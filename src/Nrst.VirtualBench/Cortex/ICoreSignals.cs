namespace Nrst.VirtualBench.Cortex;

/// <summary>The wires that leave a core: what it asks of the chip around it.</summary>
internal interface ICoreSignals
{
    /// <summary>AIRCR.SYSRESETREQ was written. The chip resets itself, and calls the core's own reset.</summary>
    void SystemResetRequested(long now);
}
