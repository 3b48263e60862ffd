using Nrst.Images;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>Images and sector maps that the tests share.</summary>
internal static class Examples
{
    public static BankedLayout F407VG { get; } = DeviceDatabase.FindPart("STM32F407VG")!.Value.Part.Layouts[0];

    public static FlashSector[] Sectors { get; } = [.. F407VG.Sectors];

    public static FirmwareImage Image(params (uint At, byte[] Data)[] pieces) => new(
        "app.elf",
        ImageFormat.Elf,
        [.. pieces.Select((piece, i) => new ImagePiece(new Address(piece.At), piece.Data, $"segment {i}"))],
        null);

    public static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static byte[] Blank(uint length)
    {
        var bytes = new byte[length];
        bytes.AsSpan().Fill(0xFF);
        return bytes;
    }

    /// <summary>What a look at a whole flash would find.</summary>
    public static SectorKnowledge?[] Look(FirmwareImage image, IReadOnlyList<FlashSector> sectors, byte[] flash) =>
        [.. WantedSector.Split(image, sectors).Select(wanted => SectorKnowledge.Of(wanted, flash.AsSpan(
            (int)(wanted.Sector.Range.Start - sectors[0].Range.Start), (int)wanted.Sector.Range.Length)))];
}
