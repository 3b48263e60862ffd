using Nrst.Targets;
using static Nrst.Flash.Tests.Damage;

namespace Nrst.Flash.Tests;

/// <summary>Flash that was damaged in a way somebody chose, and what a proof makes of the bytes.</summary>
public sealed class What_kind_of_difference_it_is
{
    private static readonly byte[] Image = Examples.Bytes(20_000);
    private static readonly byte[] Old = Examples.Bytes(20_000, seed: 7);

    private static BankedLayout TwoBanks { get; } = DeviceDatabase.FindPart("STM32H743ZI")!.Value.Part.Layouts[0];

    [Fact]
    public void What_was_there_before_and_is_there_still()
    {
        var damage = new Damage(Image).KnowingOld(Old).Do(flash => Old.CopyTo(flash, 0));

        Assert.Equal(MismatchKind.OldContents, damage.Kind);
        Assert.Equal("NRST5101", damage.Failure.Code);
        Assert.Equal([At(0, 20_000)], damage.Verdict.Mismatch.Ranges);
        Assert.Equal(Image.Zip(Old).LongCount(pair => pair.First != pair.Second), damage.Verdict.Mismatch.BytesDifferent);
    }

    [Fact]
    public void A_sector_that_was_passed_over_holds_the_old_contents_and_the_others_are_right()
    {
        var damage = new Damage(Image).KnowingOld(Old).Do(flash => Old.AsSpan(0x2000, 0x1000).CopyTo(flash.AsSpan(0x2000)));

        Assert.Equal(MismatchKind.OldContents, damage.Kind);
        Assert.Equal([At(0x2000, 0x1000)], damage.Verdict.Mismatch.Ranges);
    }

    [Theory]
    [InlineData(20_000)]
    [InlineData(256)]
    public void The_checksum_that_the_chip_made_before_the_job_is_enough(int first)
    {
        var damage = new Damage(Image).KnowingSumOf(Old, first).Do(flash => Old.CopyTo(flash, 0));
        Assert.Equal(MismatchKind.OldContents, damage.Kind);

        damage.Found[17] ^= 1;
        Assert.Equal(MismatchKind.Unexplained, damage.Kind);
    }

    [Fact]
    public void Another_program_is_nothing_special_where_nobody_saw_the_old_contents() =>
        Assert.Equal(MismatchKind.Unexplained, new Damage(Image).Do(flash => Old.CopyTo(flash, 0)).Kind);

    [Theory]
    [InlineData(0xFF, true)]
    [InlineData(0xFF, false)]
    [InlineData(0x00, true)]
    [InlineData(0x00, false)]
    public void Old_and_new_on_top_of_each_other(byte erased, bool known)
    {
        var damage = new Damage(Image, erased: erased);
        damage.Do(flash => damage.Over(Old).CopyTo(flash, 0));

        Assert.Equal(MismatchKind.NotErased, known ? damage.KnowingOld(Old).Kind : damage.Kind);
        Assert.Equal("NRST5102", damage.Failure.Code);
        Assert.Equal(0, damage.Verdict.Mismatch.BitsMissing);
        Assert.True(damage.Verdict.Mismatch.BitsTooMany > 20_000);
    }

    [Theory]
    [InlineData(0xFF)]
    [InlineData(0x00)]
    public void Nothing_was_programmed(byte erased)
    {
        var damage = new Damage(Image, erased: erased).Do(flash => flash.AsSpan(0x1000).Fill(erased));

        Assert.Equal(MismatchKind.Blank, damage.Kind);
        Assert.Equal("NRST5103", damage.Failure.Code);
        Assert.Equal([At(0x1000, 20_000 - 0x1000)], damage.Verdict.Mismatch.Ranges);
    }

    [Fact]
    public void A_blank_flash_is_blank_also_where_it_was_blank_before()
    {
        var blank = Examples.Blank(20_000);
        Assert.Equal(MismatchKind.Blank, new Damage(Image).KnowingOld(blank).Do(flash => blank.CopyTo(flash, 0)).Kind);
    }

    [Fact]
    public void The_image_lies_in_the_other_bank()
    {
        var damage = new Damage(Image, layout: TwoBanks)
            .Do(flash => Old.CopyTo(flash, 0))
            .Knowing(seen => seen with { OtherBank = [new ComparedPart(new Address(Start), Image.AsMemory(0, 4096), Image.AsMemory(0, 4096))] });

        Assert.Equal(MismatchKind.OtherBank, damage.Kind);
        Assert.Equal("NRST5104", damage.Failure.Code);
    }

    [Fact]
    public void A_bank_that_is_blank_is_not_the_other_bank()
    {
        var blank = Examples.Blank(4096);
        var damage = new Damage(blank, layout: TwoBanks).Do(flash => Old.AsSpan(0, 4096).CopyTo(flash));
        damage.Knowing(seen => seen with { OtherBank = [new ComparedPart(new Address(Start), blank, blank)] });

        Assert.NotEqual(MismatchKind.OtherBank, damage.Kind);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(4)]
    [InlineData(-2)]
    [InlineData(-1024)]
    public void All_behind_a_place_is_moved(int by)
    {
        var damage = new Damage(Image).Do(flash => Image.AsSpan(0x800 - Math.Min(by, 0), 8000).CopyTo(flash.AsSpan(0x800 + Math.Max(by, 0))));

        Assert.Equal((MismatchKind.Moved, by), (damage.Kind, damage.Verdict.Mismatch.MovedBy));
        Assert.Equal("NRST5105", damage.Failure.Code);
    }

