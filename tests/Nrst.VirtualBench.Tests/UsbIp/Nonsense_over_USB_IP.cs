namespace Nrst.VirtualBench.Tests.UsbIp;

public sealed class Nonsense_over_USB_IP
{
    [Theory]
    [InlineData(0x0106, 0x8003, 0x0003)]
    [InlineData(0x0111, 0x8004, 0x0004)]
    [InlineData(0x4745, 0x5420, 0x5420)]
    public async Task A_request_of_another_version_or_kind_is_refused(int version, int code, int reply)
    {
        await using var bench = new UsbIpBench();
        var client = bench.Connect();

        client.Send((byte)(version >> 8), (byte)version, (byte)(code >> 8), (byte)code, 0, 0, 0, 0);

        Assert.Equal([0x01, 0x11, (byte)(reply >> 8), (byte)reply, 0, 0, 0, 5], client.Receive(8));
        Assert.True(client.IsClosed());
    }

    [Theory]
    [InlineData(0, 5u)]             // no command of USB/IP
    [InlineData(12, 2u)]            // no direction
    [InlineData(16, 16u)]           // no endpoint
    [InlineData(24, 0x4000_0000u)]  // a transfer longer than any
    [InlineData(32, 8u)]            // isochronous, which no endpoint here is
    public async Task A_header_that_cannot_be_ends_the_connection_and_not_the_server(int at, uint value)
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();
        var header = new byte[48];
        (header[3], header[7], header[15], header[19]) = (1, 99, 1, 1);
        header.AsSpan(32, 4).Fill(0xFF);
        (header[at], header[at + 1], header[at + 2], header[at + 3]) = ((byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value);

        host.Send(header);

        Assert.True(host.IsClosed());
        await bench.AttachWhenFreeAsync();
    }

    [Fact]
    public async Task Random_bytes_leave_the_server_as_it_was()
    {
        await using var bench = new UsbIpBench();
        var random = new Random(20);
        for (var round = 0; round < 60; round++)
        {
            using var client = round % 2 == 0 ? bench.Connect() : await bench.AttachWhenFreeAsync();
            var noise = new byte[random.Next(1, 400)];
            random.NextBytes(noise);
            if (round % 4 == 3)
            {
                // Headers whose commands are right, so that the rest is looked at.
                for (var at = 0; at + 4 <= noise.Length; at += 48)
                {
                    (noise[at], noise[at + 1], noise[at + 2], noise[at + 3]) = (0, 0, 0, (byte)random.Next(1, 3));
                }
            }

            client.Send(noise);
        }

        var host = await bench.AttachWhenFreeAsync();
        host.Tell(0xF1);
        Assert.Equal(6, host.In(1, 64).Length);
    }

    [Fact]
    public async Task Random_transfers_are_each_answered_once()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();
        var random = new Random(21);
        var open = new HashSet<uint>();
        for (var round = 0; round < 300; round++)
        {
            var endpoint = (byte)random.Next(0, 7);
            var setup = new byte[8];
            random.NextBytes(setup);
            setup[7] = 0;
            setup[0] &= 0xE3;
            if (random.Next(2) == 0)
            {
                open.Add(host.SubmitIn(endpoint, random.Next(0, 300), (uint)random.Next(2), setup));
            }
            else
            {
                var data = new byte[random.Next(0, 100)];
                random.NextBytes(data);
                open.Add(host.SubmitOut(endpoint, data, setup));
            }
        }

        // A request that is surely answered at once comes behind the answers to all that could be answered.
        foreach (var victim in open.ToArray())
        {
            host.Unlink(victim);
        }

        var marker = host.SubmitIn(0, 18, setup: UsbIpClient.Setup(0x80, 6, 0x0100, 0, 18));
        var unlinked = 0;
        for (var answer = host.Next(); answer.Seqnum != marker; answer = host.Next())
        {
            if (answer.Command == 3)
            {
                Assert.True(open.Remove(answer.Seqnum));
            }
            else
            {
                Assert.Contains(answer.Status, new[] { 0, UsbIpClient.ECONNRESET });
                unlinked += answer.Status == 0 ? 0 : 1;
            }
        }

        Assert.Equal(open.Count, unlinked);
    }

    [Fact]
    public async Task A_port_in_use_is_said_so()
    {
        await using var bench = new UsbIpBench();

        var refusal = Assert.Throws<ProbeException>(() => new VirtualBench.UsbIp.UsbIpServer(bench.Shelf, bench.Server.Port));

        Assert.Equal("NRST1185", refusal.Code);
        Assert.Contains(refusal.Remedies, remedy => remedy.Command == "nrst bench serve NAME --usbip 0");
    }
}
