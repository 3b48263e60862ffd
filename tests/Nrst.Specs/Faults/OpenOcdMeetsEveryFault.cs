using System.Text.RegularExpressions;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Faults;

namespace Nrst.Specs.Faults;

/// <summary>
/// OpenOCD on a board with each fault, and what it prints there. <c>docs/faults.md</c> has it side by side with what is wrong; it is written by this
/// class when NRST_RECORD_FAULTS is 1, and held by it otherwise.
/// </summary>
public sealed partial class OpenOcdMeetsEveryFault : IDisposable
{
    private const int Length = 4099, MostLines = 7;

    private static readonly string s_page = Path.Combine(Repository.Root, "docs", "faults.md");

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Faults => new(FaultyRuns.All.Select(run => run.Fault));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task It_says_of_it_what_is_written_down(string fault)
    {
        OpenOcdRun.Require();
        var run = FaultyRuns.All.Single(run => run.Fault == fault);
        var image = new byte[Length];
        new Random(2026).NextBytes(image);
        var (file, dump) = (_folder.File("image.bin", image), _folder.File("dump.bin"));
        var store = new BoardStore(_folder.File("bench"));
        store.New("faulty", run.Part, run.Kind, [run.Fault]);
        Live(store, "faulty");
        using var board = store.Open("faulty");
        var before = Silicon(board).Flash[(int)(run.At - Silicon(board).FlashStart)..][..Length].ToArray();

        var (exit, talk) = await OpenOcdRun.On(board, "dapdirect_swd", FaultyRuns.Commands(run, file, dump, Length), script: run.Script);

        var after = Silicon(board).Flash[(int)(run.At - Silicon(board).FlashStart)..][..Length].ToArray();
        var left = after.SequenceEqual(image) ? "the image" : after.SequenceEqual(before) ? "what it held before" : "neither the image nor what it held before";
        var section = $"### `{run.Fault}`\n\n{run.Part}, {Deeds(run.Deed)}: exit {exit}; the flash holds {left}.\n\n```text\n{Essence(talk, exit)}```\n";
        if (Environment.GetEnvironmentVariable("NRST_RECORD_FAULTS") == "1")
        {
            WriteDown(section, run.Fault);
        }

        Assert.True(Page().Contains(section, StringComparison.Ordinal), $"docs/faults.md does not have this:\n{section}\nAll of it:\n{talk}");
    }

    /// <summary>A healthy board of each kind, with the same deeds: no error, no warning, and the image in the flash.</summary>
    [Theory]
    [InlineData("STM32F407VG", "stm32f4x", "v2", false)]
    [InlineData("STM32F407VG", "stm32f4x", "v2", true)]
    [InlineData("STM32G071RB", "stm32g0x", "v2", true)]
    [InlineData("STM32H743ZI", "stm32h7x_dual_bank", "v3", false)]
    public async Task On_a_healthy_board_it_has_nothing_to_say(string part, string script, string kind, bool byPin)
    {
        OpenOcdRun.Require();
        var image = new byte[Length];
        new Random(2026).NextBytes(image);
        var run = new FaultyRun("", part, script, kind, byPin ? Deed.ProgramByPin : Deed.Program);
        var store = new BoardStore(_folder.File("bench"));
        store.New("healthy", part, kind);
        Live(store, "healthy");
        using var board = store.Open("healthy");

        var (exit, talk) = await OpenOcdRun.On(
            board, "dapdirect_swd", FaultyRuns.Commands(run, _folder.File("image.bin", image), _folder.File("dump.bin"), Length), script: script);

        Assert.True(exit == 0, talk);
        Assert.Equal(image, Silicon(board).Flash[..Length].ToArray());
        Assert.DoesNotContain("Error", Essence(talk, exit), StringComparison.Ordinal);
    }

    /// <summary>All but those of the bootloader, to which OpenOCD does not speak.</summary>
    [Fact]
    public void Every_fault_of_the_catalogue_meets_it() =>
        Assert.Equal(FaultCatalogue.All.Where(kind => kind is not LoaderFault).Select(kind => kind.Name).Order(), FaultyRuns.All.Select(run => run.Fault.Split(':')[0]).Order());

    [Fact]
    public void The_table_is_what_nrst_prints()
    {
        using var nrst = new CommandLine();
        var table = nrst.Run("bench", "faults", "--markdown").Exits(0).Output.ReplaceLineEndings("\n").Trim();
        Assert.True(Page().Contains(table, StringComparison.Ordinal), "docs/faults.md is not what nrst prints; put this into it:\n" + table);
    }

    /// <summary>A board with a past: a program runs on it, if its fault is not one.</summary>
    private static void Live(BoardStore store, string name)
    {
        using var board = store.Open(name);
        var chip = Silicon(board);
        if (!chip.Flash[..8].ContainsAnyExcept(chip.FlashModel.Cells.ErasedValue))
        {
            chip.Flashed(Programs.Idle(chip).Image());
        }
    }

    private static string Deeds(Deed deed) => deed switch
    {
        Deed.Program => "`reset halt`, `program … verify`",
        Deed.ProgramByPin => "the same with NRST for every reset and while it connects",
        Deed.HotPlug => "`halt`, `flash write_image erase`, `verify_image`",
        Deed.ReadTwice => "`reset halt`, `dump_image`, `verify_image` of the dump",
        Deed.RunBetween => "`halt`, `dump_image`, `reset`, `verify_image` of the dump",
        _ => "`dap info 1`",
    };

    /// <summary>Errors, warnings and verdicts, each once, without what the wall clock or the machine decides.</summary>
    private static string Essence(string talk, int exit)
    {
        var lines = talk.ReplaceLineEndings("\n").Split('\n')
            .Select(line => Pointer().Replace(line.TrimEnd(), "pointer …"))
            .Where(line => Told().IsMatch(line) && !Chance().IsMatch(line))
            .Distinct()
            .Take(MostLines);
        var essence = string.Concat(lines.Select(line => line + "\n"));
        return essence.Length > 0 ? essence : exit == 0 ? "(no error, no warning)\n" : "(it ends without a word)\n";
    }

    private static string Page() => File.Exists(s_page) ? File.ReadAllText(s_page).ReplaceLineEndings("\n") : "";

    private static void WriteDown(string section, string fault)
    {
        var page = Page();
        var at = page.IndexOf($"### `{fault}`\n", StringComparison.Ordinal);
        if (at < 0)
        {
            page = page.TrimEnd('\n') + "\n\n" + section;
        }
        else
        {
            var end = page.IndexOf("\n### ", at, StringComparison.Ordinal);
            page = page[..at] + section + (end < 0 ? "" : page[end..]);
        }

        File.WriteAllText(s_page, page);
    }

    private static VirtualBench.Chips.Stm32Chip Silicon(VirtualBoard board) => ((ChipOnBoard)board.Chip).Silicon;

    [GeneratedRegex(@"^(Error|Warn ):? ?|^\*\*|^Error|UNEXPECTED|No more differences")]
    private static partial Regex Told();

    [GeneratedRegex(@"keep_alive|Failed to read memory at 0xe0042000|Adding extra erase|DEPRECATED")]
    private static partial Regex Chance();

    [GeneratedRegex("pointer 0x[0-9a-f]+")]
    private static partial Regex Pointer();
}
