using static Nrst.VirtualBench.Tests.Rom.UartHost;

namespace Nrst.VirtualBench.Tests.Rom;

public sealed class Defects_of_a_serial_bootloader
{
    private const uint Flash = 0x0800_0000;

    [Fact]
    public void One_acknowledges_twice()
    {
        using var host = new UartHost("STM32L412KB");
        host.Line.Configure(115_200, SerialParity.Even);
        Assert.Equal([Ack, Ack], host.Say(0x7F));
        using var asked = new UartHost("STM32F429ZI", "uart-two-acks");
        asked.Line.Configure(115_200, SerialParity.Even);
        Assert.Equal([Ack, Ack], asked.Say(0x7F));
    }

    [Theory]
    [InlineData("STM32F407VG", null, 2)]
    [InlineData("STM32F429ZI", null, 1)]
    [InlineData("STM32F429ZI", "uart-two-nacks", 2)]
    public void Some_refuse_twice_under_read_protection(string part, string? fault, int times)
    {
        using var host = new UartHost(part, fault is null ? [] : [fault]).Sync();
        host.Say(TimeSpan.FromSeconds(5), 0x82, 0x7D);
        host.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        host.Sync();
        Assert.Equal(Enumerable.Repeat(Nack, times), host.Command(0x11));
    }

    [Theory]
    [InlineData("STM32L151CB", new string[0])] // V3.0
    [InlineData("STM32F407VG", new[] { "uart-no-nack-for-address" })]
    public void A_bad_address_may_be_met_with_silence(string part, string[] faults)
    {
        using var host = new UartHost(part, faults).Sync();
        Assert.Equal([Ack], host.Command(0x11));
        Assert.Equal([], host.Address(0x6000_0000));
        Assert.Equal([Ack], host.Command(0x11));
    }

    [Fact]
    public void Go_may_lack_its_first_acknowledge()
    {
        using var host = new UartHost("STM32H743ZI", "uart-no-ack-on-go").Sync();
        Assert.Equal([], host.Command(0x21));
        Assert.Equal([Ack], host.Address(Flash));
    }

    [Fact]
    public void A_read_straight_behind_a_write_may_find_it_erased()
    {
        using var host = new UartHost("STM32H723ZG").Sync();
        host.Command(0x44);
        host.Say(TimeSpan.FromSeconds(10), Summed(0, 0, 0, 0));
        byte[] data = [.. Enumerable.Range(0, 32).Select(i => (byte)i)];
        host.Write(Flash, data);
        Assert.Equal(Enumerable.Repeat((byte)0xFF, 32), host.Read(Flash, 32));
        Assert.Equal(data, host.Read(Flash, 32));
    }

    [Theory]
    [InlineData("STM32F407VG", 230_400, new string[0])]
    [InlineData("STM32G474RE", 57_600, new[] { "uart-deaf-above:38400" })]
    public void A_baud_rate_measured_wrongly_is_noticed_behind_the_first_byte(string part, int baud, string[] faults)
    {
        using var host = new UartHost(part, faults);
        host.Line.Configure(baud, SerialParity.Even);
        Assert.Single(host.Say(0x7F));
        Assert.DoesNotContain(Ack, host.Command(0x00));
    }

    [Fact]
    public void A_later_loader_measures_fast_lines_too()
    {
        using var host = new UartHost("STM32G474RE").Sync(921_600);
        Assert.Equal(Ack, host.Command(0x00)[0]);
    }

    [Fact]
    public void No_loader_of_an_L0_erases_everything_at_once()
    {
        using var host = new UartHost("STM32L073RZ").Sync();
        host.Command(0x44);
        Assert.Equal([Nack], host.Say(Summed(0xFF, 0xFF)));
    }

    [Fact]
    public void Too_many_pages_are_refused()
    {
        using var host = new UartHost("STM32L476RG", "uart-page-limit:100").Sync();
        host.Command(0x44);
        Assert.Equal([Nack], host.Say(Summed([0, 100, .. Enumerable.Range(0, 101).SelectMany(page => (byte[])[0, (byte)page])])));
        host.Command(0x44);
        Assert.Equal([Ack], host.Say(TimeSpan.FromSeconds(10), Summed([0, 99, .. Enumerable.Range(0, 100).SelectMany(page => (byte[])[0, (byte)page])])));
    }

    [Fact]
    public void A_command_may_be_refused_or_passed_over_once()
    {
        using var host = new UartHost("STM32F407VG", "uart-nack-at:2", "uart-silent-at:3").Sync();
        Assert.Equal(Ack, host.Command(0x00)[0]);
        Assert.Equal([Nack], host.Command(0x00));
        Assert.Equal([], host.Command(0x00));
        Assert.Equal(Ack, host.Command(0x00)[0]);
    }

    [Fact]
    public void A_strict_loader_does_not_understand_a_line_without_parity()
    {
        using var host = new UartHost("STM32F407VG", "uart-wants-parity").Sync(parity: SerialParity.None);
        Assert.NotEqual(Ack, host.Command(0x00).FirstOrDefault());
        using var lenient = new UartHost("STM32F407VG").Sync(parity: SerialParity.None);
        Assert.Equal(Ack, lenient.Command(0x00)[0]);
    }

    [Fact]
    public void Noise_and_losses_happen_as_often_as_asked_for_and_always_in_the_same_places()
    {
        Assert.Equal(Errors("uart-noise:20000"), Errors("uart-noise:20000"));
        Assert.InRange(Errors("uart-noise:20000"), 3, 60); // two bytes of each can tell
        Assert.InRange(Errors("uart-loses-bytes:20000"), 10, 190); // and one lost byte shifts all that follow
        Assert.Equal(0, Errors("uart-noise:0"));

        static int Errors(string fault)
        {
            using var host = new UartHost("STM32F407VG", fault);
            host.Line.Configure(115_200, SerialParity.Even);
            host.Say(0x7F);
            return Enumerable.Range(0, 200).Count(_ => host.Command(0x00).Length != 15);
        }
    }
}
