namespace Nrst.Images;

/// <summary>The lines of a text, blanks trimmed, empty ones skipped but counted. LF, CR LF and CR each end a line.</summary>
internal ref struct TextLines
{
    private ReadOnlySpan<byte> _rest;
    private int _number;

    public TextLines(ReadOnlySpan<byte> text) => _rest = WithoutByteOrderMark(text);

    /// <summary>The line in hand, counted from 1; after the last line, the last line.</summary>
    public readonly int Number => _number;

    public static ReadOnlySpan<byte> WithoutByteOrderMark(ReadOnlySpan<byte> text) =>
        text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    public bool Next(out ReadOnlySpan<byte> line)
    {
        while (!_rest.IsEmpty)
        {
            _number++;
            var end = _rest.IndexOfAny((byte)'\n', (byte)'\r');
            line = (end < 0 ? _rest : _rest[..end]).Trim(" \t"u8);
            _rest = end < 0 ? [] : _rest[(end + (_rest[end..].StartsWith("\r\n"u8) ? 2 : 1))..];
            if (!line.IsEmpty)
            {
                return true;
            }
        }

        line = [];
        return false;
    }
}
