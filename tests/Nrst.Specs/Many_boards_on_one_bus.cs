using System.Text.Json.Nodes;
using Nrst.Perf;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>What boards take from each other on one computer's USB: virtual time and counts alone.</summary>
public sealed class Many_boards_on_one_bus : IDisposable
{
    private static readonly Bus s_oneHub = Bus.All[0], s_fourHubs = Bus.All[1], s_fast = Bus.All[2];

    /// <summary>The chip of the figures with an image that takes a computer less time to try.</summary>
    private static readonly FlashCase s_small = FlashCase.All.Single(one => one.Name == "F407") with { Bytes = 8_192 };

    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void Thirty_two_with_high_speed_probes_take_as_long_as_one()
    {
        var what = s_small with { Bytes = 40_960 };
        var (one, many) = (Run(s_fast, 1, what), Run(s_fast, 32, what));
        Assert.Equal(32, many.Boards);
        Assert.InRange(many.Seconds.Max(), one.Seconds[0], one.Seconds[0] * 1.03);
        Assert.True(many.Seconds.Max() > one.Seconds[0], "They do share a bus.");
    }

    /// <summary>Where the flash is what takes long: 70,468 bytes over five used sectors.</summary>
    [Fact]
    public void Eight_at_one_hub_take_a_twentieth_longer_than_one_at_most()
    {
        var what = FlashCase.All.Single(one => one.Name == "F407");
        var (one, many) = (Run(s_oneHub, 1, what, Gang.Over), Run(s_oneHub, 8, what, Gang.Over));
        Assert.InRange(many.Seconds.Max(), one.Seconds[0], one.Seconds[0] * 1.05);
    }

    [Fact]
    public void Thirty_two_at_four_hubs_are_four_times_eight_at_one_and_every_run_is_the_same_to_the_nanosecond()
    {
        var (eight, many, again) = (Run(s_oneHub, 8), Run(s_fourHubs, 32), Run(s_fourHubs, 32));
        Assert.Equal(many.Seconds, again.Seconds);
        Assert.Equal(many.Seconds, Enumerable.Range(0, 32).Select(board => eight.Seconds[board / 4]));
    }

    [Fact]
    public void Where_the_hub_is_what_takes_long_nobody_beats_it_and_nobody_starves()
    {
        var what = s_small with { Bytes = 65_536 };
        var (one, many) = (Run(s_oneHub, 1, what), Run(s_oneHub, 8, what));
        Assert.InRange(many.Seconds.Max(), many.Bound, 1.25 * many.Bound);
        Assert.InRange(many.Seconds.Min(), 0.85 * many.Seconds.Max(), many.Seconds.Max());
        Assert.True(many.Seconds.Min() > 1.5 * one.Seconds[0]);
    }

    /// <summary>Behind the same hub, a board that fails leaves its share to the others; behind another one it is not noticed at all.</summary>
    [Fact]
    public void A_board_that_fails_delays_no_other()
    {
        const double Exchange = 0.0002;
        var (healthy, three, alone) = (Flash("well", "one"), Flash("three", "one", others: 2), Flash("alone", "one", others: 0));
        foreach (var fault in (string[])["usb-unplug-after:60", "swd-disconnected", "usb-answer-lost-at:20", "flash-never-finishes"])
        {
            var (same, apart) = (Flash($"ill-{fault[..5]}", "one", fault), Flash($"apart-{fault[..5]}", "another", fault));
            Assert.All([same, apart], run => Assert.Equal([true, true, true, false], run.Select(entry => (bool)entry["ok"]!)));
            for (var board = 0; board < 3; board++)
            {
                Assert.InRange(Total(same[board]), Total(alone[0]), Total(healthy[board]) + Exchange);
            }

            Assert.Equal(three.Select(Total), apart[..3].Select(Total));
        }
    }

