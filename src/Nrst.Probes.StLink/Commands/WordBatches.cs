using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>Hands over a list of word accesses. From V2J32 and V3J2.</summary>
/// <remarks><code>
/// request   F2 51 | items 32 |
/// then      items × 1 byte: 1 address, 2 write, 3 read, 5 access port; zeros up to a multiple of 4; items × word 32
/// </code></remarks>
internal readonly record struct StartWordBatch(int Items) : IStLinkRequest
{
    public void Encode(Span<byte> packet)
    {
        (packet[0], packet[1]) = (0xF2, 0x51);
        BinaryPrimitives.WriteInt32LittleEndian(packet[2..], Items);
    }

    public static int DataLength(int items) => (items + 3) / 4 * 4 + items * 4;
}

/// <summary>Runs the list and brings its results. From V2J32 and V3J2.</summary>
/// <remarks><code>
/// request   F2 52
/// answer    items × result 32 | items × status 32
/// </code></remarks>
internal readonly record struct FinishWordBatch : IStLinkRequest
{
    public void Encode(Span<byte> packet) => (packet[0], packet[1]) = (0xF2, 0x52);

    public static int AnswerLength(int items) => items * 8;
}

/// <summary>One step of a batch, as the byte on the wire.</summary>
internal enum BatchItem : byte
{
    SetAddress = 1,
    Write = 2,
    Read = 3,
    SelectAp = 5,
}
