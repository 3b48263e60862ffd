namespace Nrst.Probes.StLink;

/// <summary>Switches the wire to SWD, reads the debug port's identity and powers it up.</summary>
/// <remarks><code>
/// request   F2 30 A3 00
/// answer    status | 0     2 bytes
/// </code></remarks>
internal readonly record struct EnterSwd : IStLinkCommand<Reply>
{
    public int AnswerLength => 2;

    public void Encode(Span<byte> packet) => (packet[0], packet[1], packet[2]) = (0xF2, 0x30, 0xA3);

    public Reply Decode(ReadOnlySpan<byte> answer) => new((StLinkStatus)answer[0]);
}

/// <summary>Lets go of the wire and closes all access ports.</summary>
/// <remarks><code>request   F2 21     no answer</code></remarks>
internal readonly record struct ExitDebug : IStLinkCommand<Silence>
{
    public int AnswerLength => 0;

    public void Encode(Span<byte> packet) => (packet[0], packet[1]) = (0xF2, 0x21);

    public Silence Decode(ReadOnlySpan<byte> answer) => default;
}

/// <summary>Pulls NRST low or lets it go, in any mode.</summary>
/// <remarks><code>
/// request   F2 3C | level: 0 low, 1 released |
/// answer    status | 0     2 bytes
/// </code></remarks>
internal readonly record struct DriveNrst(bool Low) : IStLinkCommand<Reply>
{
    public int AnswerLength => 2;

    public void Encode(Span<byte> packet) => (packet[0], packet[1], packet[2]) = (0xF2, 0x3C, Low ? (byte)0 : (byte)1);

    public Reply Decode(ReadOnlySpan<byte> answer) => new((StLinkStatus)answer[0]);
}

/// <summary>Opens an access port. From V2J28 and on every V3; without it newer firmware refuses the port's registers.</summary>
/// <remarks><code>
/// request   F2 4B | access port | 00 |
/// answer    status | 0     2 bytes
/// </code></remarks>
internal readonly record struct InitAccessPort(byte Ap) : IStLinkCommand<Reply>
{
    public int AnswerLength => 2;

    public void Encode(Span<byte> packet) => (packet[0], packet[1], packet[2]) = (0xF2, 0x4B, Ap);

    public Reply Decode(ReadOnlySpan<byte> answer) => new((StLinkStatus)answer[0]);
}
