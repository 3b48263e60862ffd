using Nrst.Flash;
using Nrst.Images;
using Nrst.Targets;

namespace Nrst.Specs;

/// <summary>What the cells must hold after a job, reckoned from the old cells, the image and the sector map alone.</summary>
internal static class ExpectedFlash
{
    /// <summary>Where the byte at an address lies among the cells: bank 1 first, whatever is seen where.</summary>
    public static int CellOf(BankedLayout layout, uint address)
    {
        var before = 0L;
        foreach (var bank in layout.Banks.OrderBy(bank => bank.Number))
        {
            if (bank.Layout.Range.Contains(new Address(address)))
            {
                return (int)(before + address - bank.Layout.Range.Start.Value);
            }

            before += bank.Layout.Range.Length;
        }

        throw new ArgumentOutOfRangeException(nameof(address), $"0x{address:X8} is not in the flash.");
    }

    /// <summary>Every byte of the flash is compared; sectors without a byte of the image must be as before.</summary>
    public static void Judge(FlashingBench bench, FirmwareImage image, byte[] before, FlashReport report, string which)
    {
        var layout = bench.Geometry.Layout;
        var wanted = before.ToArray();
        var touched = layout.Sectors.Where(sector => image.Pieces.Any(piece => Touches(sector, piece))).ToArray();
        var erased = report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector).ToArray();
        Assert.All(erased, sector => Assert.Contains(sector, touched));
        foreach (var sector in erased)
        {
            wanted.AsSpan(CellOf(layout, sector.Range.Start.Value), (int)sector.Range.Length).Fill(bench.Device.Flash.ErasedValue);
        }

        foreach (var piece in image.Pieces)
        {
            for (var i = 0; i < piece.Data.Length; i++)
            {
                wanted[CellOf(layout, piece.Start.Value + (uint)i)] = piece.Data.Span[i];
            }
        }

        var same = bench.Flash.CommonPrefixLength(wanted);
        Assert.True(
            same == wanted.Length,
            $"{which}: cell 0x{same:X} differs\n{report.Plan}\n{string.Join("; ", bench.Chip.Notes)}");
        Assert.True(report.Proof.BytesCompared >= image.Bytes, which);
    }

    private static bool Touches(FlashSector sector, ImagePiece piece) =>
        piece.Start <= sector.Range.Last && sector.Range.Start.Value <= piece.Start.Value + (uint)piece.Data.Length - 1;
}
