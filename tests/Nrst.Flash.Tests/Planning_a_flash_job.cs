using static Nrst.Flash.Tests.Examples;

namespace Nrst.Flash.Tests;

public sealed class Planning_a_flash_job
{
    private readonly byte[] _flash = Blank(F407VG.Range.Length);
    private readonly byte[] _code = Bytes(40_000);

    [Fact]
    public void A_blank_chip_is_programmed_and_not_erased()
    {
        Approve(new PlanOptions(), """
            sector 0   0x0800_0000..0x0800_3FFF  program  16,384 bytes; blank, not erased
            sector 1   0x0800_4000..0x0800_7FFF  program  16,384 bytes; blank, not erased
            sector 2   0x0800_8000..0x0800_BFFF  program  7,232 bytes; blank, not erased
            all                                 verify   40,000 bytes against the image
            erased 0, programmed 40,000, already there 0 bytes
            """);
    }

    [Fact]
    public void The_same_image_again_is_left_alone()
    {
        _code.CopyTo(_flash, 0);

        Approve(new PlanOptions(), """
            sector 0   0x0800_0000..0x0800_3FFF  keep     already holds these bytes
            sector 1   0x0800_4000..0x0800_7FFF  keep     already holds these bytes
            sector 2   0x0800_8000..0x0800_BFFF  keep     already holds these bytes
            all                                 verify   40,000 bytes against the image
            erased 0, programmed 0, already there 40,000 bytes
            """);
    }

    [Fact]
    public void Only_the_sector_that_differs_is_erased_and_what_gets_lost_is_said()
    {
        _code.CopyTo(_flash, 0);
        _flash[0x4123] ^= 0x10;
        _flash.AsSpan(0xA000, 312).Fill(0x55);
        _flash[0x8000] ^= 0x01;

        Approve(new PlanOptions(), """
            sector 0   0x0800_0000..0x0800_3FFF  keep     already holds these bytes
            sector 1   0x0800_4000..0x0800_7FFF  erase    holds other bytes where the image lies
            sector 1   0x0800_4000..0x0800_7FFF  program  16,384 bytes
            sector 2   0x0800_8000..0x0800_BFFF  erase    holds other bytes where the image lies; 312 bytes of other data at 0x0800_A000 will be lost; use --keep
            sector 2   0x0800_8000..0x0800_BFFF  program  7,232 bytes
            all                                 verify   40,000 bytes against the image
            erased 32,768, programmed 23,616, already there 16,384 bytes
            """);
    }

    [Fact]
    public void Other_data_in_an_erased_sector_can_be_kept()
    {
        _flash[0x8000] = 0;
        _flash.AsSpan(0xA000, 312).Fill(0x55);

        Approve(new PlanOptions(Keep: true), """
            sector 0   0x0800_0000..0x0800_3FFF  program  16,384 bytes; blank, not erased
            sector 1   0x0800_4000..0x0800_7FFF  program  16,384 bytes; blank, not erased
            sector 2   0x0800_8000..0x0800_BFFF  erase    holds other bytes where the image lies; 312 bytes of other data at 0x0800_A000 will be written back
            sector 2   0x0800_8000..0x0800_BFFF  program  7,232 bytes
            all                                 verify   40,000 bytes against the image
            erased 16,384, programmed 40,000, already there 0 bytes
            """);
    }

    [Fact]
    public void A_longer_version_of_what_is_there_is_appended()
    {
        _code.AsSpan(0, 0x9000).CopyTo(_flash);

        Approve(new PlanOptions(), """
            sector 0   0x0800_0000..0x0800_3FFF  keep     already holds these bytes
            sector 1   0x0800_4000..0x0800_7FFF  keep     already holds these bytes
            sector 2   0x0800_8000..0x0800_BFFF  program  3,136 bytes; blank from 0x0800_9000 on, not erased
            all                                 verify   40,000 bytes against the image
            erased 0, programmed 3,136, already there 36,864 bytes
            """);
    }

    [Fact]
    public void Always_erasing_erases_what_already_fits()
    {
        _code.CopyTo(_flash, 0);

        Approve(new PlanOptions(AlwaysErase: true), """
            sector 0   0x0800_0000..0x0800_3FFF  erase    always erasing was asked for
            sector 0   0x0800_0000..0x0800_3FFF  program  16,384 bytes
            sector 1   0x0800_4000..0x0800_7FFF  erase    always erasing was asked for
            sector 1   0x0800_4000..0x0800_7FFF  program  16,384 bytes
            sector 2   0x0800_8000..0x0800_BFFF  erase    always erasing was asked for
            sector 2   0x0800_8000..0x0800_BFFF  program  7,232 bytes
            all                                 verify   40,000 bytes against the image
            erased 49,152, programmed 40,000, already there 0 bytes
            """);
    }

    [Fact]
    public void A_chip_erase_takes_what_is_not_blank_and_nothing_else()
    {
        _code.CopyTo(_flash, 0);
        _flash[0xE_0000] = 0;

        Approve(new PlanOptions(ChipErase: true), """
            sector 0   0x0800_0000..0x0800_3FFF  keep     already holds these bytes
            sector 1   0x0800_4000..0x0800_7FFF  keep     already holds these bytes
            sector 2   0x0800_8000..0x0800_BFFF  keep     already holds these bytes
            sector 3   0x0800_C000..0x0800_FFFF  keep     already blank
            sector 4   0x0801_0000..0x0801_FFFF  keep     already blank
            sector 5   0x0802_0000..0x0803_FFFF  keep     already blank
            sector 6   0x0804_0000..0x0805_FFFF  keep     already blank
            sector 7   0x0806_0000..0x0807_FFFF  keep     already blank
            sector 8   0x0808_0000..0x0809_FFFF  keep     already blank
            sector 9   0x080A_0000..0x080B_FFFF  keep     already blank
            sector 10  0x080C_0000..0x080D_FFFF  keep     already blank
            sector 11  0x080E_0000..0x080F_FFFF  erase    chip erase was asked for
            all                                 verify   40,000 bytes against the image
            erased 131,072, programmed 0, already there 40,000 bytes
            """);
    }

    [Fact]
    public void A_chip_erase_that_keeps_other_data_is_a_contradiction()
    {
        var error = Assert.Throws<UsageException>(() => Plan(new PlanOptions(Keep: true, ChipErase: true)));

        Assert.Equal("NRST0301", error.Code);
    }

    private FlashPlan Plan(PlanOptions options)
    {
        var image = Image((0x0800_0000, _code));
        return FlashPlanner.Plan(image, Sectors, Look(image, Sectors, _flash), options);
    }

    private void Approve(PlanOptions options, string text) =>
        Assert.Equal(text.ReplaceLineEndings("\n"), Plan(options).ToString().ReplaceLineEndings("\n"));
}
