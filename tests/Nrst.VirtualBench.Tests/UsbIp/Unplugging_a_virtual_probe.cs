namespace Nrst.VirtualBench.Tests.UsbIp;

public sealed class Unplugging_a_virtual_probe
{
    [Fact]
    public async Task Ends_the_hosts_connection_and_leaves_the_list_until_it_is_plugged_in()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();
        host.SubmitIn(1, 64);

        bench.Server.Unplug("board0");

        Assert.True(host.IsClosed());
        Assert.Empty(bench.Connect().List());
        Assert.Equal(4u, bench.Connect().Import("1-1"));
        bench.Server.Plug("board0");
        var again = await bench.AttachWhenFreeAsync();
        again.Tell(0xF5);
        Assert.Equal([1, 0], again.In(1, 2));
    }

    [Fact]
    public async Task A_cable_that_comes_loose_can_be_pushed_back_by_attaching_again()
    {
        await using var bench = new UsbIpBench(fault: "usb-unplug-after:4");
        var host = bench.Attach();
        host.Tell(0xF2, 0x30, 0xA3);
        host.In(1, 2);
        host.Tell(0xF5);
        Assert.Equal([2, 0], host.In(1, 2));

        host.SubmitOut(1, new byte[16]);
        Assert.True(host.IsClosed());
        while (bench.Shelf.IsTaken(0))
        {
            await Task.Yield();
        }

        Assert.Empty(bench.Connect().List());
        var again = await bench.AttachWhenFreeAsync();
        again.Tell(0xF5);
        Assert.Equal([1, 0], again.In(1, 2));
    }

    [Fact]
    public async Task The_next_host_finds_a_device_that_is_not_configured()
    {
        await using var bench = new UsbIpBench();
        bench.Attach().Dispose();
        while (bench.Shelf.IsTaken(0))
        {
            await Task.Yield();
        }

        var next = bench.Connect();
        Assert.Equal(0u, next.Import("1-1"));
        Assert.Equal([0], next.ControlIn(0x80, 8, 0, 0, 1).Data);
    }

    [Fact]
    public async Task Each_host_leaves_a_line_of_statistics_and_a_saved_board()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();
        host.Tell(0xF1);
        host.In(1, 6);
        host.Tell(0xF5);
        host.Dispose();

        var next = await bench.AttachWhenFreeAsync();
        Assert.Contains("\"exchanges\":2,\"bytesOut\":32,\"bytesIn\":6", Assert.Single(bench.Statistics), StringComparison.Ordinal);

        // The answer that the host before did not fetch is not for this one.
        next.Tell(0xF1);
        Assert.Equal(6, next.In(1, 64).Length);
        next.Dispose();
        await bench.AttachWhenFreeAsync();
        Assert.Equal(2, bench.Statistics.Length);
    }

    [Theory]
    [InlineData("usb-stall-at:3")]
    [InlineData("usb-answer-lost-at:2")]
    [InlineData("usb-answer-short-at:2")]
    [InlineData("usb-answer-late-at:2")]
    [InlineData("usb-extra-packet-at:2")]
    public async Task What_goes_wrong_in_the_probe_reaches_the_host(string fault)
    {
        await using var bench = new UsbIpBench(fault: fault);
        var host = bench.Attach();
        host.Tell(0xF1);
        Assert.Equal(6, host.In(1, 64).Length);

        switch (fault)
        {
            case "usb-stall-at:3":
                host.SubmitOut(1, Command(0xF5));
                Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);
                host.SubmitOut(1, Command(0xF5));
                Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);
                Assert.Equal(0, host.ControlOut(0x02, 1, 0, 0x01).Status);
                break;
            case "usb-answer-short-at:2":
                host.Tell(0xF5);
                Assert.Equal([1], host.In(1, 2));
                break;
            case "usb-extra-packet-at:2":
                host.Tell(0xF5);
                Assert.Equal([1, 0], host.In(1, 64));
                Assert.Equal([1, 0], host.In(1, 64));
                break;
            default:
                host.Tell(0xF5);
                var waiting = host.SubmitIn(1, 64);
                host.Unlink(waiting);
                Assert.Equal(UsbIpClient.ECONNRESET, host.Next().Status);
                if (fault == "usb-answer-late-at:2")
                {
                    Assert.Equal([1, 0], host.In(1, 64));
                }

                break;
        }

        host.Tell(0xF1);
        Assert.Equal(6, host.In(1, 64).Length);
    }

    private static byte[] Command(params byte[] command)
    {
        Array.Resize(ref command, 16);
        return command;
    }
}
