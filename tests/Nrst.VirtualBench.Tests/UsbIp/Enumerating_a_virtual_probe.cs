using System.Text;

namespace Nrst.VirtualBench.Tests.UsbIp;

/// <summary>What a host asks before it uses a device. The numbers are those of descriptor dumps of real probes.</summary>
public sealed class Enumerating_a_virtual_probe
{
    [Theory]
    [InlineData("v2", 39, 1)]
    [InlineData("v2-1", 128, 4)]
    [InlineData("v3", 128, 4)]
    public async Task A_configuration_is_as_long_as_it_says_and_as_that_of_a_real_probe(string kind, int length, int interfaces)
    {
        await using var bench = new UsbIpBench(kind);
        var host = bench.Attach();

        Assert.Equal([9, 2, (byte)length, 0, (byte)interfaces, 1], host.Descriptor(2, 0, 9)[..6]);
        var whole = host.Descriptor(2, 0);
        Assert.Equal(length, whole.Length);

        var seen = 0;
        for (var at = 0; at < whole.Length; at += whole[at])
        {
            Assert.InRange(whole[at], 2, whole.Length - at);
            if (whole[at + 1] == 4)
            {
                Assert.Equal(seen++, whole[at + 2]);
            }
        }

        Assert.Equal(interfaces, seen);
    }

    [Theory]
    [InlineData("v2", "81 02 83", 64, 0)]
    [InlineData("v2-1", "81 01 82 83 03 84 05 85", 64, 0xEF)]
    [InlineData("v3", "81 01 82 83 03 84 05 85", 512, 0xEF)]
    public async Task Endpoints_and_packets_are_those_of_the_kind(string kind, string endpoints, int packet, int deviceClass)
    {
        await using var bench = new UsbIpBench(kind);
        var host = bench.Attach();

        var device = host.Descriptor(1, 0);
        Assert.Equal(18, device.Length);
        Assert.Equal((0x00, 0x02, deviceClass, 64), (device[2], device[3], device[4], device[7]));

        var found = Endpoints(host.Descriptor(2, 0));
        Assert.Equal(endpoints, string.Join(' ', found.Select(endpoint => $"{endpoint.Address:X2}")));
        Assert.All(found.Where(endpoint => endpoint.Type == 2), endpoint => Assert.Equal(packet, endpoint.Packet));
    }

    [Fact]
    public async Task Only_a_high_speed_device_has_another_speed()
    {
        await using var slow = new UsbIpBench("v2-1");
        Assert.Equal(UsbIpClient.EPIPE, slow.Attach().ControlIn(0x80, 6, 0x0600, 0, 10).Status);

        await using var fast = new UsbIpBench("v3");
        var host = fast.Attach();
        Assert.Equal([10, 6, 0, 2, 0xEF, 2, 1, 64, 1, 0], host.Descriptor(6, 0));
        var other = host.Descriptor(7, 0);
        Assert.Equal((7, 128), (other[1], other.Length));
        Assert.All(Endpoints(other).Where(endpoint => endpoint.Type == 2), endpoint => Assert.Equal(64, endpoint.Packet));
    }

    [Fact]
    public async Task Strings_have_numbers_and_a_language()
    {
        await using var bench = new UsbIpBench("v3");
        var host = bench.Attach();
        var device = host.Descriptor(1, 0);

        Assert.Equal([4, 3, 9, 4], host.Descriptor(3, 0));
        Assert.Equal("STMicroelectronics", Text(host.Descriptor(3, device[14])));
        Assert.Equal("STLINK-V3", Text(host.Descriptor(3, device[15])));
        Assert.Equal(bench.Boards[0].Identity.Serial, Text(host.Descriptor(3, device[16])));
        Assert.Equal("ST-Link Debug", Text(host.Descriptor(3, host.Descriptor(2, 0)[17])));
        Assert.Equal(UsbIpClient.EPIPE, host.ControlIn(0x80, 6, 0x0330, 0x0409, 255).Status);
    }

    [Fact]
    public async Task An_old_probe_tells_its_serial_number_byte_by_byte()
    {
        await using var bench = new UsbIpBench(null, ("v2 raw-serial", null));
        var serial = bench.Attach().Descriptor(3, 3);

        Assert.Equal(26, serial.Length);
        Assert.Equal(26, serial[0]);
        Assert.All(Enumerable.Range(0, 12), i => Assert.Equal(0, serial[3 + (2 * i)]));
        Assert.Equal(
            bench.Boards[0].Identity.Serial, Convert.ToHexString([.. Enumerable.Range(0, 12).Select(i => serial[2 + (2 * i)])]));
    }

    [Fact]
    public async Task Standard_requests_are_answered_and_others_are_not()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Connect();
        Assert.Equal(0u, host.Import("1-1"));

        Assert.Equal([0], host.ControlIn(0x80, 8, 0, 0, 1).Data);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlIn(0x81, 10, 0, 0, 1).Status);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlOut(0, 9, 2, 0).Status);
        Assert.Equal(0, host.ControlOut(0, 9, 1, 0).Status);
        Assert.Equal([1], host.ControlIn(0x80, 8, 0, 0, 1).Data);
        Assert.Equal([0], host.ControlIn(0x81, 10, 0, 3, 1).Data);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlIn(0x81, 10, 0, 4, 1).Status);
        Assert.Equal(0, host.ControlOut(1, 11, 0, 0).Status);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlOut(1, 11, 1, 0).Status);
        Assert.Equal([0, 0], host.ControlIn(0x80, 0, 0, 0, 2).Data);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlIn(0xC0, 1, 0, 0, 8).Status);
        Assert.Equal(UsbIpClient.EPIPE, host.ControlIn(0x80, 6, 0x0F00, 0, 5).Status);
        host.SubmitIn(7, 64);
        Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);
    }

    [Fact]
    public async Task A_halt_holds_until_it_is_cleared()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        Assert.Equal(0, host.ControlOut(0x02, 3, 0, 0x81).Status);
        Assert.Equal([1, 0], host.ControlIn(0x82, 0, 0, 0x81, 2).Data);
        host.Tell(0xF5);
        host.SubmitIn(1, 64);
        Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);

        Assert.Equal(0, host.ControlOut(0x02, 1, 0, 0x81).Status);
        Assert.Equal([0, 0], host.ControlIn(0x82, 0, 0, 0x81, 2).Data);
        Assert.Equal([1, 0], host.In(1, 64));
        Assert.Equal(UsbIpClient.EPIPE, host.ControlOut(0x02, 1, 0, 0x8A).Status);
    }

    [Fact]
    public async Task Choosing_the_configuration_again_forgets_what_was_under_way()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();
        host.Tell(0xF1);
        Assert.Equal(0, host.ControlOut(0, 9, 1, 0).Status);

        host.Tell(0xF5);
        Assert.Equal([1, 0], host.In(1, 64));
    }

    private static List<(int Address, int Type, int Packet)> Endpoints(byte[] configuration)
    {
        var found = new List<(int, int, int)>();
        for (var at = 0; at < configuration.Length; at += configuration[at])
        {
            if (configuration[at + 1] == 5)
            {
                found.Add((configuration[at + 2], configuration[at + 3], configuration[at + 4] | configuration[at + 5] << 8));
            }
        }

        return found;
    }

    private static string Text(byte[] descriptor) => Encoding.Unicode.GetString(descriptor, 2, descriptor[0] - 2);
}
