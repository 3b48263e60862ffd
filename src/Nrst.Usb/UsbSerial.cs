using System.Globalization;
using System.Text;

namespace Nrst.Usb;

/// <summary>Serial numbers out of USB string descriptors.</summary>
public static class UsbSerial
{
    /// <summary>
    /// Reads a whole string descriptor. Old ST-LINK/V2 firmware puts twelve raw bytes where twenty-four digits belong; those
    /// come out as the digits that every later firmware would have sent.
    /// </summary>
    /// <remarks><code>
    /// 32 03 | 24 characters, UTF-16              the good form
    /// 1A 03 | 12 units: one raw byte, then 00    the raw form
    /// </code></remarks>
    public static string Decode(ReadOnlySpan<byte> descriptor)
    {
        if (descriptor.Length < 2 || descriptor[0] < 2 || descriptor[1] != 3)
        {
            return "";
        }

        var text = descriptor[2..Math.Min(descriptor[0], descriptor.Length)];
        if (text.Length == 24 && !IsReadable(text))
        {
            var digits = new StringBuilder(24);
            for (var i = 0; i < text.Length; i += 2)
            {
                digits.Append(text[i].ToString("X2", CultureInfo.InvariantCulture));
            }

            return digits.ToString();
        }

        return Encoding.Unicode.GetString(text[..(text.Length & ~1)]).TrimEnd('\0');
    }

    /// <summary>The same for a serial number that a kernel has already turned into text.</summary>
    public static string FromKernel(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length == 12 && text.All(letter => letter < 0x100) && !text.All(char.IsAsciiHexDigit)
            ? string.Concat(text.Select(letter => ((int)letter).ToString("X2", CultureInfo.InvariantCulture)))
            : text;
    }

    private static bool IsReadable(ReadOnlySpan<byte> text)
    {
        for (var i = 0; i < text.Length; i += 2)
        {
            if (text[i + 1] != 0 || !char.IsAsciiHexDigit((char)text[i]))
            {
                return false;
            }
        }

        return true;
    }
}
