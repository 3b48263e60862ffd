using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>Reads a block in one width. The answer is the bytes alone; how it went must be asked afterwards.</summary>
/// <remarks><code>
/// request   F2 | 07 words, 0C bytes, 47 half-words | address 32 | length 16 | access port |
/// answer    the bytes; two of them where one was asked for
/// </code>Half-words from V2J26.</remarks>
internal readonly record struct ReadMemory(AccessSize Size, Address Address, ushort Length, byte Ap = 0) : IStLinkRequest
{
    public void Encode(Span<byte> packet)
    {
        var sub = Size switch { AccessSize.Word => 0x07, AccessSize.HalfWord => 0x47, _ => 0x0C };
        MemoryRequest.Encode(packet, (byte)sub, Address, Length, Ap);
    }
}

/// <summary>Writes a block in one width. The probe answers nothing; how it went must be asked afterwards.</summary>
/// <remarks><code>
/// request   F2 | 08 words, 0D bytes, 48 half-words | address 32 | length 16 | access port |
/// then      the bytes
/// </code>Half-words from V2J26.</remarks>
internal readonly record struct WriteMemory(AccessSize Size, Address Address, ushort Length, byte Ap = 0) : IStLinkRequest
{
    public void Encode(Span<byte> packet)
    {
        var sub = Size switch { AccessSize.Word => 0x08, AccessSize.HalfWord => 0x48, _ => 0x0D };
        MemoryRequest.Encode(packet, (byte)sub, Address, Length, Ap);
    }
}

file static class MemoryRequest
{
    public static void Encode(Span<byte> packet, byte sub, Address address, ushort length, byte ap)
    {
        (packet[0], packet[1], packet[8]) = (0xF2, sub, ap);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[2..], address.Value);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[6..], length);
    }
}

/// <summary>Asks how the last block access went. From V2J15.</summary>
/// <remarks><code>
/// request   F2 3E
/// answer    status | 0 | 2 spare | first address that faulted 32 | 4 spare     12 bytes
/// </code></remarks>
internal readonly record struct GetLastStatus : IStLinkCommand<Reply>
{
    public int AnswerLength => 12;

    public void Encode(Span<byte> packet) => (packet[0], packet[1]) = (0xF2, 0x3E);

    public Reply Decode(ReadOnlySpan<byte> answer) =>
        new((StLinkStatus)answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]));
}
