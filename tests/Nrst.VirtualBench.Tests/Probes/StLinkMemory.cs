using System.Buffers.Binary;
using Nrst.VirtualBench.Probes;

namespace Nrst.VirtualBench.Tests.Probes;

public sealed class StLinkMemory
{
    private const byte Read32 = 0x07;
    private const byte Write32 = 0x08;
    private const byte Read8 = 0x0C;
    private const byte Write8 = 0x0D;
    private const byte Read16 = 0x47;
    private const byte Write16 = 0x48;

    [Theory]
    [InlineData(Write32, Read32, 4, 6144)]
    [InlineData(Write16, Read16, 2, 600)]
    [InlineData(Write8, Read8, 1, 63)]
    public void What_was_written_is_read_in_accesses_of_that_width(byte write, byte read, int width, int length)
    {
        var bench = Entered();
        var data = Pattern(length);

        // Across several of the 1 KiB borders where TAR stops counting.
        const uint at = FakeChip.RamAt + 0xFF8;
        bench.Write(write, at, data);
        Assert.Equal((0x80, 0u), bench.LastStatus());
        Assert.Equal(data, bench.Read(read, at, length));
        Assert.Equal((0x80, 0u), bench.LastStatus());

        Assert.Equal(data, bench.Chip.Ram.AsSpan(0xFF8, length).ToArray());
        Assert.All(bench.Chip.Accesses, access => Assert.Equal(width, access.Bytes));
        Assert.Equal(2 * length / width, bench.Chip.Accesses.Count);
    }

    [Fact]
    public void A_write_may_be_longer_than_any_read()
    {
        var bench = Entered();
        var data = Pattern(32768);

        bench.Write(Write32, FakeChip.RamAt, data);

        Assert.Equal((0x80, 0u), bench.LastStatus());
        Assert.Equal(data, bench.Chip.Ram.AsSpan(0, 32768).ToArray());
    }

    [Fact]
    public void Data_may_arrive_in_pieces()
    {
        var bench = Entered();
        var data = Pattern(200);
        bench.Probe.Send(ProbeBench.Block(Write32, FakeChip.RamAt, 200));

        bench.Probe.Send(data.AsSpan(0, 64));
        bench.Probe.Send(data.AsSpan(64, 64));
        Assert.Empty(bench.Chip.Accesses);
        bench.Probe.Send(data.AsSpan(128));

        Assert.Equal(data, bench.Chip.Ram.AsSpan(0, 200).ToArray());
    }

    [Fact]
    public void A_single_byte_comes_back_as_two()
    {
        var bench = Entered();
        bench.Chip.Ram[3] = 0x5A;

        Assert.Equal([0x5A, 0], bench.Ask(2, ProbeBench.Block(Read8, FakeChip.RamAt + 3, 1)));
    }

    [Theory]
    [InlineData(Read32, 6148, "v2-1", 0x08)]
    [InlineData(Read8, 65, "v2-1", 0x08)]
    [InlineData(Read8, 512, "v3", 0x80)]
    [InlineData(Read8, 513, "v3", 0x08)]
    public void Too_long_a_read_is_answered_in_full_and_regretted(byte command, int length, string kind, byte status)
    {
        var bench = Entered(kind);

        Assert.Equal(length, bench.Read(command, FakeChip.RamAt, length).Length);

        Assert.Equal(status, bench.LastStatus().Status);
    }

    [Fact]
    public void Unaligned_accesses_are_refused()
    {
        var bench = Entered();

        bench.Read(Read32, FakeChip.RamAt + 2, 4);
        Assert.Equal(0x0A, bench.LastStatus().Status);
        bench.Write(Write16, FakeChip.RamAt + 1, [1, 2]);
        Assert.Equal(0x0A, bench.LastStatus().Status);
        Assert.Empty(bench.Chip.Accesses);
    }

    [Fact]
    public void A_refused_access_is_named_and_leaves_its_traces()
    {
        var bench = Entered();
        var end = FakeChip.RamAt + (uint)bench.Chip.Ram.Length;

        Assert.Equal(16, bench.Read(Read32, end - 8, 16).Length);

        Assert.Equal((0x11, end), bench.LastStatus());
        Assert.Equal(1u << 5, bench.ReadDap(0xFFFF, 4).Value & 1u << 5);
        Assert.Equal(0x11, bench.ReadDap(0, 0x04).Status);
        Assert.Equal(0x80, bench.WriteDap(0xFFFF, 0, 4));
        Assert.Equal((0x80, end), bench.ReadDap(0, 0x04));
    }

    [Fact]
    public void The_next_memory_command_starts_afresh_after_a_fault()
    {
        var bench = Entered();
        bench.Write(Write32, 0, [1, 2, 3, 4]);
        Assert.Equal((0x11, 0u), bench.LastStatus());

        bench.Write(Write32, FakeChip.RamAt, [1, 2, 3, 4]);

        Assert.Equal(0x80, bench.LastStatus().Status);
    }

    [Fact]
    public void A_stall_within_the_probes_patience_is_only_time()
    {
        var bench = Entered();
        bench.Chip.StallNs = 50_000_000;
        var before = bench.Clock.Now;

        bench.Read(Read32, FakeChip.SlowWord, 4);

        Assert.InRange((bench.Clock.Now - before).TotalMilliseconds, 50, 51);
        Assert.Equal(0x80, bench.LastStatus().Status);
    }

