using System.Buffers.Binary;
using System.Text;

namespace Nrst.VirtualBench.Tests.UsbIp;

/// <summary>A drive without a medium, asked as the bulk-only transport asks.</summary>
public sealed class The_disk_of_a_virtual_probe
{
    private const byte In3 = 3, Out3 = 3;

    [Fact]
    public async Task Is_a_removable_drive_that_says_there_is_no_medium()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        Assert.Equal([0], host.ControlIn(0xA1, 0xFE, 0, 1, 1).Data);
        var inquiry = Command(host, 36, [0x12, 0, 0, 0, 36]);
        Assert.Equal([0x00, 0x80], inquiry[..2]);
        Assert.StartsWith("STM", Encoding.ASCII.GetString(inquiry, 8, 8));
        Assert.Equal((0, 0u), Status(host));

        Assert.Empty(Command(host, 0, [0x00]));
        Assert.Equal((1, 0u), Status(host));
        var sense = Command(host, 18, [0x03, 0, 0, 0, 18]);
        Assert.Equal((0x70, 2, 0x3A), (sense[0], sense[2], sense[12]));
        Assert.Equal((0, 0u), Status(host));
        Assert.Equal(0, Command(host, 18, [0x03, 0, 0, 0, 18])[2]);
        Status(host);
    }

    [Fact]
    public async Task Data_that_does_not_come_is_a_halt_before_the_status()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        host.Out(Out3, Wrapper(8, toHost: true, [0x25]));
        host.SubmitIn(In3, 8);
        Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);
        host.SubmitIn(In3, 13);
        Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);
        Assert.Equal(0, host.ControlOut(0x02, 1, 0, 0x83).Status);
        Assert.Equal((1, 8u), Status(host));
    }

    [Fact]
    public async Task More_room_than_data_ends_in_a_short_packet_and_a_residue()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        host.Out(Out3, Wrapper(192, toHost: true, [0x1A, 0, 0x3F, 0, 192]));
        Assert.Equal([3, 0, 0x80, 0], host.In(In3, 192));
        Assert.Equal((0, 188u), Status(host));
    }

    [Fact]
    public async Task A_command_out_of_step_halts_it_until_it_is_reset()
    {
        await using var bench = new UsbIpBench();
        var host = bench.Attach();

        host.SubmitOut(Out3, new byte[31]);
        Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);
        host.ControlOut(0x02, 1, 0, 0x03);
        host.SubmitOut(Out3, Wrapper(0, toHost: false, [0]));
        Assert.Equal(UsbIpClient.EPIPE, host.Next().Status);

        Assert.Equal(0, host.ControlOut(0x21, 0xFF, 0, 1).Status);
        host.ControlOut(0x02, 1, 0, 0x03);
        Assert.Empty(Command(host, 0, [0x00]));
        Assert.Equal((1, 0u), Status(host));
    }

    private static byte[] Command(UsbIpClient host, int length, byte[] command)
    {
        host.Out(Out3, Wrapper(length, toHost: true, command));
        return length == 0 ? [] : host.In(In3, length);
    }

    private static (int Status, uint Residue) Status(UsbIpClient host)
    {
        var status = host.In(In3, 13);
        Assert.Equal("USBS"u8.ToArray(), status[..4]);
        Assert.Equal(0x1234_5678u, BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(4)));
        return (status[12], BinaryPrimitives.ReadUInt32LittleEndian(status.AsSpan(8)));
    }

    private static byte[] Wrapper(int length, bool toHost, byte[] command)
    {
        var wrapper = new byte[31];
        "USBC"u8.CopyTo(wrapper);
        BinaryPrimitives.WriteUInt32LittleEndian(wrapper.AsSpan(4), 0x1234_5678);
        BinaryPrimitives.WriteInt32LittleEndian(wrapper.AsSpan(8), length);
        wrapper[12] = (byte)(toHost ? 0x80 : 0);
        wrapper[14] = (byte)command.Length;
        command.CopyTo(wrapper, 15);
        return wrapper;
    }
}
