using static Nrst.VirtualBench.Tests.Rom.UartHost;

namespace Nrst.VirtualBench.Tests.Rom;

/// <summary>Get Checksum of AN3155, frame by frame.</summary>
public sealed class The_checksum_of_a_serial_bootloader
{
    private const uint Flash = 0x0800_0000, Usual = 0x04C1_1DB7;

    [Theory]
    [InlineData("STM32G0B1RE")]
    [InlineData("STM32F407VG", "uart-checksum")]
    public void It_is_the_one_of_the_CRC_unit_over_whole_words(string part, params string[] faults)
    {
        using var host = new UartHost(part, faults).Sync();
        host.Silicon.Flash[0x100..].Fill(0xFF);
        BitConverter.TryWriteBytes(host.Silicon.Flash[0x100..], 0x1234_5678u);
        Assert.Contains((byte)0xA1, host.Command(0x00)[3..^1]);

        Begin(host, Flash + 0x100);
        Assert.Equal([Ack], host.Address(1)); // words
        Assert.Equal([Ack], host.Address(Usual));
        Assert.Equal([Ack, Ack, 0xDF, 0x8A, 0x8A, 0x2B, 0xDF ^ 0x8A ^ 0x8A ^ 0x2B], host.Address(0xFFFF_FFFF)); // what ST's CRC unit makes of it

        // CRC-32/MPEG-2 of "12345678": a word is read with its lowest byte first, and the CRC takes its highest first.
        "43218765"u8.CopyTo(host.Silicon.Flash[0x100..]);
        Begin(host, Flash + 0x100);
        Assert.Equal([Ack], host.Address(2));
        Assert.Equal([Ack], host.Address(Usual));
        Assert.Equal([Ack, Ack, 0x49, 0xE3, 0xC2, 0xFB, 0x49 ^ 0xE3 ^ 0xC2 ^ 0xFB], host.Address(0xFFFF_FFFF));

        // Another polynomial and another beginning: the bit of the word 1 arrives at the top with its last shift.
        BitConverter.TryWriteBytes(host.Silicon.Flash[0x100..], 1u);
        Begin(host, Flash + 0x100);
        Assert.Equal([Ack], host.Address(1));
        Assert.Equal([Ack], host.Address(0x0000_0002));
        Assert.Equal([Ack, Ack, 0, 0, 0, 2, 2], host.Address(0));
        Assert.Equal([Ack, 1], host.Command(0x02)[..2]); // and it waits for the next command
    }

    [Fact]
    public void What_is_no_stretch_of_a_memory_and_what_is_disturbed_is_refused()
    {
        using var host = new UartHost("STM32F407VG", "uart-checksum").Sync();
        foreach (var words in new uint[] { 0, (1024 * 1024 / 4) + 1, 0x4000_0001, 0xFFFF_FFFF })
        {
            Begin(host, Flash);
            Assert.Equal([Nack], host.Address(words));
        }

        Begin(host, Flash + 2);
        Assert.Equal([Nack], host.Address(1));
        Begin(host, Flash);
        Assert.Equal([Nack], host.Say(0, 0, 0, 1, 2));
        Begin(host, Flash);
        Assert.Equal([Ack], host.Address(1));
        Assert.Equal([Nack], host.Say(0x04, 0xC1, 0x1D, 0xB7, 0));
        Begin(host, Flash);
        Assert.Equal([Ack], host.Address(1));
        Assert.Equal([Ack], host.Address(Usual));
        Assert.Equal([Nack], host.Say(1, 2, 3, 4, 5));
    }

    [Fact]
    public void Loaders_without_it_refuse_it()
    {
        using var host = new UartHost("STM32F407VG").Sync();
        Assert.DoesNotContain((byte)0xA1, host.Command(0x00));
        Assert.Equal([Nack], host.Command(0xA1));
    }

    [Fact]
    public void It_takes_time_with_each_word()
    {
        using var host = new UartHost("STM32F407VG", "uart-checksum").Sync();
        var one = Time(host, 1);
        var all = Time(host, 1024 * 1024 / 4);
        Assert.InRange((all - one).TotalMilliseconds, 100, 1_000);

        static TimeSpan Time(UartHost host, uint words)
        {
            Begin(host, Flash);
            Assert.Equal([Ack], host.Address(words));
            Assert.Equal([Ack], host.Address(Usual));
            var start = host.Board.Clock.Now;
            Assert.Equal(7, host.Say(TimeSpan.FromSeconds(2), Summed(0xFF, 0xFF, 0xFF, 0xFF)).Length);
            return host.Board.Clock.Now - start;
        }
    }

    private static void Begin(UartHost host, uint address)
    {
        Assert.Equal([Ack], host.Command(0xA1));
        Assert.Equal([Ack], host.Address(address));
    }
}
