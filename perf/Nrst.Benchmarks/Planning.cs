using BenchmarkDotNet.Attributes;
using Nrst.Flash;
using Nrst.Images;
using Nrst.Targets;
using Nrst.Perf;

namespace Nrst.Benchmarks;

/// <summary>What is decided between the first look at a chip and the first erase, and the device file it stands on.</summary>
[MemoryDiagnoser]
public class Planning
{
    private FirmwareImage _image = null!;
    private IReadOnlyList<FlashSector> _sectors = [];
    private IReadOnlyList<SectorKnowledge?> _nothingKnown = [];
    private byte[] _content = [];

    /// <summary>Few large sectors, many small pages, and the most pages of all.</summary>
    [Params("STM32F407VG", "STM32L476RG", "STM32U5A5ZJ")]
    public string Part { get; set; } = "";

    [GlobalSetup]
    public void Describe()
    {
        _sectors = [.. DeviceDatabase.FindPart(Part)!.Value.Part.Layouts[0].Sectors];
        var length = _sectors[^1].Range.Last - _sectors[0].Range.Start + 1;
        _content = Firmware.Bytes((int)length);
        _image = new FirmwareImage("app", ImageFormat.Binary, [new ImagePiece(_sectors[0].Range.Start, _content, "made")], Entry: null);
        _nothingKnown = new SectorKnowledge?[_sectors.Count];
    }

    [Benchmark]
    public FlashPlan PlanOfAFullFlash() => FlashPlanner.Plan(_image, _sectors, _nothingKnown, new PlanOptions());

    [Benchmark]
    public IReadOnlyList<SectorKnowledge> ComparedWithWhatIsThere() =>
    [
        .. WantedSector.Split(_image, _sectors).Select(wanted => SectorKnowledge.Of(
            wanted, _content.AsSpan((int)(wanted.Sector.Range.Start - _sectors[0].Range.Start), (int)wanted.Sector.Range.Length))),
    ];
}