    [Fact]
    public void The_hub_of_a_board_is_seen_and_changed_like_a_jumper()
    {
        New("a", "--hub", "desk");
        New("b");
        Assert.Contains("hub=desk", _nrst.Run("bench", "list").Exits(0).Output, StringComparison.Ordinal);
        Assert.Equal("desk", (string?)_nrst.Run("bench", "list", "--json").Exits(0).Result["boards"]![0]!["hub"]);
        Assert.Equal("desk", (string?)_nrst.Run("bench", "set", "b", "hub=desk", "--json").Exits(0).Result["hub"]);
        var together = Entries(_nrst.Run("flash", Repository.Sample, "--json", "--probe", "virtual:a", "--probe", "virtual:b").Exits(0));
        _nrst.Run("bench", "set", "b", "hub=none").Exits(0);
        New("c", "--hub", "desk");
        New("d");
        var apart = Entries(_nrst.Run("flash", Repository.Sample, "--json", "--probe", "virtual:c", "--probe", "virtual:d").Exits(0));
        Assert.True(Total(together[0]) > Total(apart[0]));
        Assert.Equal(Total(apart[0]), Total(apart[1]));
        foreach (var wrong in (string[][])[["set", "b", "hub=two words"], ["set", "b", "hub="], ["new", "e", "--chip", "STM32F407VG", "--hub", "../x"]])
        {
            Assert.Equal("NRST0189", (string?)_nrst.Run(["bench", .. wrong, "--json"]).Exits(2).Document["error"]!["code"]);
        }

        Assert.False(new BoardStore(_nrst.Bench).Exists("e"));
    }

    /// <summary>The connector of the chip itself leads into the same hub as its probe's.</summary>
    [Fact]
    public void Loaders_in_ROMs_share_a_hub_too()
    {
        var store = new BoardStore(_nrst.Bench);
        foreach (var name in (string[])["a", "b", "alone"])
        {
            store.New(name, "STM32F407VG", hub: "desk");
            store.Set(name, ["boot0=1"]);
        }

        var file = _nrst.File("x.bin", FlashingBench.Bytes(8_192, 3)) + "@0x08000000";
        var both = Entries(_nrst.Run("flash", file, "--json", "--probe", "dfu:virtual:a", "--probe", "dfu:virtual:b").Exits(0));
        var one = _nrst.Run("flash", file, "--json", "--probe", "dfu:virtual:alone").Exits(0);
        Assert.All(both, entry => Assert.True(Total(entry) > (double)one.Result["seconds"]!["total"]!));
    }

    /// <summary>A serial adapter is on no bus of the bench: whoever is behind one keeps nobody waiting.</summary>
    [Fact]
    public void A_board_on_a_serial_line_goes_its_own_way()
    {
        var store = new BoardStore(_nrst.Bench);
        store.New("line", "STM32F407VG", hub: "desk");
        store.Set("line", ["boot0=1"]);
        New("a", "--hub", "desk");
        New("b", "--hub", "desk");
        var three = Entries(_nrst.Run("flash", Repository.Sample, "--json", "--probe", "virtual:a", "--probe", "serial:virtual:line", "--probe", "virtual:b").Exits(0));
        New("c", "--hub", "desk");
        New("d", "--hub", "desk");
        var two = Entries(_nrst.Run("flash", Repository.Sample, "--json", "--probe", "virtual:c", "--probe", "virtual:d").Exits(0));
        Assert.Equal(two.Select(Total), [Total(three[0]), Total(three[2])]);
    }

    private static GangRun Run(Bus bus, int boards, FlashCase? what = null, string job = Gang.Blank)
    {
        var run = Gang.Run(what ?? s_small, job, bus, boards);
        Assert.Null(run.Failure);
        return run;
    }

    /// <summary>Boards at the hub <c>one</c>, and the last of them at <paramref name="lastHub"/> with its fault.</summary>
    private List<JsonObject> Flash(string name, string lastHub, string? fault = null, int others = 3)
    {
        var store = new BoardStore(_nrst.Bench);
        for (var board = 0; board <= others; board++)
        {
            store.New($"{name}-{board}", "STM32F407VG", faults: board == others && fault is not null ? [fault] : [], hub: board == others ? lastHub : "one");
        }

        return Entries(_nrst.Run("flash", Repository.Sample, "--json", "--all", "--probe", $"virtual:{name}-"));
    }

    private void New(string name, params string[] more) => _nrst.Run(["bench", "new", name, "--chip", "STM32F407VG", .. more]).Exits(0);

    private static List<JsonObject> Entries(CommandLine.Outcome outcome) => [.. outcome.Result["boards"]!.AsArray().Select(entry => entry!.AsObject())];

    private static double Total(JsonObject entry) => (double)entry["result"]!["seconds"]!["total"]!;
}
