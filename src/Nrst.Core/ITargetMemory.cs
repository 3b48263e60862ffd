namespace Nrst;

/// <summary>The width in which bytes reach the target's bus. Flash controllers and peripherals care.</summary>
public enum AccessSize
{
    Byte = 1,
    HalfWord = 2,
    Word = 4,
}

/// <summary>Memory as the core sees it. Flash drivers stand on this and on nothing lower.</summary>
/// <remarks>
/// With <see cref="AccessSize.Word"/> the aligned part of a transfer reaches the bus as 32-bit accesses and only a ragged head
/// or tail as bytes; the narrower sizes reach it in exactly that width and require that alignment. Nothing is cached: when a
/// call returns, the accesses have happened. A bus fault is a <see cref="TargetMemoryException"/> with the faulting address.
/// </remarks>
public interface ITargetMemory
{
    uint Read32(Address address);
    void Write32(Address address, uint value);
    void Read(Address address, Span<byte> into);
    void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word);
}

/// <summary>Memory whose writes can be sent off without waiting to hear how they went. For whoever finds that out by other means.</summary>
public interface IWriteAhead
{
    /// <summary>Whole, aligned words. What becomes of them is not known when this returns.</summary>
    void WriteAhead(Address address, ReadOnlySpan<byte> words);

    /// <summary>Asks how the last of them went. False: it was not carried out and may be sent again; a fault is a <see cref="TargetMemoryException"/>.</summary>
    bool Settle();
}

/// <summary>One aligned 32-bit access; a read where <paramref name="Written"/> is null.</summary>
public readonly record struct WordAccess(Address Address, uint? Written)
{
    public static WordAccess Read(Address address) => new(address, null);
    public static WordAccess Write(Address address, uint value) => new(address, value);
}

/// <summary>A list of 32-bit accesses, run in order, in as few exchanges as the probe can.</summary>
/// <remarks>Stops at the first fault and names it. Every read finds its place in <c>reads</c>, in order.</remarks>
public interface IWordBatch
{
    /// <summary>Reads that cost no more together than two apart.</summary>
    int MostReads => 60;

    void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads);
}

/// <summary>The registers of a debug port. A probe that offers this gets its memory from <c>MemAp</c>.</summary>
public interface IDapPort
{
    /// <summary>
    /// Runs the transfers in order; stops at the first fault and names it. Every read finds its place in
    /// <paramref name="reads"/>, in order. WAIT is the probe's business, selecting AP and bank too.
    /// </summary>
    void Run(ReadOnlySpan<DapTransfer> transfers, Span<uint> reads);
}

/// <summary>One transfer; a read where <paramref name="Written"/> is null.</summary>
public readonly record struct DapTransfer(DapRegister Register, uint? Written)
{
    public static DapTransfer Read(DapRegister register) => new(register, null);
    public static DapTransfer Write(DapRegister register, uint value) => new(register, value);
}

/// <summary>A register of the debug port (<paramref name="Ap"/> null) or of an access port, by its byte address.</summary>
public readonly record struct DapRegister(byte? Ap, byte Address);
