using System.Buffers.Binary;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Probes;

public sealed class Several_access_ports
{
    private const uint SecureCsw = 0x0300_0000, NonSecureCsw = 0x4300_0000;

    [Fact]
    public void Each_port_leads_to_a_bus_of_its_own()
    {
        var (bench, second) = Bench();
        bench.Chip.Ram[0x10] = 0x11;
        Assert.Equal([0x11, 0, 0, 0], bench.Ask(4, Block(0x07, 0, NonSecureCsw)));
        Assert.Equal(0xAFFE_0010u, BinaryPrimitives.ReadUInt32LittleEndian(bench.Ask(4, Block(0x07, 1, NonSecureCsw))));
        Assert.Equal([(0x2000_0010u, false)], second.Accesses);
    }

    [Fact]
    public void A_port_can_be_opened_where_there_is_one()
    {
        var (bench, _) = Bench();
        Assert.Equal(0x80, bench.Ask(2, 0xF2, 0x4B, 1)[0]);
        Assert.Equal(0x1D, bench.Ask(2, 0xF2, 0x4B, 2)[0]);
        bench.Ask(4, Block(0x07, 2, NonSecureCsw));
        Assert.Equal(0x1D, bench.LastStatus().Status);
    }

    [Fact]
    public void A_batch_goes_through_the_port_it_selects()
    {
        var (bench, second) = Bench();
        byte[] commands = [5, 3, 5, 3];
        uint[] values = [1, FakeChip.RamAt + 0x10, 2, FakeChip.RamAt + 0x10];
        var data = new byte[20];
        commands.CopyTo(data, 0);
        for (var i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(4 + (4 * i)), values[i]);
        }

        bench.Tell(0xF2, 0x51, 4);
        bench.Probe.Send(data);
        var answer = bench.Ask(32, 0xF2, 0x52);
        Assert.Equal(0xAFFE_0010u, BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(4)));
        Assert.Equal([0x80, 0x80, 0x1D, 0x1D], Enumerable.Range(0, 4).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(16 + (4 * i)))));
        Assert.Single(second.Accesses);
    }

    [Fact]
    public void CSW_says_whether_an_access_is_secure()
    {
        var (bench, second) = Bench();
        bench.Ask(4, Block(0x07, 1, SecureCsw));
        bench.Ask(4, Block(0x07, 1, NonSecureCsw));
        Assert.Equal([(0x2000_0010u, true), (0x2000_0010u, false)], second.Accesses);
    }

    private static (ProbeBench Bench, SmallPort Second) Bench()
    {
        var bench = new ProbeBench("v3");
        var second = new SmallPort();
        bench.Chip.Second = second;
        bench.Enter();
        return (bench, second);
    }

    private static byte[] Block(byte command, byte ap, uint csw)
    {
        var packet = ProbeBench.Block(command, FakeChip.RamAt + 0x10, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(packet.AsSpan(8), csw | ap);
        return packet;
    }

    private sealed class SmallPort : IMemoryPort
    {
        public List<(uint Address, bool Secure)> Accesses { get; } = [];

        public uint Idr => 0x8477_0001;

        public uint Base => 0xE00F_E003;

        public uint ResetCsw => 0x4300_0002;

        public BusStatus Read(uint address, int bytes, out uint value, bool secure, ref long now)
        {
            Accesses.Add((address, secure));
            value = 0xAFFE_0000 | (address & 0xFFFF);
            return BusStatus.Ok;
        }

        public BusStatus Write(uint address, int bytes, uint value, bool secure, ref long now) => BusStatus.Ok;
    }
}
