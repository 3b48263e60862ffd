namespace Nrst;

/// <summary>The control pipe of an open USB device, real or simulated.</summary>
/// <remarks>
/// Every failure is a <see cref="ProbeException"/>: where the device refuses a request its <c>Failure</c> is <c>Stalled</c>, where there is no
/// device any more <c>Gone</c>, and <c>TimedOut</c> is set where none of this happened within the limit. <c>LostSync</c> is not: requests
/// and answers of a control pipe belong together by themselves.
/// </remarks>
public interface IControlPipe : IDisposable
{
    /// <summary>One control transfer; the direction bit of the request type says which way the data goes.</summary>
    /// <param name="data">Sent, or filled.</param>
    /// <returns>Bytes sent or received.</returns>
    int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit);

    /// <summary>Takes an interface for this program, and chooses one of its alternate settings where that is not 0.</summary>
    void Claim(byte @interface, byte alternate = 0);

    /// <summary>Resets the device as plugging it in would. <c>Gone</c> when it came back as another one; then it must be opened anew.</summary>
    void Reset();
}
