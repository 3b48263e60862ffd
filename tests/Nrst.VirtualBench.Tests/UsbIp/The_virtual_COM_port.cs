using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Tests.Probes;

namespace Nrst.VirtualBench.Tests.UsbIp;

public sealed class The_virtual_COM_port
{
    private const byte In5 = 5, Out5 = 5;

    [Fact]
    public async Task Remembers_how_the_line_is_set()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        Assert.Equal([0x00, 0xC2, 0x01, 0, 0, 0, 8], host.ControlIn(0xA1, 0x21, 0, 2, 7).Data);
        Assert.Equal(0, host.ControlOut(0x21, 0x20, 0, 2, 0x80, 0x25, 0, 0, 0, 0, 8).Status);
        Assert.Equal([0x80, 0x25, 0, 0, 0, 0, 8], host.ControlIn(0xA1, 0x21, 0, 2, 7).Data);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlOut(0x21, 0x20, 0, 2, 1, 2, 3).Status);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlOut(0x21, 0x23, 100, 2).Status);
    }

    [Fact]
    public async Task Carries_bytes_both_ways_while_somebody_has_it_open()
    {
        await using var bench = new UsbIpBench();
        var chip = (FakeChip)bench.Boards[0].Chip;
        var host = bench.Attach();

        host.Out(Out5, (byte)'a', (byte)'b');
        Assert.Equal([(2, (byte)'a'), (2, (byte)'b')], chip.Heard);

        chip.Say(2, "nobody listens"u8);
        Assert.Equal(0, host.ControlOut(0x21, 0x22, 1, 2).Status);
        chip.SayLater(2, "hello"u8);
        chip.SayLater(1, "another USART"u8);
        Assert.Equal("hello"u8.ToArray(), host.In(In5, 64));
    }

    [Fact]
    public async Task A_full_packet_is_followed_by_an_empty_one()
    {
        await using var bench = new UsbIpBench();
        var chip = (FakeChip)bench.Boards[0].Chip;
        var host = bench.Attach();
        host.ControlOut(0x21, 0x22, 1, 2);

        chip.SayLater(2, new byte[128]);

        Assert.Equal(128, host.In(In5, 512).Length);
    }

    [Fact]
    public async Task The_board_lives_by_the_wall_clock_while_it_is_open_and_otherwise_only_when_it_is_asked()
    {
        var wall = new SteppedWall();
        await using var bench = new UsbIpBench(options: new ExportOptions { Wall = wall });
        var host = bench.Attach();
        var start = bench.Boards[0].Clock.Now;
        wall.Step(TimeSpan.FromSeconds(5));
        Assert.Equal(start, bench.Boards[0].Clock.Now);
        host.Descriptor(1, 0);
        Assert.Equal(TimeSpan.FromMilliseconds(100), bench.Boards[0].Clock.Now - start);
        start = bench.Boards[0].Clock.Now;

        host.ControlOut(0x21, 0x22, 1, 2);
        await wall.WaitedAsync();
        ((FakeChip)bench.Boards[0].Chip).SayLater(2, "!"u8);
        wall.Step(TimeSpan.FromMilliseconds(5));
        Assert.Equal("!"u8.ToArray(), host.In(In5, 64));
        Assert.Equal(TimeSpan.FromMilliseconds(5), bench.Boards[0].Clock.Now - start);
    }

    [Theory]
    [InlineData("STM32F407VG", 2)]
    [InlineData("STM32F446RE", 2)]
    [InlineData("STM32F429ZI", 3)]
    public void Ends_at_the_USART_that_it_ends_at_on_the_makers_boards(string chip, int usart) =>
        Assert.Equal(usart, VcpWiring.DefaultUsart(chip));
}
