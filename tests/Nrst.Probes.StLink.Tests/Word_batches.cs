namespace Nrst.Probes.StLink.Tests;

public sealed class Word_batches
{
    private const uint Ram = 0x2000_0000;
    private readonly TestClock _clock = new();

    [Theory]
    [InlineData(0x2947, 63, 1)]
    [InlineData(0x2947, 64, 1)] // the last one goes alone, in one command instead of two
    [InlineData(0x2947, 126, 2)]
    [InlineData(0x2947, 129, 3)]
    [InlineData(0x3000, 1226, 1)]
    [InlineData(0x3000, 1230, 2)]
    public void Reads_are_split_where_the_probe_is_full(int version, int reads, int batches)
    {
        var (tiny, words) = Open(version);
        for (var i = 0u; i < reads; i++)
        {
            words.Run([WordAccess.Write(new Address(Ram + 4 * i), i + 1)], []);
        }

        tiny.Log.Clear();
        var accesses = Enumerable.Range(0, reads).Select(i => WordAccess.Read(new Address(Ram + 4 * (uint)i))).ToArray();
        var results = new uint[reads];
        words.Run(accesses, results);

        Assert.Equal(Enumerable.Range(1, reads).Select(i => (uint)i), results);
        Assert.Equal(batches, tiny.Log.Count(c => c == "F2 52"));
    }

    [Fact]
    public void A_pair_of_address_and_value_is_never_torn()
    {
        var (tiny, words) = Open();
        WordAccess[] accesses = [.. Enumerable.Range(0, 100).Select(i => WordAccess.Write(new Address(Ram + 4 * (uint)i), (uint)(i * i)))];

        words.Run(accesses, []);

        Assert.Equal(Enumerable.Range(0, 100).Select(i => (uint)(i * i)), Enumerable.Range(0, 100).Select(i => tiny.Word(Ram + 4 * (uint)i)));
        Assert.Equal(4, tiny.Log.Count(c => c == "F2 51")); // 31 writes of two items fit beside the access port
    }

    [Fact]
    public void Reads_and_writes_keep_their_order()
    {
        var (_, words) = Open();
        var at = new Address(Ram);
        var reads = new uint[3];

        words.Run(
            [
                WordAccess.Read(at), WordAccess.Write(at, 5), WordAccess.Read(at), WordAccess.Write(at, 6), WordAccess.Read(at),
            ], reads);

        Assert.Equal([0u, 5u, 6u], reads);
    }

    [Theory]
    [InlineData(0x2000 | 31 << 6, true)]
    [InlineData(0x2947, false)]
    public void Go_one_by_one_where_nothing_carries_them(int version, bool carries)
    {
        var (tiny, words) = Open(version);
        tiny.CarriesWordBatches = carries;
        var reads = new uint[2];

        words.Run([WordAccess.Write(new Address(Ram), 7), WordAccess.Read(new Address(Ram)), WordAccess.Read(new Address(Ram + 4))], reads);

        Assert.Equal(["F2 35", "F2 36", "F2 36"], tiny.Log);
        Assert.Equal([7u, 0u], reads);
    }

    [Fact]
    public void A_fault_names_its_address()
    {
        var (tiny, words) = Open();
        tiny.Faults.Add(Ram + 8);
        WordAccess[] accesses = [.. Enumerable.Range(0, 8).Select(i => WordAccess.Write(new Address(Ram + 4 * (uint)i), 1))];

        var error = Assert.Throws<TargetMemoryException>(() => words.Run(accesses, []));

        Assert.Equal(new Address(Ram + 8), error.Address);
    }

    [Fact]
    public void A_busy_bus_is_waited_for_where_the_order_is_kept()
    {
        var (tiny, words) = Open();
        WordAccess[] accesses = [.. Enumerable.Range(0, 5).Select(i => WordAccess.Write(new Address(Ram + 4 * (uint)i), (uint)i + 1))];
        var rounds = 0;
        tiny.BatchStatus = item =>
        {
            rounds += item == 0 ? 1 : 0;
            return item >= 3 && rounds <= 3 ? StLinkStatus.SWD_AP_WAIT : null;
        };

        words.Run(accesses, []);

        Assert.Equal([1u, 2u, 3u, 4u, 5u], Enumerable.Range(0, 5).Select(i => tiny.Word(Ram + 4 * (uint)i)));
        Assert.True(_clock.Now > TimeSpan.Zero);
    }

    [Fact]
    public void Reads_before_a_busy_bus_are_not_read_again()
    {
        var (tiny, words) = Open();
        var accesses = Enumerable.Range(0, 6).Select(i => WordAccess.Read(new Address(Ram + 4 * (uint)i))).ToArray();
        for (var i = 0u; i < 6; i++)
        {
            words.Run([WordAccess.Write(new Address(Ram + 4 * i), i + 1)], []);
        }

        var items = new List<int>();
        tiny.BatchStatus = item =>
        {
            items.Add(item);
            return item >= 4 && items.Count(i => i == 0) == 1 ? StLinkStatus.SWD_AP_WAIT : null;
        };
        var reads = new uint[6];
        words.Run(accesses, reads);

        Assert.Equal([1u, 2u, 3u, 4u, 5u, 6u], reads);
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 0, 1, 2, 3], items);
    }

    [Fact]
    public void A_busy_bus_in_the_middle_is_an_error_where_later_accesses_overtook()
    {
        var (tiny, words) = Open();
        tiny.BatchStatus = item => item == 2 ? StLinkStatus.SWD_AP_WAIT : null;
        var reads = new uint[4];

        var error = Assert.Throws<TargetException>(() => words.Run(
            [.. Enumerable.Range(0, 4).Select(i => WordAccess.Read(new Address(Ram + 4 * (uint)i)))], reads));

        Assert.Equal("NRST3003", error.Code);
    }

    private (TinyProbe Probe, IWordBatch Words) Open(int version = 0x2947)
    {
        var tiny = new TinyProbe((ushort)version);
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");
        tiny.Log.Clear();
        return (tiny, probe.Words);
    }
}
