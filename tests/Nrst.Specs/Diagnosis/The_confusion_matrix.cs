using System.Text;
using Nrst.Cli.Verbs;
using Nrst.Diagnosis;

namespace Nrst.Specs.Diagnosis;

/// <summary>
/// Every board that <c>nrst bench diagnose</c> has, flashed and looked at, and what was found first. <c>docs/diagnosis.md</c> has the rows; it is
/// written by this class when NRST_RECORD_DIAGNOSIS is 1, and held by it otherwise.
/// </summary>
public sealed class The_confusion_matrix
{
    private static readonly string s_page = Path.Combine(Repository.Root, "docs", "diagnosis.md");

    [Fact]
    public void Names_the_right_cause_first_or_second_on_every_board_with_a_fault()
    {
        var rows = Run(SickBoards.All);

        // What never answers cannot be told from a broken wire: the page says which rows these are.
        Assert.True(Share(rows, row => row.IsFirst) >= 0.95, "too few are right at once");
        Assert.Equal([], rows.Where(row => !row.IsWithin).Select(row => row.Line));
        Held(rows, "faults");
    }

    [Fact]
    public void Finds_nothing_on_a_healthy_board_of_any_line()
    {
        var rows = Run(SickBoards.Healthy);

        Assert.Equal([], rows.Where(row => row.Found.Length > 0).Select(row => row.Line));
        Assert.True(rows.Count > 80);
    }

    [Fact]
    public void Names_both_of_two_faults_among_the_first_three()
    {
        var rows = Run(SickBoards.Pairs);

        Assert.True(rows.Count >= 60);
        Assert.True(Share(rows, row => row.IsWithin) >= 0.9, "too few pairs are named");
        Held(rows, "pairs");
    }

    /// <summary>Each cause has a board on which it is what is wrong.</summary>
    [Fact]
    public void Provokes_every_cause()
    {
        var expected = SickBoards.All.SelectMany(board => board.Expected).ToHashSet();

        Assert.Equal([], CauseList.All.Select(cause => cause.Code).Where(code => !expected.Contains(code)));
    }

    /// <summary>All that a probe can meet. Those of the bootloaders are met by other routes.</summary>
    [Fact]
    public void Has_every_fault_on_three_boards()
    {
        var boards = SickBoards.All.GroupBy(board => board.Faults[0].Split(':')[0]).ToDictionary(group => group.Key, group => group.Count());

        Assert.Equal([], VirtualBench.Faults.FaultCatalogue.All.Where(kind => kind is not VirtualBench.Faults.LoaderFault)
            .Where(kind => boards.GetValueOrDefault(kind.Name) < 3).Select(kind => kind.Name));
    }

    private static double Share(IReadOnlyList<Row> rows, Func<Row, bool> good) => rows.Count(good) / (double)rows.Count;

    private static List<Row> Run(IReadOnlyList<SickBoard> boards) => [.. boards.AsParallel().AsOrdered().Select(board => Row.Of(board, Rounds.Of(board)))];

    private static void Held(IReadOnlyList<Row> rows, string part)
    {
        var table = "| fault | chip | wrong is | found, likeliest first | by | flash ended |\n|---|---|---|---|---|---|\n" + string.Concat(rows.Select(row => row.Line + "\n"));
        var section = $"<!-- {part} -->\n\n{string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{rows.Count} boards: {100 * Share(rows, row => row.IsFirst):0.0} % first, {100 * Share(rows, row => row.IsWithin):0.0} % with one other among it.")}\n\n{table}\n<!-- end of {part} -->";
        var page = File.ReadAllText(s_page, Encoding.UTF8).ReplaceLineEndings("\n");
        if (Environment.GetEnvironmentVariable("NRST_RECORD_DIAGNOSIS") == "1")
        {
            var (start, end) = (page.IndexOf($"<!-- {part} -->", StringComparison.Ordinal), $"<!-- end of {part} -->");
            page = page[..start] + section + page[(page.IndexOf(end, StringComparison.Ordinal) + end.Length)..];
            File.WriteAllText(s_page, page);
        }

        Assert.True(page.Contains(section, StringComparison.Ordinal), $"docs/diagnosis.md does not have this:\n{section}");
    }

    private sealed record Row(string Line, string[] Found, bool IsFirst, bool IsWithin)
    {
        public static Row Of(SickBoard board, Round found)
        {
            string[] expected = [.. board.Expected], codes = [.. found.Codes];
            var places = expected.Select(code => Array.IndexOf(codes, code)).ToList();
            return new Row(
                $"| {(board.Faults.Count == 0 ? "healthy" : string.Join(" + ", board.Faults.Select(fault => $"`{fault}`")))} | {board.Chip} | {string.Join(", ", expected)} | {string.Join(", ", codes)} | {found.By} | {found.Ended} |",
                codes,
                places.TrueForAll(place => place >= 0 && place < expected.Length),
                places.TrueForAll(place => place >= 0 && place <= expected.Length));
        }
    }
}
