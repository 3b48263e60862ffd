using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>Reads one aligned word through the debug access port; the core may be running.</summary>
/// <remarks><code>
/// request   F2 36 | address 32 |
/// answer    status | 0 | 2 spare | value 32     8 bytes
/// </code></remarks>
internal readonly record struct ReadDebugRegister(Address Address) : IStLinkCommand<Reply>
{
    public int AnswerLength => 8;

    public void Encode(Span<byte> packet)
    {
        (packet[0], packet[1]) = (0xF2, 0x36);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[2..], Address.Value);
    }

    public Reply Decode(ReadOnlySpan<byte> answer) =>
        new((StLinkStatus)answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]));
}

/// <summary>Writes one aligned word through the debug access port; the core may be running.</summary>
/// <remarks><code>
/// request   F2 35 | address 32 | value 32 |
/// answer    status | 0     2 bytes
/// </code></remarks>
internal readonly record struct WriteDebugRegister(Address Address, uint Value) : IStLinkCommand<Reply>
{
    public int AnswerLength => 2;

    public void Encode(Span<byte> packet)
    {
        (packet[0], packet[1]) = (0xF2, 0x35);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[2..], Address.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[6..], Value);
    }

    public Reply Decode(ReadOnlySpan<byte> answer) => new((StLinkStatus)answer[0]);
}
