using Nrst.Images;
using static Nrst.Flash.Tests.Examples;

namespace Nrst.Flash.Tests;

/// <summary>Random images over random old contents, carried out on plain memory that behaves as flash does: erase sets, programming clears.</summary>
public sealed class Any_plan_carried_out
{
    [Theory]
    [InlineData(false, false, false)]
    [InlineData(true, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    public void Leaves_the_image_in_the_flash_and_nothing_changed_that_it_did_not_name(bool alwaysErase, bool keep, bool chipErase)
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var image = RandomImage(random);
            var before = RandomFlash(random, image);
            var memory = new PlainFlash(before.ToArray());
            var options = new PlanOptions(alwaysErase, keep, chipErase);

            var plan = FlashPlanner.Plan(image, Sectors, Look(image, Sectors, before), options);
            var expected = memory.CarryOut(plan, image);

            AssertOutcome(image, before, memory.Cells, plan, options, $"seed {seed}");
            Assert.All(expected, part => Assert.True(
                part.Data.Span.SequenceEqual(memory.Cells.AsSpan((int)(part.At.Value - Start), part.Data.Length)), $"seed {seed}, {part.Range}"));
            Assert.Equal(image.Bytes, plan.BytesProgrammed + plan.BytesSkipped);
        }
    }

    private static readonly uint Start = F407VG.Range.Start.Value;

    private static void AssertOutcome(
        FirmwareImage image, byte[] before, byte[] after, FlashPlan plan, PlanOptions options, string which)
    {
        var named = new bool[after.Length];
        foreach (var piece in image.Pieces)
        {
            var at = (int)(piece.Start.Value - Start);
            Assert.True(piece.Data.Span.SequenceEqual(after.AsSpan(at, piece.Data.Length)), $"{which}: {piece.Range} is not the image");
            named.AsSpan(at, piece.Data.Length).Fill(true);
        }

        foreach (var sector in Sectors)
        {
            var erased = plan.Sectors.Any(step => step.Sector == sector && step.Erase);
            Assert.False(erased && !options.ChipErase && !image.Pieces.Any(piece => piece.Range.Overlaps(sector.Range)), which);
            for (var i = (int)(sector.Range.Start.Value - Start); i <= (int)(sector.Range.Last.Value - Start); i++)
            {
                var wanted = options.ChipErase || (erased && !options.Keep) ? 0xFF : before[i];
                if (!named[i] && after[i] != wanted)
                {
                    Assert.Fail($"{which}: byte {i:X} is {after[i]:X2}, was {before[i]:X2}, erased {erased}");
                }
            }
        }
    }

    private static FirmwareImage RandomImage(Random random)
    {
        var pieces = new List<(uint, byte[])>();
        var at = Start + (uint)random.Next(0x6000);
        for (var i = random.Next(1, 5); i > 0; i--)
        {
            var data = new byte[random.Next(1, random.Next(2) == 0 ? 40 : 50_000)];
            random.NextBytes(data);
            if (random.Next(3) == 0)
            {
                data.AsSpan(random.Next(data.Length)).Fill(0xFF);
            }

            pieces.Add((at, data));
            at += (uint)data.Length + (uint)random.Next(random.Next(2) == 0 ? 6 : 0x1_8000);
        }

        return Image([.. pieces]);
    }

    private static byte[] RandomFlash(Random random, FirmwareImage image)
    {
        var flash = Blank(F407VG.Range.Length);
        if (random.Next(3) > 0)
        {
            foreach (var piece in image.Pieces)
            {
                piece.Data.Span[..random.Next(piece.Data.Length + 1)].CopyTo(flash.AsSpan((int)(piece.Start.Value - Start)));
            }
        }

        for (var i = random.Next(6); i > 0; i--)
        {
            var at = random.Next(flash.Length);
            random.NextBytes(flash.AsSpan(at, Math.Min(flash.Length - at, random.Next(1, random.Next(2) == 0 ? 5 : 3000))));
        }

        return flash;
    }
}