    [Fact]
    public void A_block_that_came_twice_is_moved_by_its_length()
    {
        var damage = new Damage(Image).Do(flash => Image.AsSpan(0x1000, 256).CopyTo(flash.AsSpan(0x1100)));

        Assert.Equal((MismatchKind.Moved, 256), (damage.Kind, damage.Verdict.Mismatch.MovedBy));
        Assert.Equal([At(0x1100, 256)], damage.Verdict.Mismatch.Ranges);
    }

    [Fact]
    public void A_place_that_reads_right_the_second_time_is_unsteady()
    {
        // As an STM32F407 was seen: 0xDE instead of 0xDD at 0x0800_00B0, and the program ran.
        var image = Examples.Bytes(70_468);
        image[0xB0] = 0xDD;
        var damage = new Damage(image).Do(flash => flash[0xB0] = 0xDE)
            .Knowing(seen => seen with { Again = [new SecondLook(new Address(Start + 0xB0), (byte[])[0xDE], (byte[])[0xDD])] });

        var failure = damage.Failure;
        Assert.Equal(("NRST5106", new Address(0x0800_00B0)), (failure.Code, failure.First));
        Assert.Equal((1L, 70_468L, true), (failure.Mismatch!.BytesDifferent, failure.Mismatch.BytesCompared, failure.Mismatch.RereadsDiffer));
        Assert.Contains("first difference at 0x0800_00B0: expected 0xDD, found 0xDE", failure.Evidence);
    }

    [Fact]
    public void The_same_byte_twice_is_unexplained_and_said_with_both_values()
    {
        var image = Examples.Bytes(70_468);
        image[0xB0] = 0xDD;
        var damage = new Damage(image).Do(flash => flash[0xB0] = 0xDE)
            .Knowing(seen => seen with { Again = [new SecondLook(new Address(Start + 0xB0), (byte[])[0xDE], (byte[])[0xDE])] });

        Assert.Equal("NRST5001", damage.Failure.Code);
        Assert.Equal("The flash holds 0xDE at 0x0800_00B0 where 0xDD belongs.", damage.Failure.Message);
        Assert.False(damage.Failure.Mismatch!.RereadsDiffer);
    }

    [Fact]
    public void What_a_running_program_adds_is_its_own()
    {
        var image = Examples.Blank(20_000);
        Image.AsSpan(0, 4000).CopyTo(image);
        var damage = new Damage(image).Do(flash => BitConverter.TryWriteBytes(flash.AsSpan(0x1800), 0x1234u));

        Assert.Equal(MismatchKind.Rewritten, damage.Knowing(seen => seen with { CoreRuns = true }).Kind);
        Assert.Equal("NRST5107", damage.Failure.Code);
        Assert.NotEqual(MismatchKind.Rewritten, damage.Knowing(seen => seen with { CoreRuns = false }).Kind);
    }

    [Theory]
    [InlineData(0xF0, 0x70, true, MismatchKind.Rewritten)]
    [InlineData(0xF0, 0xFF, true, MismatchKind.Rewritten)]
    [InlineData(0x70, 0xF0, true, MismatchKind.Unsteady)]
    [InlineData(0xF0, 0x70, false, MismatchKind.Unsteady)]
    public void Between_two_looks_a_program_only_programs_and_erases(byte first, byte second, bool runs, MismatchKind kind)
    {
        var damage = new Damage(Image).Do(flash => flash[0x40] = first)
            .Knowing(seen => seen with { CoreRuns = runs, Again = [new SecondLook(new Address(Start + 0x40), (byte[])[first], (byte[])[second])] });

        Assert.Equal(kind, damage.Kind);
    }

    [Theory]
    [InlineData("blank")]
    [InlineData("zeros")]
    [InlineData("refused")]
    [InlineData("once more")]
    public void A_flash_that_ends_where_that_of_a_smaller_part_does(string behind)
    {
        const int End = 512 * 1024;
        var image = Examples.Bytes(600_000);
        var damage = new Damage(image).Knowing(seen => seen with { OtherEnds = [new Address(Start + End)] });
        _ = behind switch
        {
            "blank" => damage.Do(flash => flash.AsSpan(End).Fill(0xFF)),
            "zeros" => damage.Do(flash => flash.AsSpan(End).Clear()),
            "once more" => damage.Do(flash => flash.AsSpan(0, 600_000 - End).CopyTo(flash.AsSpan(End))),
            _ => damage.Do(flash => flash.AsSpan(End).Fill(0xFF)).Knowing(seen => seen with { Unreadable = [At(End, 600_000 - End)] }),
        };

        Assert.Equal(MismatchKind.BeyondFlash, damage.Kind);
        Assert.Equal(new Address(Start + End), damage.Verdict.Mismatch.FlashEnd);
        Assert.Equal("NRST5108", damage.Failure.Code);
    }

