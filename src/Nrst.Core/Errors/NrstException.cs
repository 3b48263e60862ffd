namespace Nrst;

/// <summary>One thing the user can do about an error, and the command that does it.</summary>
public sealed record Remedy(string Advice, string? Command = null);

/// <summary>A failure we can name. The message is one sentence of fact; the advice lives beside it.</summary>
public abstract class NrstException(string code, string fact, Exception? inner = null) : Exception(fact, inner)
{
    /// <summary>Stable and searchable: <c>NRST2104</c> has a page of its own in the documentation.</summary>
    public string Code { get; } = code;

    /// <summary>Why it probably happened; null where nothing better than the fact is known.</summary>
    public string? LikelyCause { get; init; }

    /// <summary>What was measured that points at the cause: register values, voltages, addresses.</summary>
    public IReadOnlyList<string> Evidence { get => _evidence; init => _evidence = value; }

    public IReadOnlyList<Remedy> Remedies { get; init; } = [];

    private IReadOnlyList<string> _evidence = [];

    /// <summary>Adds what only a caller further up can know: how far the job had come.</summary>
    public void AddEvidence(string seen) => _evidence = [.. _evidence, seen];
}

/// <summary>The command or the call was wrong, or could mean several things; nothing was touched. NRST0xxx, NRST1003.</summary>
public sealed class UsageException(string code, string fact) : NrstException(code, fact);

/// <summary>The wire to the probe, not the chip. NRST1xxx.</summary>
public sealed class ProbeException(string code, string fact, Exception? inner = null) : NrstException(code, fact, inner)
{
    /// <summary>Request and answer may be out of step: nothing read after this can be trusted.</summary>
    public bool LostSync { get; init; }

    /// <summary>The transfer did not fail, it never ended.</summary>
    public bool TimedOut { get; init; }

    /// <summary>What the bus says of the transfer that failed, where it was a transfer.</summary>
    public TransferFailure Failure { get; init; }
}

/// <summary>How a USB transfer can end badly, beside never ending.</summary>
public enum TransferFailure
{
    /// <summary>Nothing more is known than that it failed.</summary>
    Unknown,

    /// <summary>The device refused: the endpoint is halted.</summary>
    Stalled,

    /// <summary>The device is no longer there.</summary>
    Gone,

    /// <summary>The device sent more than was asked for.</summary>
    Overflow,
}

/// <summary>The flash did not do what it was told. NRST2xxx.</summary>
public sealed class FlashException(string code, AddressRange where, string fact, Exception? inner = null)
    : NrstException(code, fact, inner)
{
    public AddressRange Where { get; } = where;
}

/// <summary>The chip refuses, because it is protected or because we would destroy something unasked. NRST6xxx.</summary>
public sealed class RefusedException(string code, string fact) : NrstException(code, fact);

/// <summary>The chip cannot be reached, or is not what it should be. NRST3xxx.</summary>
public class TargetException(string code, string fact, Exception? inner = null) : NrstException(code, fact, inner);

/// <summary>One memory access faulted.</summary>
public sealed class TargetMemoryException(string code, Address? address, string fact, Exception? inner = null)
    : TargetException(code, fact, inner)
{
    /// <summary>The first address that faulted, where the probe knows it.</summary>
    public Address? Address { get; } = address;
}

/// <summary>The file is not what it should be. NRST4xxx.</summary>
public sealed class ImageException(string code, string fact, Exception? inner = null) : NrstException(code, fact, inner)
{
    public string? File { get; init; }
}

/// <summary>What the chip holds is not what it should hold. NRST5xxx.</summary>
public sealed class ProofException(string code, Address? first, string fact) : NrstException(code, fact)
{
    /// <summary>The first byte that differs, where it is known.</summary>
    public Address? First { get; } = first;

    /// <summary>All that differs, and what kind of difference it is; null where bytes were not compared.</summary>
    public Mismatch? Mismatch { get; init; }
}

/// <summary>It took longer than it can, or somebody stopped it. NRST9xxx.</summary>
public sealed class StoppedException(string code, string fact, Exception? inner = null) : NrstException(code, fact, inner);
