namespace Nrst.Specs.Connecting;

/// <summary>The way that worked is tried first the next time, and a memory that fails is one that is empty.</summary>
public sealed class Remembering_what_worked : IDisposable
{
    private readonly SickBoard _board = new();

    public void Dispose() => _board.Dispose();

    private string MemoryFile => Path.Combine(_board.Folder, "state", "connections.json");

    private ConnectOptions Options => new() { Memory = new ConnectMemoryFile(MemoryFile) };

    [Fact]
    public void What_worked_the_last_time_goes_ahead_of_what_did_not()
    {
        _board.Connect(Hidden, Options).Dispose();

        using var again = _board.Connect(Hidden, Options);

        Assert.Equal(["attach", "under-reset-slow"], again.Rungs.Select(rung => rung.Name)); // attaching in vain cost nothing
    }

    [Fact]
    public void Where_attaching_in_vain_took_long_it_is_not_tried_first()
    {
        new ConnectMemoryFile(MemoryFile).Remember(new RememberedRung(_board.Board.Identity.Serial, "0", "under-reset", 2.5));

        using var target = _board.Connect(options: Options);

        Assert.Equal(["under-reset"], target.Rungs.Select(rung => rung.Name));
    }

    [Fact]
    public void A_board_that_is_well_again_is_forgotten_to_have_been_ill()
    {
        _board.Connect(Hidden, Options).Dispose();
        _board.Connect(options: Options).Dispose();

        Assert.Equal("attach", new ConnectMemoryFile(MemoryFile).Recall(_board.Board.Identity.Serial)!.Rung);
    }

    [Fact]
    public void Of_a_board_that_was_never_ill_nothing_is_written()
    {
        _board.Connect(options: Options).Dispose();

        Assert.False(File.Exists(MemoryFile));
    }

    [Fact]
    public void A_way_that_was_asked_for_is_neither_looked_up_nor_noted()
    {
        _board.Connect(options: Options with { Mode = ConnectMode.UnderReset }).Dispose();

        Assert.False(File.Exists(MemoryFile));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[{]")]
    [InlineData("{\"a\":1}")]
    [InlineData("[null]")]
    [InlineData("[{\"probe\":null,\"board\":\"\",\"rung\":\"\",\"attachSeconds\":0}]")]
    [InlineData("[{\"probe\":\"P\",\"board\":\"B\",\"rung\":\"no-such-rung\",\"attachSeconds\":9}]")]
    public void A_damaged_file_is_no_error_and_is_replaced(string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(MemoryFile)!);
        File.WriteAllText(MemoryFile, content.Replace("\"P\"", $"\"{_board.Board.Identity.Serial}\"", StringComparison.Ordinal));

        _board.Connect(Hidden, Options).Dispose();

        Assert.Equal("under-reset-slow", new ConnectMemoryFile(MemoryFile).Recall(_board.Board.Identity.Serial)!.Rung);
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_no_error()
    {
        File.WriteAllText(Path.Combine(_board.Folder, "state"), "a file where a folder should be");

        _board.Connect(Hidden, Options).Dispose();
    }

    private static void Hidden(SickProbe probe) => probe.Answers = seen => seen.Pulses > 0;
}
