namespace Nrst;

/// <summary>Packets to a probe and back. Real USB behind it, or a simulated probe, or a recording.</summary>
/// <remarks>
/// One call is one USB transfer. <see cref="Receive"/> returns the bytes that came, fewer than asked for when the probe ended
/// the transfer early. A transfer that fails or times out is a <see cref="ProbeException"/> with <c>LostSync</c> set.
/// </remarks>
public interface IBulkPipe : IDisposable
{
    void Send(ReadOnlySpan<byte> packet);
    int Receive(Span<byte> into);

    /// <summary>What can be done when the conversation is found out of step; null where every pipe begins afresh.</summary>
    IPipeRecovery? Recovery => null;
}

/// <summary>The ways to get a device that was left in the middle of a conversation to begin a new one.</summary>
public interface IPipeRecovery
{
    /// <summary>Sends, but waits no longer than <paramref name="limit"/>. False: the device did not take it.</summary>
    bool Offer(ReadOnlySpan<byte> packet, TimeSpan limit);

    /// <summary>Waits no longer than <paramref name="limit"/> for a transfer. Null: the device had nothing to say.</summary>
    int? Listen(Span<byte> into, TimeSpan limit);

    /// <summary>Takes both endpoints out of a stall.</summary>
    void ClearHalts();

    /// <summary>Resets the whole device, other functions of it included: the last resort.</summary>
    void Reset();
}

/// <summary>The target's NRST pin, as far as the probe can pull it. High means released, not driven.</summary>
public interface IResetLine
{
    void Assert();
    void Release();
}

/// <summary>Who a probe says it is.</summary>
/// <param name="Kind">The product, as its maker writes it: <c>ST-LINK/V2-1</c>.</param>
/// <param name="Serial">24 hexadecimal digits on an ST-LINK.</param>
/// <param name="Firmware">As the maker writes it: <c>V2J45M31</c>.</param>
public sealed record ProbeIdentity(string Kind, string Serial, string Firmware, ushort VendorId, ushort ProductId);

/// <summary>An open probe. What it cannot do is null.</summary>
public interface IDebugProbe : IDisposable
{
    ProbeIdentity Identity { get; }
    IClock Clock { get; }

    /// <summary>Volts on the target's supply pin as the probe measures them; null where it cannot.</summary>
    double? ReadTargetVolts();

    /// <summary>Chooses the highest SWD clock not above the wish, and returns it in kHz.</summary>
    int SetSpeed(int kilohertz);

    /// <summary>Switches the wire to SWD and powers the debug port up. Never resets the target.</summary>
    /// <param name="underReset">Hold NRST low while doing it, and leave it low.</param>
    void Attach(bool underReset = false);

    /// <summary>Lets go of the wire. The target keeps whatever state it is in.</summary>
    void Detach();

    /// <summary>
    /// From here on <see cref="Memory"/> and <see cref="Words"/> go through this access port; attaching starts with 0. A chip without it is
    /// a <see cref="TargetException"/>, a probe that knows only the first one a <see cref="ProbeException"/>.
    /// </summary>
    void UseAccessPort(byte index);

    ITargetMemory Memory { get; }
    IWordBatch Words { get; }
    IDapPort? Dap { get; }
    IResetLine Reset { get; }

    /// <summary>Commands sent so far, each with its data and answer counted as one.</summary>
    long Exchanges { get; }
}
