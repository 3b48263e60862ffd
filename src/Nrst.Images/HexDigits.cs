using System.Buffers;

namespace Nrst.Images;

/// <summary>Pairs of hexadecimal digits, as Intel HEX and S-records write their bytes.</summary>
internal static class HexDigits
{
    /// <summary>The index of the first character that is no hexadecimal digit; -1 if there is none.</summary>
    public static int FirstBad(ReadOnlySpan<byte> digits) => digits.IndexOfAnyExcept(Digits);

    /// <summary>Digits must have passed <see cref="FirstBad"/>, and be twice as many as the bytes.</summary>
    public static void Decode(ReadOnlySpan<byte> digits, Span<byte> into)
    {
        for (var i = 0; i < into.Length; i++)
        {
            into[i] = (byte)(Value(digits[2 * i]) << 4 | Value(digits[2 * i + 1]));
        }
    }

    private static readonly SearchValues<byte> Digits = SearchValues.Create("0123456789ABCDEFabcdef"u8);

    private static int Value(byte digit) => digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
}
