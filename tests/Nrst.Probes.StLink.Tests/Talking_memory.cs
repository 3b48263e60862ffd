namespace Nrst.Probes.StLink.Tests;

public sealed class Talking_memory
{
    private static readonly Address Ram = new(0x2000_0000);
    private readonly TestClock _clock = new();

    [Fact]
    public void A_ragged_write_is_bytes_words_bytes()
    {
        var (probe, memory) = Open();
        byte[] data = [.. Enumerable.Range(1, 14).Select(i => (byte)i)];

        memory.Write(Ram + 3, data);

        Assert.Equal(["F2 0D", "F2 3E", "F2 08", "F2 3E", "F2 0D", "F2 3E"], probe.Log);
        Assert.Equal([1, 0, 12, 0, 1, 0], probe.DataOut);
        Assert.Equal(data, Enumerable.Range(3, 14).Select(i => probe.Byte(Ram.Value + (uint)i)));
    }

    [Fact]
    public void What_is_written_is_read_at_any_place_and_length()
    {
        var (_, memory) = Open();
        for (var start = 0u; start < 5; start++)
        {
            for (var length = 0; length < 12; length++)
            {
                byte[] data = [.. Enumerable.Range(0, length).Select(i => (byte)(17 * i + start + 1))];
                memory.Write(Ram + start, data);
                var back = new byte[length];
                memory.Read(Ram + start, back);
                Assert.Equal(data, back);
            }
        }
    }

    [Fact]
    public void Nothing_takes_no_exchange()
    {
        var (probe, memory) = Open();

        memory.Read(Ram, []);
        memory.Write(Ram, []);

        Assert.Empty(probe.Log);
    }

    [Theory]
    [InlineData(4112, 1)]
    [InlineData(6144, 1)]
    [InlineData(6148, 2)]
    [InlineData(20000, 4)]
    public void Long_blocks_go_in_as_few_commands_as_allowed(int length, int commands)
    {
        var (probe, memory) = Open();

        memory.Write(Ram, new byte[length]);
        memory.Read(Ram, new byte[length]);

        Assert.Equal(commands, probe.Log.Count(c => c == "F2 08"));
        Assert.Equal(commands, probe.Log.Count(c => c == "F2 07"));
        Assert.Equal(2 * commands, probe.Log.Count(c => c == "F2 3E"));
        Assert.True(probe.DataOut.Max() <= 6144);
    }

    [Fact]
    public void Narrow_writes_go_in_their_own_width()
    {
        var (probe, memory) = Open();

        memory.Write(Ram, new byte[8], AccessSize.HalfWord);
        memory.Write(Ram, new byte[130], AccessSize.Byte);

        Assert.Equal(["F2 48", "F2 3E", "F2 0D", "F2 3E", "F2 0D", "F2 3E", "F2 0D", "F2 3E"], probe.Log);
        Assert.Equal([8, 0, 64, 0, 64, 0, 2, 0], probe.DataOut);
        Assert.Throws<ArgumentException>(() => memory.Write(Ram + 1, new byte[2], AccessSize.HalfWord));
        Assert.Throws<ArgumentException>(() => memory.Read32(Ram + 2));
    }

    [Fact]
    public void Half_words_need_a_firmware_that_has_them()
    {
        var (_, memory) = Open(0x2000 | 25 << 6);

        var error = Assert.Throws<ProbeException>(() => memory.Write(Ram, new byte[2], AccessSize.HalfWord));

        Assert.Equal("NRST1305", error.Code);
    }

    [Fact]
    public void A_fault_in_a_block_names_its_address()
    {
        var (probe, memory) = Open();
        probe.Faults.Add(Ram.Value + 8);

        var reading = Assert.Throws<TargetMemoryException>(() => memory.Read(Ram, new byte[64]));
        var writing = Assert.Throws<TargetMemoryException>(() => memory.Write(Ram, new byte[64]));

        Assert.Equal(Ram + 8, reading.Address);
        Assert.Equal(Ram + 8, writing.Address);
        Assert.Equal("NRST3005", reading.Code);
        Assert.Contains(reading.Evidence, e => e.Contains("SWD_AP_FAULT (0x11)", StringComparison.Ordinal));
        Assert.Equal(2, probe.Log.Count(c => c == "F2 46")); // the sticky flag was cleared each time
    }

    [Fact]
    public void A_fault_in_a_word_names_its_address()
    {
        var (probe, memory) = Open();
        probe.Faults.Add(Ram.Value);

        Assert.Equal(Ram, Assert.Throws<TargetMemoryException>(() => memory.Read32(Ram)).Address);
        Assert.Equal(Ram, Assert.Throws<TargetMemoryException>(() => memory.Write32(Ram, 1)).Address);
    }

    [Fact]
    public void A_busy_bus_is_waited_for()
    {
        var (probe, memory) = Open();

        probe.Waits = 10;
        memory.Write32(Ram, 0xCAFE_F00D);
        probe.Waits = 12;
        memory.Write(Ram + 4, [1, 2, 3, 4]);
        probe.Waits = 3;
        var back = new byte[8];
        memory.Read(Ram, back);

        Assert.Equal([0x0D, 0xF0, 0xFE, 0xCA, 1, 2, 3, 4], back);
        Assert.InRange(_clock.Now.TotalSeconds, 0.2, 1.0);
    }

    [Fact]
    public void A_bus_that_stays_busy_is_given_up_in_bounded_time()
    {
        var (probe, memory) = Open();
        probe.Waits = int.MaxValue;

        var word = Assert.Throws<TargetException>(() => memory.Read32(Ram));
        var afterWord = _clock.Now;
        var block = Assert.Throws<TargetException>(() => memory.Read(Ram, new byte[64]));

        Assert.Equal("NRST3004", word.Code);
        Assert.Equal("NRST3004", block.Code);
        Assert.InRange(afterWord.TotalSeconds, 4.0, 6.0); // longer than a sector erase can stall it
        Assert.InRange((_clock.Now - afterWord).TotalSeconds, 4.0, 6.0);
    }

    [Fact]
    public void The_top_of_the_map_can_be_reached()
    {
        var (_, memory) = Open();
        var back = new byte[7];

        memory.Write(new Address(0xFFFF_FFF9), [1, 2, 3, 4, 5, 6, 7]);
        memory.Read(new Address(0xFFFF_FFF9), back);

        Assert.Equal([1, 2, 3, 4, 5, 6, 7], back);
    }

    private (TinyProbe Probe, ITargetMemory Memory) Open(int version = 0x2947)
    {
        var tiny = new TinyProbe((ushort)version);
        var probe = StLinkProbe.Open(tiny, _clock, 0x0483, 0x3748, "S");
        tiny.Log.Clear();
        tiny.DataOut.Clear();
        return (tiny, probe.Memory);
    }
}
