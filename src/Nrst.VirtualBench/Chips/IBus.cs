namespace Nrst.VirtualBench.Chips;

internal enum BusStatus : byte
{
    Ok,

    /// <summary>Nobody answers there, or the answerer refuses: a bus fault for the core, a FAULT for the debugger.</summary>
    Error,
}

internal enum BusMaster : byte
{
    CoreFetch,
    CoreData,
    Dma,
    Debugger,

    /// <summary>A debugger whose CSW asks for secure accesses.</summary>
    SecureDebugger,
}

internal static class BusMasters
{
    public static bool IsDebugger(this BusMaster master) => master >= BusMaster.Debugger;
}

/// <summary>The chip's memory map as a bus master sees it, without the private peripheral bus (0xE000_0000..0xE00F_FFFF).</summary>
/// <remarks>
/// Accesses are naturally aligned and 1, 2 or 4 bytes wide; whoever issues them splits the rest. <c>now</c> is the time of the
/// access in nanoseconds; a slave that stalls the bus (a busy flash) moves it forward.
/// </remarks>
internal interface IBus
{
    BusStatus Read(uint address, int bytes, out uint value, BusMaster master, ref long now);
    BusStatus Write(uint address, int bytes, uint value, BusMaster master, ref long now);
}
