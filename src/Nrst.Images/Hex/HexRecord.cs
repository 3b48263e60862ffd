using System.Buffers.Binary;

namespace Nrst.Images.Hex;

/// <summary>
/// <code>
/// : LL AAAA TT DD…DD CC     LL bytes of data, AAAA offset, TT type, CC two's complement of the sum of all before it
/// </code>
/// </summary>
internal readonly ref struct HexRecord(HexType type, ushort offset, ReadOnlySpan<byte> data)
{
    /// <summary>LL, AAAA, TT, 255 data bytes, CC.</summary>
    public const int MaxBytes = 1 + 2 + 1 + 255 + 1;

    private const int MinDigits = 10;

    public HexType Type { get; } = type;
    public ushort Offset { get; } = offset;
    public ReadOnlySpan<byte> Data { get; } = data;

    /// <param name="buffer">At least <see cref="MaxBytes"/>; the record's data lies in it afterwards.</param>
    public static HexFault Decode(ReadOnlySpan<byte> line, Span<byte> buffer, out HexRecord record)
    {
        record = default;
        if (line[0] != ':')
        {
            return new(HexFlaw.NoColon, line[0]);
        }

        var digits = line[1..];
        if (HexDigits.FirstBad(digits) is >= 0 and var bad)
        {
            return new(HexFlaw.BadDigit, digits[bad], Column: bad + 2);
        }

        if (digits.Length < MinDigits)
        {
            return new(HexFlaw.TooShort, digits.Length, MinDigits);
        }

        HexDigits.Decode(digits, buffer[..1]);
        var expected = MinDigits + 2 * buffer[0];
        if (digits.Length != expected)
        {
            return new(HexFlaw.Length, digits.Length, expected);
        }

        var bytes = buffer[..(expected / 2)];
        HexDigits.Decode(digits, bytes);
        if (Checksum(bytes[..^1]) is var sum && sum != bytes[^1])
        {
            return new(HexFlaw.Checksum, bytes[^1], sum);
        }

        record = new HexRecord((HexType)bytes[3], BinaryPrimitives.ReadUInt16BigEndian(bytes[1..]), bytes[4..^1]);
        return CheckType(record);
    }

    /// <summary>Added to the sum of the bytes before it, it makes zero.</summary>
    public static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var value in bytes)
        {
            sum += value;
        }

        return (byte)-sum;
    }

    private static HexFault CheckType(HexRecord record)
    {
        int? length = record.Type switch
        {
            HexType.Data => record.Data.Length,
            HexType.EndOfFile => 0,
            HexType.ExtendedSegmentAddress or HexType.ExtendedLinearAddress => 2,
            HexType.StartSegmentAddress or HexType.StartLinearAddress => 4,
            _ => null,
        };
        return length is not { } expected ? new(HexFlaw.UnknownType, (byte)record.Type)
            : expected != record.Data.Length ? new(HexFlaw.TypeLength, record.Data.Length, expected)
            : default;
    }
}

/// <summary>The record types, as the format's specification names them.</summary>
internal enum HexType : byte
{
    Data = 0,
    EndOfFile = 1,
    ExtendedSegmentAddress = 2,
    StartSegmentAddress = 3,
    ExtendedLinearAddress = 4,
    StartLinearAddress = 5,
}
