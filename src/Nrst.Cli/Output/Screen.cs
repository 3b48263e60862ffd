using System.Globalization;
using System.Text;

namespace Nrst.Cli.Output;

/// <summary>
/// Where words go: results to stdout, progress and talk to stderr. With <c>--json</c> stdout holds one document and nothing else.
/// </summary>
internal sealed class Screen(TextWriter results, TextWriter talk, bool json, bool colour, bool live, int width)
{
    private const int NarrowestUseful = 40;

    public bool Json => json;

    /// <summary>A person is watching stderr, so a line may be drawn over.</summary>
    public bool Live => live;

    /// <summary>For text: in less, words would be cut to pieces.</summary>
    public int Width => Math.Max(width, NarrowestUseful);

    /// <summary>For what is drawn over and may not wrap.</summary>
    public int Columns => width;

    public static Screen ForProcess(bool json)
    {
        var utf8 = new UTF8Encoding(false);
        var results = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true };
        var talk = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true };
        var terminal = !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        var colour = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        return new Screen(results, talk, json, colour, terminal, terminal ? WindowWidth() : 100);
    }

    /// <summary>Lines there is room for at once.</summary>
    public static int Height
    {
        get
        {
            try
            {
                return Console.WindowHeight is > 0 and var rows ? rows : 24;
            }
            catch (IOException)
            {
                return 24;
            }
        }
    }

    /// <summary>The same for one of several boards, whose lines somebody else puts between those of the others.</summary>
    /// <param name="indent">Columns that will stand before each line.</param>
    public Screen ForBoard(TextWriter boardResults, TextWriter boardTalk, int indent) => new(boardResults, boardTalk, json, colour, live: false, width - indent);

    /// <summary>One line of result. Silent with <c>--json</c>: the document says it.</summary>
    public void Result(string line = "")
    {
        if (!json)
        {
            results.WriteLine(line);
        }
    }

    /// <summary>A labelled line of result, wrapped under its label.</summary>
    public void Field(string label, string value)
    {
        const int Column = 13;
        var first = true;
        foreach (var line in Wrap(value, Width - Column))
        {
            Result((first ? label : "").PadRight(Column) + line);
            first = false;
        }
    }

    public void Document(string text) => results.WriteLine(text);

    public void Talk(string line) => Quietly(() => talk.WriteLine(line));

    public void Draw(string text) => Quietly(() => talk.Write(text));

    public void Paragraph(string label, string text)
    {
        var first = true;
        foreach (var line in Wrap(text, Width - 10))
        {
            Talk((first ? Bold(label.PadRight(10)) : new string(' ', 10)) + line);
            first = false;
        }
    }

    public string Bold(string text) => colour ? $"\e[1m{text}\e[0m" : text;

    public string Red(string text) => colour ? $"\e[1;31m{text}\e[0m" : text;

    public static IEnumerable<string> Wrap(string text, int width)
    {
        var line = new StringBuilder();
        foreach (var word in text.Split(' '))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line.ToString();
                line.Clear();
            }

            line.Append(line.Length > 0 ? " " : "").Append(word);
        }

        yield return line.ToString();
    }

    public static string Count(long number) => number.ToString("N0", CultureInfo.InvariantCulture);

    public static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture) + " s";

    // Talk that cannot be said is no reason to stop. A result that cannot be said is one (NRST0002), except to a reader that
    // went away (| head), which the runtime passes over by itself.
    private static void Quietly(Action write)
    {
        try
        {
            write();
        }
        catch (IOException)
        {
        }
    }

    private static int WindowWidth()
    {
        try
        {
            return Console.WindowWidth is > 0 and var columns ? columns : 80;
        }
        catch (IOException)
        {
            return 80;
        }
    }
}
