namespace Nrst.Images.Bin;

/// <summary>From the first byte of the image to the last, the gaps filled.</summary>
internal static class BinaryWriting
{
    /// <summary>Flash and external memory of one image are far apart; a file of half a gigabyte between them helps nobody.</summary>
    private const long MaxGap = 64 * 1024 * 1024;

    public static void Write(FirmwareImage image, Stream into, byte fill)
    {
        for (var i = 1; i < image.Pieces.Count; i++)
        {
            var (before, after) = (image.Pieces[i - 1].Range.Last, image.Pieces[i].Start);
            if (Gap(before, after) > MaxGap)
            {
                throw ImageErrors.CannotWrite(image.File,
                    $"a binary would have to fill {Gap(before, after) >> 20} MiB between {before} and {after}",
                    "The image has pieces in memories far apart, and a binary has no addresses.",
                    new("Write Intel HEX instead, or only one of the memories."));
            }
        }

        var block = new byte[64 * 1024];
        block.AsSpan().Fill(fill);
        for (var i = 0; i < image.Pieces.Count; i++)
        {
            var gap = i == 0 ? 0 : Gap(image.Pieces[i - 1].Range.Last, image.Pieces[i].Start);
            for (; gap > 0; gap -= Math.Min(gap, block.Length))
            {
                into.Write(block, 0, (int)Math.Min(gap, block.Length));
            }

            into.Write(image.Pieces[i].Data.Span);
        }
    }

    private static long Gap(Address before, Address after) => (long)after.Value - before.Value - 1;
}