    [Fact]
    public void A_job_that_broke_off_elsewhere_is_no_end_of_the_flash()
    {
        var damage = new Damage(Examples.Bytes(600_000)).Do(flash => flash.AsSpan((512 * 1024) + 2048).Fill(0xFF))
            .Knowing(seen => seen with { OtherEnds = [new Address(Start + (512 * 1024))] });

        Assert.Equal(MismatchKind.Blank, damage.Kind);
    }

    [Fact]
    public void Where_the_image_is_blank_at_the_end_of_a_smaller_part_nothing_says_that_this_is_one()
    {
        const int End = 512 * 1024;
        var image = Examples.Bytes(600_000);
        image.AsSpan(End, 64).Fill(0xFF);
        var damage = new Damage(image).Do(flash => flash.AsSpan(End).Fill(0xFF))
            .Knowing(seen => seen with { OtherEnds = [new Address(Start + End)] });

        Assert.Equal(MismatchKind.Blank, damage.Kind);
    }

    [Theory]
    [InlineData(0x01)]
    [InlineData(0x80)]
    public void One_bit_of_all_is_a_cell(byte bit)
    {
        var image = Examples.Bytes(20_000);
        image[0x345] = 0x3C;
        var damage = new Damage(image).Do(flash => flash[0x345] ^= bit);

        Assert.Equal(("NRST5109", MismatchKind.StuckCells), (damage.Failure.Code, damage.Kind));
        Assert.Equal([At(0x345, 1)], damage.Verdict.Mismatch.Ranges);
    }

    [Theory]
    [InlineData(4u)]
    [InlineData(32u)]
    public void One_word_of_the_flash_that_stays_blank_is_a_cell_and_two_are_not(uint unit)
    {
        var damage = new Damage(Image, unit: unit).Do(flash => flash.AsSpan(0x1000, (int)unit).Fill(0xFF));
        Assert.Equal(MismatchKind.StuckCells, damage.Kind);

        damage.Do(flash => flash.AsSpan(0x1000, 2 * (int)unit).Fill(0xFF));
        Assert.Equal(MismatchKind.Blank, damage.Kind);
    }

    [Fact]
    public void A_last_word_that_is_missing_was_not_sent() =>
        Assert.Equal(MismatchKind.Blank, new Damage(Image, unit: 8).Do(flash => flash.AsSpan(20_000 - 8).Fill(0xFF)).Kind);

    [Fact]
    public void A_word_that_the_bus_refuses_has_a_wrong_error_code()
    {
        var damage = new Damage(Image, unit: 32, layout: TwoBanks)
            .Knowing(seen => seen with { Unreadable = [At(0x100, 32)], HasEcc = true, OtherEnds = [new Address(Start + 0x100)] });

        Assert.Equal(("NRST5110", MismatchKind.Unreadable), (damage.Failure.Code, damage.Kind));
        Assert.Equal([At(0x100, 32)], damage.Failure.Mismatch!.Ranges);
        Assert.Equal(32, damage.Failure.Mismatch.BytesDifferent);
        Assert.Contains("nrst erase --range 0x0800_0000..0x0801_FFFF", damage.Failure.Remedies.Select(remedy => remedy.Command));
    }

    [Fact]
    public void A_sector_with_a_few_bits_left_behind_is_worn()
    {
        var random = new Random(3);
        var damage = new Damage(Image).Do(flash =>
        {
            for (var i = 0; i < 300; i++)
            {
                flash[random.Next(0x4000)] &= (byte)~(1 << random.Next(8));
            }
        });

        Assert.Equal(("NRST5111", MismatchKind.PartlyErased), (damage.Failure.Code, damage.Kind));
        Assert.Contains("more places", damage.Failure.Evidence[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_flash_that_answers_zeros_alone_is_not_one_that_was_not_erased()
    {
        var damage = new Damage(Image).Do(flash => flash.AsSpan().Clear());

        Assert.Equal(MismatchKind.Unexplained, damage.Kind);
        Assert.Contains("does not answer", damage.Failure.LikelyCause, StringComparison.Ordinal);
    }

    [Fact]
    public void Fifteen_right_bytes_between_two_wrong_ones_do_not_part_them_and_sixteen_do()
    {
        var damage = new Damage(Image).Do(flash =>
        {
            flash[100] ^= 0x55;
            flash[116] ^= 0x55;
            flash[133] ^= 0x55;
        });

        Assert.Equal([At(100, 17), At(133, 1)], damage.Verdict.Mismatch.Ranges);
        Assert.Equal(3, damage.Verdict.Mismatch.BytesDifferent);
        Assert.Contains("3 bytes differ of 20,000 that were compared: 0x0800_0064..0x0800_0074, 0x0800_0085", damage.Failure.Evidence);
    }

    [Fact]
    public void Where_nothing_differs_there_is_nothing_to_classify() => Assert.Throws<ArgumentException>(() => new Damage(Image).Kind);
}
