using System.Net;
using System.Net.Sockets;

namespace Nrst.Probes.StLink.Tests;

public sealed class Over_an_stlink_server
{
    private const string First = "066CFF535155878281112233";
    private const string Second = "57FF72067265575742132067";
    private const string Host = "127.0.0.1";

    private readonly TestClock _clock = new();

    [Fact]
    public void All_probes_are_listed()
    {
        using var server = new TinyServer((First, 0x374B, false), (Second, 0x3748, true));

        var devices = StLinkServerClient.List(Host, server.Port);

        Assert.Equal(
            [new StLinkServerDevice(0x10, First, 0x0483, 0x374B, false), new StLinkServerDevice(0x11, Second, 0x0483, 0x3748, true)],
            devices);
    }

    [Fact]
    public void The_only_probe_is_opened_and_works()
    {
        using var server = new TinyServer((First, 0x3748, false));
        using (var probe = StLinkProbe.OpenServer(Host, server.Port, null, _clock))
        {
            probe.Attach();
            byte[] data = [.. Enumerable.Range(0, 7001).Select(i => (byte)(i * 7))];
            probe.Memory.Write(new Address(0x2000_0000), data);
            var back = new byte[data.Length];
            probe.Memory.Read(new Address(0x2000_0000), back);
            var words = new uint[3];
            probe.Words.Run([.. Enumerable.Range(0, 3).Select(i => WordAccess.Read(new Address(0x2000_0000 + 4 * (uint)i)))], words);

            Assert.Equal(data, back);
            Assert.Equal(data[..12], words.SelectMany(BitConverter.GetBytes));
            Assert.Equal(new ProbeIdentity("ST-LINK/V2", First, "V2J37S7", 0x0483, 0x3748), probe.Identity);
            Assert.Contains("F2 52", server.Probe.Log);
        }

        server.Dispose();
        Assert.Equal(0x04, server.Requests[^1]); // closed as politely as it was opened
    }

    [Theory]
    [InlineData(Second)]
    [InlineData("57ff")]
    public void One_of_several_is_chosen_by_its_serial_number(string serial)
    {
        using var server = new TinyServer((First, 0x374B, false), (Second, 0x3748, false));

        using var probe = StLinkProbe.OpenServer(Host, server.Port, serial, _clock);

        Assert.Equal(Second, probe.Identity.Serial);
        Assert.Equal(0x11u, server.Opened);
    }

    [Fact]
    public void An_old_server_gets_no_word_batches()
    {
        using var server = new TinyServer((First, 0x3748, false)) { Api = 2 };
        using var probe = StLinkProbe.OpenServer(Host, server.Port, null, _clock);

        probe.Words.Run([.. Enumerable.Range(0, 5).Select(i => WordAccess.Read(new Address(4 * (uint)i)))], new uint[5]);

        Assert.DoesNotContain("F2 51", server.Probe.Log);
        Assert.Equal(5, server.Probe.Log.Count(c => c == "F2 36"));
    }

    [Fact]
    public void Busy_is_waited_for_and_given_up()
    {
        using var server = new TinyServer((First, 0x3748, false));
        using var probe = StLinkProbe.OpenServer(Host, server.Port, null, _clock);

        server.Busy = 5;
        probe.Memory.Write32(new Address(0), 42);
        Assert.Equal(42u, probe.Memory.Read32(new Address(0)));
        Assert.True(_clock.Now > TimeSpan.Zero);

        server.Busy = int.MaxValue;
        var error = Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0)));
        Assert.Equal("NRST1318", error.Code);
        Assert.True(error.TimedOut);
    }

    [Fact]
    public void An_error_of_the_server_ends_the_conversation()
    {
        using var server = new TinyServer((First, 0x3748, false));
        using var probe = StLinkProbe.OpenServer(Host, server.Port, null, _clock);
        server.Trouble = 0x1004;

        var error = Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0)));

        Assert.Equal("NRST1316", error.Code);
        Assert.Contains(error.Evidence, e => e.Contains("0x1004", StringComparison.Ordinal));
        server.Trouble = null;
        Assert.Same(error, Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0))).InnerException);
    }

    [Fact]
    public void A_closed_connection_is_named()
    {
        using var server = new TinyServer((First, 0x3748, false));
        using var probe = StLinkProbe.OpenServer(Host, server.Port, null, _clock);
        server.Trouble = 0;

        var error = Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(0)));

        Assert.Equal("NRST1314", error.Code);
        Assert.True(error.LostSync);
    }

    [Fact]
    public void A_used_probe_is_refused()
    {
        using var server = new TinyServer((First, 0x374B, true));

        var error = Assert.Throws<ProbeException>(() => StLinkProbe.OpenServer(Host, server.Port, null, _clock));

        Assert.Equal("NRST1313", error.Code);
        Assert.DoesNotContain((byte)0x03, server.Requests);
    }

    [Fact]
    public void A_choice_that_is_none_lists_what_there_is()
    {
        using var two = new TinyServer((First, 0x374B, false), (Second, 0x3748, false));
        var several = Assert.Throws<ProbeException>(() => StLinkProbe.OpenServer(Host, two.Port, null, _clock));
        using var again = new TinyServer((First, 0x374B, false));
        var unknown = Assert.Throws<ProbeException>(() => StLinkProbe.OpenServer(Host, again.Port, "FFFF", _clock));
        using var none = new TinyServer();
        var empty = Assert.Throws<ProbeException>(() => StLinkProbe.OpenServer(Host, none.Port, null, _clock));

        Assert.Equal(["NRST1317", "NRST1312", "NRST1312"], [several.Code, unknown.Code, empty.Code]);
        Assert.Contains($"ST-LINK/V2 {Second}", several.Evidence);
        Assert.Contains($"ST-LINK/V2-1 {First}", unknown.Evidence);
    }

    [Fact]
    public void A_server_that_says_nothing_is_given_up()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var connection = ServerConnection.Open(Host, ((IPEndPoint)silent.LocalEndpoint).Port, TimeSpan.FromMilliseconds(50));

        var error = Assert.Throws<ProbeException>(() => connection.Ask([0x00, 0x00], "refreshing its list"));

        Assert.Equal("NRST1315", error.Code);
        Assert.True(error.TimedOut);
        Assert.True(error.LostSync);
    }

    [Fact]
    public void Nothing_that_listens_is_named()
    {
        using var free = new TcpListener(IPAddress.Loopback, 0);
        free.Start();
        var port = ((IPEndPoint)free.LocalEndpoint).Port;
        free.Stop();

        var error = Assert.Throws<ProbeException>(() => StLinkServerClient.List(Host, port));

        Assert.Equal("NRST1311", error.Code);
        Assert.Contains($"127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
    }
}