    [Fact]
    public void A_longer_stall_is_reported_as_WAIT_and_ends_some_time()
    {
        var bench = Entered();
        bench.Chip.StallNs = 250_000_000;

        bench.Read(Read32, FakeChip.SlowWord, 4);
        Assert.Equal(0x10, bench.LastStatus().Status);

        bench.Read(Read32, FakeChip.RamAt, 4);
        Assert.Equal(0x10, bench.LastStatus().Status);

        bench.Read(Read32, FakeChip.RamAt, 4);
        Assert.Equal(0x80, bench.LastStatus().Status);
    }

    [Fact]
    public void A_debug_register_is_any_word()
    {
        var bench = Entered();

        Assert.Equal([0x80, 0], bench.Ask(2, 0xF2, 0x35, 0x10, 0, 0, 0x20, 0x78, 0x56, 0x34, 0x12));

        Assert.Equal(Convert.FromHexString("8000000078563412"), bench.Ask(8, 0xF2, 0x36, 0x10, 0, 0, 0x20));
        Assert.Equal(0x11, bench.Ask(8, 0xF2, 0x36, 0, 0, 0, 0)[0]);
        Assert.Equal(0x0A, bench.Ask(8, 0xF2, 0x36, 1, 0, 0, 0x20)[0]);
    }

    [Fact]
    public void A_batch_answers_every_item()
    {
        var bench = Entered();
        byte[] commands = [5, 1, 2, 3, 3, 9];
        uint[] values = [0, FakeChip.RamAt + 4, 0xCAFE_F00D, FakeChip.RamAt + 4, 0, 0];
        var data = new byte[8 + 4 * 6];
        commands.CopyTo(data, 0);
        for (var i = 0; i < 6; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(data.AsSpan(8 + 4 * i), values[i]);
        }

        bench.Tell(0xF2, 0x51, 6);
        bench.Probe.Send(data);
        var answer = bench.Ask(48, 0xF2, 0x52);

        Assert.Equal(48, answer.Length);
        Assert.Equal(0xCAFE_F00D, BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(12)));
        var statuses = Enumerable.Range(0, 6).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(24 + 4 * i)));
        Assert.Equal([0x80u, 0x80, 0x80, 0x80, 0x11, 0x08], statuses);
    }

    [Fact]
    public void Raw_access_port_traffic_works_as_old_clients_use_it()
    {
        var bench = Entered("v2-1", "V2J24M4");
        Assert.Equal(0x80, bench.WriteDap(0, 0x00, 0x2300_0052));
        Assert.Equal(0x2300_0052u, bench.ReadDap(0, 0x00).Value);

        bench.WriteDap(0, 0x04, FakeChip.RamAt + 0x3FC);
        bench.WriteDap(0, 0x0C, 0x1111_1111);
        bench.WriteDap(0, 0x0C, 0x2222_2222);

        // Past the end of its KiB TAR came back to the beginning.
        Assert.Equal(FakeChip.RamAt + 4, bench.ReadDap(0, 0x04).Value);
        Assert.Equal([0x22, 0x22, 0x22, 0x22], bench.Chip.Ram[..4]);

        bench.WriteDap(0, 0x04, FakeChip.RamAt);
        bench.WriteDap(0, 0x18, 0x3333_3333);
        Assert.Equal([0x33, 0x33, 0x33, 0x33], bench.Chip.Ram[8..12]);
        Assert.Equal(0x3333_3333u, bench.ReadDap(0, 0x18).Value);
    }

    [Fact]
    public void Power_acknowledges_follow_their_requests()
    {
        var bench = Entered();

        Assert.Equal(0xF000_0000u, bench.ReadDap(0xFFFF, 4).Value);
        bench.WriteDap(0xFFFF, 4, 0x1000_0000);
        Assert.Equal(0x3000_0000u, bench.ReadDap(0xFFFF, 4).Value);
        bench.WriteDap(0xFFFF, 4, 0);
        Assert.Equal(0u, bench.ReadDap(0xFFFF, 4).Value);
        Assert.Equal(0x11, bench.ReadDap(0, 0xFC).Status);
    }

    [Fact]
    public void A_noisy_wire_fails_only_above_its_clock_and_always_in_the_same_place()
    {
        var first = Failures();
        Assert.Contains(first, status => status is 0x12 or 0x13);
        Assert.Contains(first, status => status == 0x80);
        Assert.Equal(first, Failures());

        static List<byte> Failures()
        {
            var bench = new ProbeBench(faults: new WireFaults { NoisyAboveKilohertz = 1800 });
            bench.Enter();
            bench.Read(Read32, FakeChip.RamAt, 6144);
            Assert.Equal(0x80, bench.LastStatus().Status);

            bench.Ask(2, 0xF2, 0x43, 0, 0);
            return [.. Enumerable.Range(0, 100).Select(_ =>
            {
                bench.Read(Read32, FakeChip.RamAt, 16);
                return bench.LastStatus().Status;
            })];
        }
    }

    private static ProbeBench Entered(string kind = "v2-1", string? firmware = null)
    {
        var bench = new ProbeBench(kind, firmware);
        Assert.Equal([0x80, 0], bench.Enter());
        return bench;
    }

    private static byte[] Pattern(int length) => [.. Enumerable.Range(0, length).Select(i => (byte)(i * 7 + (i >> 8)))];
}
