namespace Nrst.VirtualBench.Cortex;

/// <summary>An instruction that cannot complete: abandons it and becomes an exception of the simulated core. Never leaves the core.</summary>
internal sealed class CoreFaultException(int exception, uint status) : Exception
{
    /// <summary>Exception number.</summary>
    public int Number => exception;

    /// <summary>Bits for CFSR.</summary>
    public uint Status => status;

    /// <summary>Address for BFAR or MMFAR.</summary>
    public uint? Address { get; init; }

    public string? Text { get; init; }
}
