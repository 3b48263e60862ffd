namespace Nrst.Images.SRec;

/// <summary>
/// <code>
/// S T LL A…A DD…DD CC     T type, LL bytes to follow, A 2 to 4 bytes by type, CC complement of the sum of all from LL on
/// </code>
/// </summary>
internal readonly ref struct SRecord(int type, uint address, ReadOnlySpan<byte> data)
{
    /// <summary>LL, and 255 bytes after it.</summary>
    public const int MaxBytes = 1 + 255;

    /// <summary>0 to 9, as in S0 to S9.</summary>
    public int Type { get; } = type;

    /// <summary>Of S5 and S6: the number of data records. Of S7 to S9: where execution starts.</summary>
    public uint Address { get; } = address;
    public ReadOnlySpan<byte> Data { get; } = data;

    public bool IsData => Type is 1 or 2 or 3;
    public bool IsCount => Type is 5 or 6;
    public bool IsEnd => Type is 7 or 8 or 9;

    /// <param name="buffer">At least <see cref="MaxBytes"/>; the record's data lies in it afterwards.</param>
    public static SRecordFault Decode(ReadOnlySpan<byte> line, Span<byte> buffer, out SRecord record)
    {
        record = default;
        if (line.Length < 2 || line[0] != 'S' || !char.IsAsciiDigit((char)line[1]))
        {
            return new(SRecordFlaw.NoS, line[0]);
        }

        var type = line[1] - '0';
        if (AddressBytes(type) is not { } addressBytes)
        {
            return new(SRecordFlaw.Reserved);
        }

        var digits = line[2..];
        if (HexDigits.FirstBad(digits) is >= 0 and var bad)
        {
            return new(SRecordFlaw.BadDigit, digits[bad], Column: bad + 3);
        }

        var least = 2 * (1 + addressBytes + 1);
        if (digits.Length < least)
        {
            return new(SRecordFlaw.TooShort, digits.Length, least);
        }

        HexDigits.Decode(digits, buffer[..1]);
        var expected = 2 * (1 + buffer[0]);
        if (digits.Length != expected)
        {
            return new(SRecordFlaw.Length, digits.Length, expected);
        }

        var bytes = buffer[..(1 + buffer[0])];
        HexDigits.Decode(digits, bytes);
        if (Checksum(bytes[..^1]) is var sum && sum != bytes[^1])
        {
            return new(SRecordFlaw.Checksum, bytes[^1], sum);
        }

        var data = bytes[(1 + addressBytes)..^1];
        if (type >= 5 && !data.IsEmpty)
        {
            return new(SRecordFlaw.NoData, data.Length);
        }

        record = new SRecord(type, BigEndian(bytes[1..(1 + addressBytes)]), data);
        return default;
    }

    /// <summary>Ones' complement of the sum.</summary>
    public static byte Checksum(ReadOnlySpan<byte> bytes)
    {
        byte sum = 0;
        foreach (var value in bytes)
        {
            sum += value;
        }

        return (byte)~sum;
    }

    private static int? AddressBytes(int type) => type switch
    {
        0 or 1 or 5 or 9 => 2,
        2 or 6 or 8 => 3,
        3 or 7 => 4,
        _ => null,
    };

    private static uint BigEndian(ReadOnlySpan<byte> bytes)
    {
        uint value = 0;
        foreach (var b in bytes)
        {
            value = value << 8 | b;
        }

        return value;
    }
}
