namespace Nrst.Images.Tests;

/// <summary>ELF files as a linker really makes them, compared with what objcopy takes out of them.</summary>
public sealed class Judged_by_the_ARM_toolchain : IDisposable
{
    private const string Source = """
        unsigned initialised[300] = { 0x11223344, 0x55667788 };
        unsigned cleared[5000];
        const char text[] = "kept in flash";
        __attribute__((section(".fast"))) int in_ram(int a) { return a + (int)initialised[0]; }
        void start(void) { for (;;) cleared[0] += in_ram((int)initialised[1]) + text[0]; }
        """;

    private readonly Tools _tools = new();

    public void Dispose() => _tools.Dispose();

    [Fact]
    public void Data_is_programmed_where_it_waits_and_not_where_it_is_used()
    {
        Build("0x08000000");
        _tools.Run(Tools.Objcopy, "-O", "binary", "--gap-fill", "0xA5", "app.elf", "theirs.bin");
        _tools.Run(Tools.Objcopy, "-O", "srec", "app.elf", "theirs.srec");

        var image = ImageReader.Load(_tools.Path("app.elf"));

        Assert.True(image.Pieces.Count >= 2);
        Assert.All(image.Pieces, piece => Assert.Equal(0x0800u, piece.Start.Value >> 16));
        Assert.Equal(_tools.Bytes("theirs.bin"), Files.Written(image, ImageFormat.Binary, new ImageWriteOptions { Fill = 0xA5 }));
        Assert.Equal(Files.Contents(ImageReader.Load(_tools.Path("theirs.srec"))), Files.Contents(image));
    }

    [Fact]
    public void Thirty_megabytes_of_debug_information_cost_less_than_five()
    {
        Build("0x08000000");
        _tools.Write("debug", new byte[30 * 1024 * 1024]);
        _tools.Run(Tools.Objcopy, "--add-section", ".debug_more=debug", "app.elf", "big.elf");
        Assert.InRange(new FileInfo(_tools.Path("big.elf")).Length, 30 * 1024 * 1024, long.MaxValue);
        var small = ImageReader.Load(_tools.Path("app.elf"));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var image = ImageReader.Load(_tools.Path("big.elf"));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 5_000_000);
        Assert.Equal(Files.Contents(small), Files.Contents(image));
    }

    [Fact]
    public void A_linker_that_puts_its_header_into_the_first_segment_is_found_out()
    {
        Build("0x08000200");
        _tools.Run(Tools.Objcopy, "-O", "ihex", "app.elf", "theirs.hex");
        var theirs = Files.Contents(ImageReader.Load(_tools.Path("theirs.hex")));
        Assert.Equal("NRST4012", Assert.Throws<ImageException>(() => ImageReader.Load(_tools.Path("app.elf"))).Code);

        Build("0x08000200", "-Wl,-n");
        Assert.Equal(theirs, Files.Contents(ImageReader.Load(_tools.Path("app.elf"))));
    }

    [Fact]
    public void An_object_file_is_no_program()
    {
        _tools.Write("app.c", Source);
        _tools.Run(Tools.Gcc, "-mcpu=cortex-m4", "-mthumb", "-c", "app.c", "-o", "app.o");

        var error = Assert.Throws<ImageException>(() => ImageReader.Load(_tools.Path("app.o")));

        Assert.Equal("NRST4010", error.Code);
        Assert.Contains("object file", error.Message, StringComparison.Ordinal);
    }

    private void Build(string flash, params string[] options)
    {
        _tools.Write("app.c", Source);
        _tools.Write("app.ld", $$"""
            MEMORY
            {
              FLASH (rx) : ORIGIN = {{flash}}, LENGTH = 128K
              RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K
            }
            ENTRY(start)
            SECTIONS
            {
              .text : { *(.text*) *(.rodata*) } > FLASH
              .ARM.exidx : { *(.ARM.exidx*) } > FLASH
              .fast : { *(.fast) } > RAM AT > FLASH
              .data : ALIGN(64) { *(.data*) } > RAM AT > FLASH
              .bss (NOLOAD) : { *(.bss*) *(COMMON) } > RAM
            }
            """);
        _tools.Run(Tools.Gcc, ["-g", "-mcpu=cortex-m4", "-mthumb", "-ffreestanding", "-nostdlib", "-Wl,--no-warn-rwx-segments",
            .. options, "-T", "app.ld", "app.c", "-o", "app.elf"]);
    }
}
