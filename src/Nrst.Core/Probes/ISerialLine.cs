namespace Nrst;

/// <summary>What a byte on a serial line has behind its eight data bits.</summary>
public enum SerialParity
{
    None,
    Even,
}

/// <summary>An open serial port, real or simulated, and the line at the end of it.</summary>
/// <remarks>Every failure is a <see cref="ProbeException"/>. Silence is none: <see cref="Receive"/> then returns 0.</remarks>
public interface ISerialLine : IDisposable
{
    /// <summary>Eight data bits, one stop bit. Bytes under way are not waited for.</summary>
    /// <param name="baud">Bits a second.</param>
    void Configure(int baud, SerialParity parity);

    /// <summary>Hands the bytes over to be sent, one after the other. Need not wait until they are out.</summary>
    void Send(ReadOnlySpan<byte> bytes);

    /// <summary>Waits until at least one byte is there, but no longer than <paramref name="limit"/>.</summary>
    /// <returns>How many came; 0 for silence.</returns>
    int Receive(Span<byte> into, TimeSpan limit);

    /// <summary>Forgets what came and was not read.</summary>
    void DropInput();

    /// <summary>Asserts (low at a TTL adapter's pin) or releases the two control lines; null leaves one as it is.</summary>
    void SetLines(bool? dtr, bool? rts);
}
