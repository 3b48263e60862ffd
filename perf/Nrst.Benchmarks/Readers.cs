using BenchmarkDotNet.Attributes;
using Nrst.Images;
using Nrst.Perf;

namespace Nrst.Benchmarks;

/// <summary>From a file on the disk to an image.</summary>
[MemoryDiagnoser]
public class Readers
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-benchmarks-").FullName;

    /// <summary>Bytes of firmware: a usual one, and all that fits the largest chips.</summary>
    [Params(64 * 1024, 2 * 1024 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void WriteFiles()
    {
        var bytes = Firmware.Bytes(Bytes);
        File.WriteAllBytes(In("app.bin"), bytes);
        File.WriteAllBytes(In("app.elf"), Firmware.Elf(bytes, debugBytes: 0));
        File.WriteAllBytes(In("debug.elf"), Firmware.Elf(bytes, debugBytes: 30 * 1024 * 1024));
        var image = Binary();
        foreach (var (format, name) in ((ImageFormat, string)[])
            [(ImageFormat.IntelHex, "app.hex"), (ImageFormat.SRecord, "app.srec"), (ImageFormat.DfuSe, "app.dfu")])
        {
            using var file = File.Create(In(name));
            ImageWriter.Write(image, format, file);
        }
    }

    [GlobalCleanup]
    public void Remove() => Directory.Delete(_folder, recursive: true);

    [Benchmark]
    public FirmwareImage Elf() => ImageReader.Load(In("app.elf"));

    [Benchmark]
    public FirmwareImage ElfWithDebugInformation() => ImageReader.Load(In("debug.elf"));

    [Benchmark]
    public FirmwareImage IntelHex() => ImageReader.Load(In("app.hex"));

    [Benchmark]
    public FirmwareImage SRecord() => ImageReader.Load(In("app.srec"));

    [Benchmark]
    public FirmwareImage DfuSe() => ImageReader.Load(In("app.dfu"));

    [Benchmark]
    public FirmwareImage Binary() => ImageReader.Load(In("app.bin"), Firmware.Start);

    private string In(string name) => Path.Combine(_folder, name);
}
