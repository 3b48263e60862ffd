using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Nrst.Specs;

/// <summary>
/// What a person sees: a terminal that knows carriage return, line feed, wrapping, cursor up, and erasing to the end of the line and of the
/// screen (ECMA-48: CUU, EL, ED). Anything else that is sent to it is a mistake.
/// </summary>
internal sealed partial class Terminal(int columns, int rows)
{
    private readonly List<StringBuilder> _lines = [new()];
    private int _row, _column;

    /// <summary>All that was ever printed and not erased, the part that has scrolled away included.</summary>
    public IReadOnlyList<string> Lines => [.. _lines.Select(line => line.ToString().TrimEnd())];

    /// <summary>Lines that were longer than the terminal is wide.</summary>
    public int Wrapped { get; private set; }

    /// <summary>The cursor was sent to where the screen has scrolled away from: there it stays on the first line.</summary>
    public int Lost { get; private set; }

    public void Write(string text)
    {
        for (var at = 0; at < text.Length; at++)
        {
            switch (text[at])
            {
                case '\r':
                    _column = 0;
                    break;
                case '\n':
                    Down();
                    break;
                case '\e':
                    var sequence = Sequence().Match(text, at);
                    Assert.True(sequence.Success, $"An escape sequence that is none: {text[at..Math.Min(at + 8, text.Length)].Replace("\e", "ESC", StringComparison.Ordinal)}");
                    Do(sequence.Groups[2].Value, sequence.Groups[1].Value);
                    at += sequence.Length - 1;
                    break;
                case var letter:
                    Put(letter);
                    break;
            }
        }
    }

    private void Do(string what, string parameter)
    {
        switch (what)
        {
            case "A":
                var count = parameter.Length > 0 ? int.Parse(parameter, CultureInfo.InvariantCulture) : 1;
                var top = Math.Max(0, _lines.Count - rows);
                Lost += Math.Max(0, top - (_row - count));
                _row = Math.Max(top, _row - count);
                break;
            case "K":
                Cut();
                break;
            case "m": // colours take no room
                break;
            case "J":
                Cut();
                _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                break;
        }
    }

    private void Put(char letter)
    {
        if (_column == columns)
        {
            Wrapped++;
            _column = 0;
            Down();
        }

        var line = _lines[_row];
        line.Append(' ', Math.Max(0, _column + 1 - line.Length));
        line[_column++] = letter;
    }

    private void Down()
    {
        if (++_row == _lines.Count)
        {
            _lines.Add(new StringBuilder());
        }
    }

    private void Cut() => _lines[_row].Length = Math.Min(_lines[_row].Length, _column);

    [GeneratedRegex(@"\G\e\[([\d;]*)([AKJm])")]
    private static partial Regex Sequence();
}
