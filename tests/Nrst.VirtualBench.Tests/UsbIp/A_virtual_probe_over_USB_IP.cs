using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Tests.Boards;
using Nrst.VirtualBench.Tests.Probes;

namespace Nrst.VirtualBench.Tests.UsbIp;

public sealed class A_virtual_probe_over_USB_IP
{
    private const byte In1 = 1, Out1 = 1;

    [Fact]
    public async Task Is_listed_with_its_board_its_speed_and_its_interfaces()
    {
        await using var bench = new UsbIpBench(null, ("v2", null), ("v3", null));

        var devices = bench.Connect().List();

        Assert.Equal(["/nrst/bench/board0", "/nrst/bench/board1"], devices.Select(device => device.Path));
        Assert.Equal(["1-1", "1-2"], devices.Select(device => device.BusId));
        Assert.Equal([2u, 3u], devices.Select(device => device.Speed));
        Assert.Equal([0x3748, 0x374E], devices.Select(device => (int)device.Product));
        Assert.Equal([0xFF, 0xFF, 0xFF, 0], devices[0].Interfaces);
        Assert.Equal("1-2", bench.Server.BusId("board1"));
    }

    [Fact]
    public async Task Has_one_host_at_a_time_whatever_way_it_came()
    {
        await using var bench = new UsbIpBench();
        var first = bench.Attach();

        Assert.Equal(2u, bench.Connect().Import("1-1"));
        Assert.Null(bench.Shelf.Take(0));
        Assert.Empty(bench.Connect().List());
        Assert.Equal(4u, bench.Connect().Import("1-2"));

        first.Dispose();
        await bench.AttachWhenFreeAsync();
    }

    [Fact]
    public async Task Carries_commands_data_and_answers()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        host.Tell(0xF2, 0x30, 0xA3);
        Assert.Equal([0x80, 0], host.In(In1, 2));
        host.Out(Out1, ProbeBench.Block(0x08, FakeChip.RamAt, 100));
        host.Out(Out1, [.. Enumerable.Range(0, 64).Select(i => (byte)i)]);
        host.Out(Out1, [.. Enumerable.Range(64, 36).Select(i => (byte)i)]);
        host.Out(Out1, ProbeBench.Block(0x07, FakeChip.RamAt, 100));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (byte)i), host.In(In1, 100));

        // A host may ask for whole packets, and gets what there is.
        host.Tell(0xF5);
        Assert.Equal([2, 0], host.In(In1, 64));
    }

    [Fact]
    public async Task An_answer_that_is_asked_for_too_early_waits_and_keeps_its_order()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        var first = host.SubmitIn(In1, 64);
        var second = host.SubmitIn(In1, 64);
        var control = host.ControlIn(0x80, 0, 0, 0, 2);
        Assert.Equal(0, control.Status);

        host.Tell(0xF5);
        Assert.Equal((first, 2), (host.Next() is var one ? one.Seqnum : 0, one.Length));
        host.Tell(0xF1);
        var two = host.Next();
        Assert.Equal((second, 6), (two.Seqnum, two.Length));
    }

    [Fact]
    public async Task A_transfer_that_waits_can_be_unlinked_and_one_that_is_over_cannot()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        var waiting = host.SubmitIn(In1, 64);
        var unlink = host.Unlink(waiting);
        Assert.Equal((4u, unlink, UsbIpClient.ECONNRESET), (host.Next() is var gone ? gone.Command : 0, gone.Seqnum, gone.Status));

        host.Tell(0xF5);
        var done = host.SubmitIn(In1, 2);
        Assert.Equal(done, host.Next().Seqnum);
        unlink = host.Unlink(done);
        Assert.Equal((4u, unlink, 0), (host.Next() is var late ? late.Command : 0, late.Seqnum, late.Status));
    }

    [Fact]
    public async Task Too_little_room_and_too_few_bytes_are_said_so()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        host.Tell(0xF1);
        host.SubmitIn(In1, 4);
        Assert.Equal((UsbIpClient.EOVERFLOW, 4), (host.Next() is var over ? over.Status : 0, over.Length));

        host.Tell(0xF5);
        host.SubmitIn(In1, 64, flags: 1);
        Assert.Equal((UsbIpClient.EREMOTEIO, 2), (host.Next() is var below ? below.Status : 0, below.Length));
    }

    [Fact]
    public async Task A_client_that_sleeps_finds_the_chip_older_though_not_by_all_of_a_long_sleep()
    {
        var wall = new FakeWall();
        await using var bench = new UsbIpBench(options: new ExportOptions { Wall = wall });
        var host = bench.Attach();
        host.Tell(0xF5);
        host.In(In1, 2);

        Assert.Equal(10_200, Exchange(TimeSpan.FromMilliseconds(10)));
        Assert.Equal(200, Exchange(TimeSpan.Zero));
        Assert.Equal(100_200, Exchange(TimeSpan.FromMinutes(10)));

        double Exchange(TimeSpan after)
        {
            var start = bench.Boards[0].Clock.Now;
            wall.Advance(after);
            host.Tell(0xF5);
            host.In(In1, 2);
            return (bench.Boards[0].Clock.Now - start).TotalMicroseconds;
        }
    }

    [Fact]
    public async Task No_time_passes_but_what_the_exchanges_take()
    {
        await using var bench = new UsbIpBench(options: new ExportOptions { Wall = new FakeWall() });
        var host = bench.Attach();
        var start = bench.Boards[0].Clock.Now;

        host.Descriptor(2, 0);
        host.Unlink(host.SubmitIn(In1, 64));
        host.Next();
        Assert.Equal(start, bench.Boards[0].Clock.Now);

        host.Tell(0xF5);
        host.In(In1, 2);
        Assert.Equal(TimeSpan.FromMicroseconds(200), bench.Boards[0].Clock.Now - start);
    }

    [Fact]
    public async Task In_real_time_an_answer_waits_for_the_wall_clock_and_control_transfers_do_not()
    {
        var wall = new SteppedWall();
        await using var bench = new UsbIpBench(options: new ExportOptions { Realtime = true, Wall = wall });
        var host = bench.Attach();
        var start = bench.Boards[0].Clock.Now;

        // The reset pulse takes 20 ms.
        host.Tell(0xF2, 0x3C, 2);
        var answer = host.SubmitIn(In1, 2);
        Assert.Equal([0, 0], host.ControlIn(0x80, 0, 0, 0, 2).Data);
        await wall.WaitedAsync();
        wall.Step(TimeSpan.FromMilliseconds(21));
        Assert.Equal(answer, host.Next().Seqnum);

        wall.Step(TimeSpan.FromMilliseconds(30));
        host.Tell(0xF5);
        Assert.InRange((bench.Boards[0].Clock.Now - start).TotalMilliseconds, 51, 51.5);
    }
}
