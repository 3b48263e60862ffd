using static Nrst.VirtualBench.Tests.Rom.UartHost;

namespace Nrst.VirtualBench.Tests.Rom;

/// <summary>AN3155, frame by frame.</summary>
public sealed class A_bootloader_over_a_serial_line
{
    private const uint Flash = 0x0800_0000;

    private static readonly byte[] Loop = [0x00, 0x08, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xFE, 0xE7, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    [Theory]
    [InlineData("STM32F103C8", "79-0B-22-00-01-02-11-21-31-43-63-73-82-92-79", 0x410)]
    [InlineData("STM32F407VG", "79-0B-31-00-01-02-11-21-31-44-63-73-82-92-79", 0x413)]
    [InlineData("STM32H563ZI", "79-0A-40-00-01-02-11-21-31-44-50-63-73-79", 0x484)]
    [InlineData("STM32U575ZI", "79-0B-31-00-01-02-11-21-31-44-63-73-82-92-79", 0x482)]
    public void It_tells_what_it_is(string part, string commands, int productId)
    {
        using var host = new UartHost(part).Sync();
        Assert.Equal(commands, BitConverter.ToString(host.Command(0x00)));
        Assert.Equal([Ack, Convert.ToByte(commands[6..8], 16), 0, 0, Ack], host.Command(0x01));
        Assert.Equal([Ack, 1, (byte)(productId >> 8), (byte)productId, Ack], host.Command(0x02));
        Assert.Equal([Nack], host.Command(0x77));
        Assert.Equal([Nack], host.Say(0x11, 0x11));
    }

    [Theory]
    [InlineData("STM32F072CB")]
    [InlineData("STM32F207ZG")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32C011F6")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32H7A3ZI")]
    [InlineData("STM32H563ZI")]
    [InlineData("STM32L031K6")]
    [InlineData("STM32L073RZ")]
    [InlineData("STM32L152RE")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32L552ZE")]
    [InlineData("STM32U575ZI")]
    [InlineData("STM32U031C8")]
    [InlineData("STM32WB55RG")]
    [InlineData("STM32WB15CC")]
    [InlineData("STM32WLE5JC")]
    [InlineData("STM32WBA52CG")]
    public void Erases_pages_writes_reads_and_starts(string part)
    {
        using var host = new UartHost(part).Sync();
        var second = host.Silicon.FlashModel.Map.Units[1];
        host.Silicon.Flash[(int)second.Offset] = 0x77;
        Assert.Equal([Ack], host.Command(0x44));
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(10), Summed(0, 1, 0, 0, 0, 1)));
        Assert.Equal(host.Silicon.FlashModel.Cells.ErasedValue, host.Silicon.Flash[(int)second.Offset]);

        byte[] block = [.. Loop, .. Enumerable.Range(0, 240).Select(i => (byte)(i * 3))];
        host.Write(Flash, block);
        Assert.Equal(block, host.Silicon.Flash[..256].ToArray());
        Assert.Equal(block, host.Read(Flash, 256));

