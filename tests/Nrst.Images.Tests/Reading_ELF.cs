namespace Nrst.Images.Tests;

public sealed class Reading_ELF
{
    private const int DebugBytes = 30 * 1024 * 1024;

    [Fact]
    public void Segments_go_to_their_physical_addresses()
    {
        var image = Files.Read(new ElfFile
        {
            Segments =
            [
                new(0x0800_0010, [5, 6]),
                new(0x0800_0000, [1, 2, 3]) { Virtual = 0x0800_0000 },
            ],
        }.Bytes());

        Assert.Equal(ImageFormat.Elf, image.Format);
        Assert.Equal([(0x0800_0000u, "segment 1"), (0x0800_0010u, "segment 0")],
            image.Pieces.Select(piece => (piece.Start.Value, piece.Origin)));
        Assert.Equal([1, 2, 3], image.Pieces[0].Data.ToArray());
        Assert.Equal([5, 6], image.Pieces[1].Data.ToArray());
        Assert.Equal(new Address(0x0800_0101), image.Entry);
    }

    [Fact]
    public void What_is_not_loaded_or_has_no_bytes_is_left_out()
    {
        var image = Files.Read(new ElfFile
        {
            Entry = 0,
            Segments =
            [
                new(0x0800_0000, [9, 9]) { Type = 0x7000_0001 },
                new(0x2000_0000, []) { MemorySize = 4096 },
                new(0x0800_0000, [1]),
                new(0x0800_0000, [8]) { Type = 4 },
            ],
        }.Bytes());

        Assert.Equal("segment 2", Assert.Single(image.Pieces).Origin);
        Assert.Null(image.Entry);
    }

    [Fact]
    public void An_ELF_file_for_something_else_is_recognised_and_the_field_is_named()
    {
        Refuses(new ElfFile { Class = 2 }, "NRST4010", "EI_CLASS is 2 (64-bit), should be 1 (32-bit).");
        Refuses(new ElfFile { ByteOrder = 2 }, "NRST4010", "EI_DATA is 2 (big-endian), should be 1 (little-endian).");
        Refuses(new ElfFile { Machine = 243 }, "NRST4010", "e_machine is 243 (RISC-V), should be 40 (ARM).");
        Refuses(new ElfFile { Type = 1 }, "NRST4010", "e_type is 1 (object file), should be 2 (executable).");
        Refuses(new ElfFile { Type = 4 }, "NRST4010", "e_type is 4 (core dump), should be 2 (executable).");
        Refuses(new ElfFile { Version = 0 }, "NRST4011", "EI_VERSION is 0, should be 1.");
        Refuses(new ElfFile { EntrySize = 56, Segments = [new(0, [1])] }, "NRST4011", "e_phentsize is 56, should be 32.");
    }

    [Fact]
    public void A_file_cut_off_anywhere_is_refused_and_told_how_long_it_should_be()
    {
        var whole = new ElfFile { Segments = [new(0x0800_0000, [1, 2, 3]), new(0x0800_1000, [4, 5])] }.Bytes();

        for (var length = 4; length < whole.Length; length++)
        {
            var error = Files.Refused(whole[..length]);
            Assert.Equal("NRST4011", error.Code);
            Assert.Contains($"the file ends at byte {length}, should reach", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal("NRST4011", Files.Refused(whole[..^1]).Code);
        Assert.Contains("segment 1", Files.Refused(whole[..^1]).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_segment_that_cannot_be_is_named()
    {
        Refuses(new ElfFile { Segments = [new(0, [1]), new(0x100, [1, 2]) { MemorySize = 1 }] }, "NRST4011",
            "segment 1: p_filesz is 2, should be at most p_memsz, 1.");
        Refuses(new ElfFile { Segments = [new(0, [1]), new(uint.MaxValue, [1, 2])] }, "NRST4006",
            "segment 1: the bytes reach beyond the last address, 0xFFFF_FFFF.");
        Refuses(new ElfFile { Segments = [new(0, [1]) { FileOffset = uint.MaxValue, FileSize = uint.MaxValue }] }, "NRST4011",
            "should reach to byte 8589934590 at least.");
        Assert.Equal(new Address(uint.MaxValue),
            Files.Read(new ElfFile { Segments = [new(uint.MaxValue, [1])] }.Bytes()).Pieces[0].Range.Last);
    }

    [Fact]
    public void Overlapping_segments_are_both_named() =>
        Refuses(new ElfFile { Segments = [new(0x0800_0004, [1]), new(0x0800_0000, [1, 2, 3, 4, 5])] }, "NRST4005",
            "segment 0 and segment 1 both hold a byte for 0x0800_0004.");

    [Fact]
    public void The_file_s_own_header_is_never_programmed() =>
        Refuses(new ElfFile { Segments = [new(0x0800_0000, new byte[200]) { FileOffset = 0 }] }, "NRST4012",
            "segment 0: the segment begins with the ELF header, which would be written to the flash at 0x0800_0000.");

    [Fact]
    public void No_segment_is_nothing_to_program()
    {
        Assert.Equal("NRST4004", Files.Refused(new ElfFile().Bytes()).Code);
        Assert.Equal("NRST4004", Files.Refused(new ElfFile { Segments = [new(0x2000_0000, []) { MemorySize = 9 }] }.Bytes()).Code);
    }

    [Fact]
    public void Debug_information_costs_no_memory()
    {
        using var tools = new Tools();
        var path = tools.Write("app.elf", new ElfFile { Segments = [new(0x0800_0000, new byte[100_000])], Trailer = DebugBytes }.Bytes());
        var before = GC.GetAllocatedBytesForCurrentThread();

        var image = ImageReader.Load(path);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 100_000, 1_000_000);
        Assert.Equal(100_000, image.Bytes);
    }

    private static void Refuses(ElfFile file, string code, string rule)
    {
        var error = Files.Refused(file.Bytes());
        Assert.Equal(code, error.Code);
        Assert.EndsWith(rule, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.LikelyCause);
        Assert.NotEmpty(error.Remedies);
    }
}
