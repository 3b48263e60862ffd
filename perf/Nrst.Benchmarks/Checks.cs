using BenchmarkDotNet.Attributes;
using Nrst.Flash.Loaders;
using Nrst.Images.Dfu;
using Nrst.Perf;

namespace Nrst.Benchmarks;

/// <summary>The CRC that a chip computes over its flash, which is computed here over the image, and the one of DFU files.</summary>
public class Checks
{
    private byte[] _bytes = [];

    [Params(64 * 1024, 2 * 1024 * 1024)]
    public int Bytes { get; set; }

    [GlobalSetup]
    public void Fill() => _bytes = Firmware.Bytes(Bytes);

    [Benchmark]
    public uint CrcOfTheChip() => WordCrc.Of(_bytes);

    [Benchmark]
    public uint CrcOfDfuFiles() => Crc32.Of(_bytes);
}
