using Nrst.Images;

namespace Nrst.Flash.Tests;

/// <summary>Flash cells and nothing around them.</summary>
internal sealed class PlainFlash(byte[] cells) : ITargetMemory
{
    private static readonly uint Start = Examples.F407VG.Range.Start.Value;

    public byte[] Cells => cells;

    /// <summary>Does what a plan says and returns what it promises will be there.</summary>
    public IReadOnlyList<Expectation> CarryOut(FlashPlan plan, FirmwareImage image)
    {
        var present = WantedSector.Split(image, Examples.Sectors).SelectMany(sector => sector.Runs).ToList();
        var expected = new List<Expectation>();
        foreach (var sector in plan.Sectors)
        {
            var contents = SectorContents.Of(sector, sector.Wanted.Runs.ToDictionary(run => run, Filled), Read);
            Assert.Equal(sector.Wanted.Runs.Count, present.Count(run => sector.Sector.Range.Contains(run.Range)));
            if (contents.Work.Erase)
            {
                cells.AsSpan((int)(sector.Sector.Range.Start.Value - Start), (int)sector.Sector.Range.Length).Fill(0xFF);
            }

            foreach (var writing in contents.Work.Writes)
            {
                Program(writing, sector.Sector);
            }

            expected.AddRange(contents.Expected);
        }

        return expected;
    }

    public uint Read32(Address address) => throw new NotSupportedException();
    public void Write32(Address address, uint value) => throw new NotSupportedException();
    public void Read(Address address, Span<byte> into) => cells.AsSpan((int)(address.Value - Start), into.Length).CopyTo(into);
    public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word) => throw new NotSupportedException();

    private void Program(Writing writing, FlashSector sector)
    {
        Assert.True(writing.At.IsAligned(4) && writing.Data.Length % 4 == 0, $"{writing.Range} is not whole words");
        Assert.True(sector.Range.Contains(writing.Range), $"{writing.Range} leaves sector {sector.Number}");
        for (var i = 0; i < writing.Data.Length; i++)
        {
            cells[(int)(writing.At.Value - Start) + i] &= writing.Data.Span[i];
        }
    }

    private byte[] Filled(WantedRun run)
    {
        var present = run.Data.ToArray();
        foreach (var hole in run.Holes)
        {
            present[hole] = cells[(int)(run.Start.Value - Start) + hole];
        }

        return present;
    }
}
