using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>Chooses the SWD clock of an ST-LINK/V2 by its divisor. From V2J22; not on V3.</summary>
/// <remarks><code>
/// request   F2 43 | divisor 16 |
/// answer    status | 0     2 bytes
/// </code></remarks>
internal readonly record struct SetSwdDivisor(ushort Divisor) : IStLinkCommand<Reply>
{
    public int AnswerLength => 2;

    public void Encode(Span<byte> packet)
    {
        (packet[0], packet[1]) = (0xF2, 0x43);
        BinaryPrimitives.WriteUInt16LittleEndian(packet[2..], Divisor);
    }

    public Reply Decode(ReadOnlySpan<byte> answer) => new((StLinkStatus)answer[0]);
}

/// <summary>Chooses the SWD clock of an STLINK-V3 in kHz; it answers the one it took.</summary>
/// <remarks><code>
/// request   F2 61 | 0 = SWD | 00 | kHz 32 |
/// answer    status | 0 | 2 spare | actual kHz 32     8 bytes
/// </code></remarks>
internal readonly record struct SetSwdFrequency(uint Kilohertz) : IStLinkCommand<Reply>
{
    public int AnswerLength => 8;

    public void Encode(Span<byte> packet)
    {
        (packet[0], packet[1]) = (0xF2, 0x61);
        BinaryPrimitives.WriteUInt32LittleEndian(packet[4..], Kilohertz);
    }

    public Reply Decode(ReadOnlySpan<byte> answer) =>
        new((StLinkStatus)answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]));
}

/// <summary>Asks an STLINK-V3 which SWD clocks it offers.</summary>
/// <remarks><code>
/// request   F2 62 | 0 = SWD |
/// answer    status | 0 | 2 spare | current kHz 32 | count 32 | 10 × kHz 32     52 bytes
/// </code></remarks>
internal readonly record struct GetSwdFrequencies : IStLinkCommand<FrequencyList>
{
    private const int Most = 10;

    public int AnswerLength => 52;

    public void Encode(Span<byte> packet) => (packet[0], packet[1]) = (0xF2, 0x62);

    public FrequencyList Decode(ReadOnlySpan<byte> answer)
    {
        var offered = new List<uint>();
        var count = Math.Min(Most, BinaryPrimitives.ReadUInt32LittleEndian(answer[8..]));
        for (var i = 0; i < count; i++)
        {
            if (BinaryPrimitives.ReadUInt32LittleEndian(answer[(12 + 4 * i)..]) is var kilohertz and not 0)
            {
                offered.Add(kilohertz);
            }
        }

        return new FrequencyList((StLinkStatus)answer[0], BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]), offered);
    }
}

/// <param name="Offered">In kHz, in the probe's order.</param>
internal readonly record struct FrequencyList(StLinkStatus Status, uint Current, IReadOnlyList<uint> Offered) : IStLinkAnswer;
