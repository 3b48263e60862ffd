using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>The version word every ST-LINK answers.</summary>
/// <remarks><code>
/// request   F1
/// answer    version, big-endian 16 | vendor 16 | product 16     6 bytes
/// </code></remarks>
internal readonly record struct GetVersion : IStLinkCommand<VersionWord>
{
    public int AnswerLength => 6;

    public void Encode(Span<byte> packet) => packet[0] = 0xF1;

    public VersionWord Decode(ReadOnlySpan<byte> answer) => new(
        BinaryPrimitives.ReadUInt16BigEndian(answer),
        BinaryPrimitives.ReadUInt16LittleEndian(answer[2..]),
        BinaryPrimitives.ReadUInt16LittleEndian(answer[4..]));
}

internal readonly record struct VersionWord(ushort Version, ushort VendorId, ushort ProductId);

/// <summary>The versions in full; STLINK-V3 and later.</summary>
/// <remarks><code>
/// request   FB
/// answer    V | S | J | M | B | P | 2 spare | vendor 16 | product 16     12 bytes
/// </code></remarks>
internal readonly record struct GetVersionEx : IStLinkCommand<VersionList>
{
    public int AnswerLength => 12;

    public void Encode(Span<byte> packet) => packet[0] = 0xFB;

    public VersionList Decode(ReadOnlySpan<byte> answer) => new(
        answer[0], answer[1], answer[2], answer[3], answer[4], answer[5],
        BinaryPrimitives.ReadUInt16LittleEndian(answer[8..]),
        BinaryPrimitives.ReadUInt16LittleEndian(answer[10..]));
}

internal readonly record struct VersionList(
    byte Hardware, byte Swim, byte Jtag, byte MassStorage, byte Bridge, byte Power, ushort VendorId, ushort ProductId);

/// <summary>What the probe is doing at the moment.</summary>
/// <remarks><code>
/// request   F5
/// answer    mode | spare     2 bytes
/// </code></remarks>
internal readonly record struct GetCurrentMode : IStLinkCommand<StLinkMode>
{
    public int AnswerLength => 2;

    public void Encode(Span<byte> packet) => packet[0] = 0xF5;

    public StLinkMode Decode(ReadOnlySpan<byte> answer) => (StLinkMode)answer[0];
}

internal enum StLinkMode : byte
{
    Dfu = 0,
    MassStorage = 1,
    Debug = 2,
    Swim = 3,
    Bootloader = 4,
}

/// <summary>The target's supply, as two readings of one converter. From V2J13; not in DFU mode.</summary>
/// <remarks><code>
/// request   F7
/// answer    reading of the 1.2 V reference 32 | reading of half the supply 32     8 bytes
/// </code></remarks>
internal readonly record struct GetTargetVoltage : IStLinkCommand<double?>
{
    private const double Reference = 1.2;

    public int AnswerLength => 8;

    public void Encode(Span<byte> packet) => packet[0] = 0xF7;

    public double? Decode(ReadOnlySpan<byte> answer)
    {
        var reference = BinaryPrimitives.ReadUInt32LittleEndian(answer);
        var half = BinaryPrimitives.ReadUInt32LittleEndian(answer[4..]);
        return reference == 0 ? null : 2 * Reference * half / reference;
    }
}

/// <summary>Leaves DFU mode, in which an ST-LINK/V2 wakes up.</summary>
/// <remarks><code>request   F3 07     no answer</code></remarks>
internal readonly record struct ExitDfu : IStLinkCommand<Silence>
{
    public int AnswerLength => 0;

    public void Encode(Span<byte> packet) => (packet[0], packet[1]) = (0xF3, 0x07);

    public Silence Decode(ReadOnlySpan<byte> answer) => default;
}

/// <summary>Leaves SWIM mode.</summary>
/// <remarks><code>request   F4 01     no answer</code></remarks>
internal readonly record struct ExitSwim : IStLinkCommand<Silence>
{
    public int AnswerLength => 0;

    public void Encode(Span<byte> packet) => (packet[0], packet[1]) = (0xF4, 0x01);

    public Silence Decode(ReadOnlySpan<byte> answer) => default;
}
