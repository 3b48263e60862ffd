using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>Reads a register of the debug port or of an access port. From V2J24 and on every V3.</summary>
/// <remarks><code>
/// request   F2 45 | access port 16, FFFF = debug port | register's byte address 16 |
/// answer    status | 0 | 2 spare | value 32     8 bytes
/// </code></remarks>
internal readonly record struct ReadDapRegister(DapRegister Register) : IStLinkCommand<Reply>
{
    internal const ushort DebugPort = 0xFFFF;

    public int AnswerLength => 8;

    public void Encode(Span<byte> packet)
    {
        (packet[0], packet[1]) = (0xF2, 0x45);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[2..], Register.Ap ?? DebugPort);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[4..], Register.Address);
    }

    public Reply Decode(ReadOnlySpan<byte> answer) =>
        new((StLinkStatus)answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]));
}

/// <summary>Writes a register of the debug port or of an access port. From V2J24 and on every V3.</summary>
/// <remarks><code>
/// request   F2 46 | access port 16, FFFF = debug port | register's byte address 16 | value 32 |
/// answer    status | 0     2 bytes
/// </code>The answer comes before an access-port write has completed.</remarks>
internal readonly record struct WriteDapRegister(DapRegister Register, uint Value) : IStLinkCommand<Reply>
{
    public int AnswerLength => 2;

    public void Encode(Span<byte> packet)
    {
        (packet[0], packet[1]) = (0xF2, 0x46);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[2..], Register.Ap ?? ReadDapRegister.DebugPort);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[4..], Register.Address);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[6..], Value);
    }

    public Reply Decode(ReadOnlySpan<byte> answer) => new((StLinkStatus)answer[0]);
}