        Assert.Equal([Ack], host.Command(0x21));
        Assert.Equal([Ack], host.Address(Flash));
        Assert.Equal(Flash + 8, host.Silicon.Core.GetRegister(15));
        Assert.Equal([], host.Say(0x7F));
    }

    [Fact]
    public void Old_loaders_erase_with_one_byte_a_page()
    {
        using var host = new UartHost("STM32F103C8").Sync();
        host.Silicon.Flash[0x400] = host.Silicon.Flash[0x8000] = 0;
        Assert.Equal([Nack], host.Command(0x44));
        Assert.Equal([Ack], host.Command(0x43));
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(5), Summed(0, 1)));
        Assert.Equal(0xFF, host.Silicon.Flash[0x400]);
        Assert.Equal([Ack], host.Command(0x43));
        Assert.Equal([Ack], host.Say(0xFF, 0x01)); // acknowledged, and not done
        Assert.Equal(0, host.Silicon.Flash[0x8000]);
        Assert.Equal([Ack], host.Command(0x43));
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(5), 0xFF, 0x00));
        Assert.Equal(0xFF, host.Silicon.Flash[0x8000]);
    }

    [Fact]
    public void Banks_are_erased_one_by_one_or_together()
    {
        using var host = new UartHost("STM32F429ZI").Sync();
        var half = host.Silicon.Flash.Length / 2;
        host.Silicon.Flash[5] = host.Silicon.Flash[half + 5] = 0;
        host.Command(0x44);
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(40), Summed(0xFF, 0xFD)));
        Assert.Equal((0x00, 0xFF), (host.Silicon.Flash[5], host.Silicon.Flash[half + 5]));
        host.Command(0x44);
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(40), Summed(0xFF, 0xFE)));
        Assert.Equal(0xFF, host.Silicon.Flash[5]);
        host.Command(0x44);
        Assert.Equal([Nack], host.Say(Summed(0xFF, 0xF5)));
    }

    [Fact]
    public void A_line_carries_eleven_bits_a_byte()
    {
        using var host = new UartHost("STM32F407VG").Sync(9600);
        host.Silicon.Flash[..256].Fill(0x5A);
        host.Command(0x11);
        host.Address(Flash);
        var before = host.Board.Clock.Now;
        host.Line.Send([0xFF, 0x00]);
        var buffer = new byte[1];
        for (var i = 0; i < 257; i++)
        {
            Assert.Equal(1, host.Line.Receive(buffer, TimeSpan.FromSeconds(1)));
        }

        var expected = TimeSpan.FromSeconds(259 * 11 / 9600.0);
        Assert.InRange(host.Board.Clock.Now - before, expected - TimeSpan.FromMilliseconds(1), expected + TimeSpan.FromMilliseconds(1));
    }

    [Fact]
    public void Nobody_listens_before_the_loader_has_started()
    {
        using var host = new UartHost("STM32F407VG");
        host.Board.PowerCycle();
        host.Line.Configure(115_200, SerialParity.Even);
        Assert.Equal([], host.Say(TimeSpan.FromMilliseconds(50), 0x7F));
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(100));
        Assert.Equal([Ack], host.Say(0x7F));
    }

    [Fact]
    public void Who_is_synchronised_takes_the_first_byte_for_half_a_command()
    {
        using var host = new UartHost("STM32F407VG").Sync();
        Assert.Equal([], host.Say(0x7F));
        Assert.Equal([Nack], host.Say(0x7F));
        Assert.Equal(Ack, host.Command(0x00)[0]);
    }

    [Fact]
    public void The_interface_that_is_used_first_has_the_loader_for_itself()
    {
        using var serial = new UartHost("STM32F407VG").Sync();
        Assert.Null(serial.Board.Dfu);
        using var usb = new DfuHost("STM32F407VG").Ready();
        var line = usb.Board.OpenSerial()!;
        line.Send([0x7F]);
        Assert.Equal(0, line.Receive(new byte[4], TimeSpan.FromMilliseconds(100)));
    }

    [Fact]
    public void Frames_with_a_wrong_sum_and_addresses_nobody_has_are_refused()
    {
        using var host = new UartHost("STM32F407VG").Sync();
        host.Command(0x31);
        Assert.Equal([Nack], host.Address(0x0900_0000));
        host.Command(0x31);
        Assert.Equal([Nack], host.Address(0x2000_0100)); // the loader's own
        host.Command(0x11);
        Assert.Equal([Nack], host.Say(8, 0, 0, 0, 9));
        host.Command(0x31);
        host.Address(Flash + 0x4000);
        Assert.Equal([Nack], host.Say(3, 1, 2, 3, 4, 0));
        host.Write(0x2000_4000, [1, 2, 3, 4]);
        Assert.Equal([1, 2, 3, 4], host.Read(0x2000_4000, 4));
    }

    [Fact]
    public void Read_protection_shuts_nearly_everything_until_it_is_lifted()
    {
        using var host = new UartHost("STM32F429ZI").Sync();
        Assert.Equal([Ack, Ack], host.Say(TimeSpan.FromSeconds(5), 0x82, 0x7D));
        host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        host.Sync();
        Assert.Equal([Nack], host.Command(0x11));
        Assert.Equal([Nack], host.Command(0x31));
        Assert.Equal([Nack], host.Command(0x44));
        Assert.Equal(5, host.Command(0x02).Length);
        host.Silicon.Flash[7] = 0;
        Assert.Equal(Ack, host.Say(TimeSpan.FromSeconds(60), 0x92, 0x6D)[0]);
        host.Board.Clock.Wait(TimeSpan.FromSeconds(60));
        host.Line.DropInput();
        host.Sync();
        Assert.Equal(0xFF, host.Silicon.Flash[7]);
        Assert.Equal([Ack], host.Command(0x11));
    }

    [Theory]
    [InlineData("STM32F103C8")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32L073RZ")]
    [InlineData("STM32L433CC")]
    [InlineData("STM32H743ZI")]
    public void Write_protection_is_acknowledged_and_keeps_quiet(string part)
    {
        using var host = new UartHost(part).Sync();
        Assert.Equal([Ack], host.Command(0x63));
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(5), Summed(0, 0)));
        host.Board.PowerCycle();
        host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        host.Sync();
        var old = host.Silicon.Flash[0];
        host.Command((byte)(part == "STM32F103C8" ? 0x43 : 0x44));
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(10), part == "STM32F103C8" ? Summed(0, 0) : Summed(0, 0, 0, 0)));
        Assert.Equal(old, host.Silicon.Flash[0]);

        Assert.Equal([Ack, Ack], host.Say(TimeSpan.FromSeconds(5), 0x73, 0x8C));
        host.Board.PowerCycle();
        host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        host.Sync();
        host.Command((byte)(part == "STM32F103C8" ? 0x43 : 0x44));
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(10), part == "STM32F103C8" ? Summed(0, 0) : Summed(0, 0, 0, 0)));
        Assert.Equal(host.Silicon.FlashModel.Cells.ErasedValue, host.Silicon.Flash[0]);
    }

    [Fact]
    public void DTR_and_RTS_bring_a_wired_board_into_its_loader_and_out_again()
    {
        using var host = new UartHost("STM32F407VG", "dtr-nrst,!rts-boot0", []);
        host.Line.Configure(115_200, SerialParity.Even);
        Assert.Equal([], host.Say(0x7F));
        host.Line.SetLines(dtr: true, rts: true);
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        host.Line.SetLines(dtr: false, rts: null);
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(200));
        Assert.Equal([Ack], host.Say(0x7F));

        host.Line.SetLines(dtr: true, rts: false);
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        host.Line.SetLines(dtr: false, rts: null);
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(200));
        Assert.Equal([], host.Say(0x7F));
    }
}
