using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0434. The STM32WL has the same one: RM0453.</summary>
public sealed class The_flash_of_an_STM32WB
{
    private static readonly (Device Device, Part Part) s_wb55 = DeviceDatabase.FindPart("STM32WB55RG")!.Value;
    private static readonly (Device Device, Part Part) s_wl55 = DeviceDatabase.FindPart("STM32WL55JC")!.Value;
    private static readonly BankedLayout s_layout = s_wb55.Part.Layouts[0];

    private readonly FakeWB _chip = new(s_layout, s_wb55.Device.Flash.Times);

    private FlashController Open() => FlashFamilies.Of(s_wb55.Device).Open(new FlashChip(_chip, _chip, _chip, s_wb55.Device, s_layout, 3.3));

    [Theory]
    [InlineData(0)]
    [InlineData(255)]
    public void A_page_is_erased_by_its_number(int page)
    {
        _chip.Cells.AsSpan().Clear();

        Open().Erase(s_layout.Sectors.ElementAt(page));

        Assert.False(_chip.At(0x0800_0000 + ((uint)page * 4096), 4096).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(4096, _chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(0x8000_0000, _chip.Cr & 0x8000_0001);
    }

    [Fact]
    public void There_is_no_mass_erase_under_the_radio() => Assert.False(Open().CanEraseAll);

    [Fact]
    public void Double_words_are_programmed_and_blank_ones_are_left_out()
    {
        byte[] data = [1, 2, 3, 4, 5, 6, 7, 8, .. Enumerable.Repeat((byte)0xFF, 8), 9, 10, 11, 12, 13, 14, 15, 16];

        Open().Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 24).SequenceEqual(data));
        Assert.Equal(4, _chip.Writes.Count(write => write.At < 0x2000_0000));
    }

    [Fact]
    public void OPTVERR_that_is_set_at_every_start_is_no_error()
    {
        _chip.Sr = 0x8000;

        Open().Erase(s_layout.Sectors.First());
        Open().Program(new Address(0x0800_0000), Examples.Bytes(8));

        Assert.True(_chip.At(0x0800_0000, 8).SequenceEqual(Examples.Bytes(8)));
        Assert.Equal(FlashFault.None, Open().Decode(0xA000).Fault);
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        _chip.Sr = 0xC3FB;

        Open().Erase(s_layout.Sectors.First());

        Assert.Equal(0u, _chip.Sr);
    }

    [Fact]
    public void While_the_other_CPU_asks_for_quiet_nothing_is_started()
    {
        _chip.OtherCpuAsksUntil = _chip.Now + TimeSpan.FromMilliseconds(20);
        _chip.Cells.AsSpan().Clear();

        Open().Erase(s_layout.Sectors.First());

        Assert.False(_chip.Suspended);
        Assert.Equal(4096, _chip.Cells.Count(cell => cell == 0xFF));
    }

    [Fact]
    public void A_radio_that_never_lets_go_is_named()
    {
        _chip.OtherCpuAsksUntil = TimeSpan.FromHours(1);

        var error = Assert.ThrowsAny<NrstException>(() => Open().Erase(s_layout.Sectors.First()));

        Assert.Contains(error.Evidence, line => line.Contains("PESD", StringComparison.Ordinal));
    }

    [Fact]
    public void What_our_own_firmware_asked_for_before_it_was_stopped_is_taken_back()
    {
        _chip.Acr |= 1 << 15;

        Open().Erase(s_layout.Sectors.First());

        Assert.Equal(0x600u, _chip.Acr);
    }

    [Theory]
    [InlineData(8u, "NRST2006", "PROGERR")]
    [InlineData(16u, "NRST2003", "WRPERR")]
    [InlineData(2u, "NRST2002", "OPERR")]
    [InlineData(128u, "NRST2002", "PGSERR")]
    public void Each_flag_is_its_own_error(uint flags, string code, string name)
    {
        var error = FlashErrors.Failure(s_layout.Range, Open().Decode(flags));

        Assert.Equal(code, error.Code);
        Assert.Contains($"FLASH_SR = 0x{flags:X8} ({name})", error.Evidence);
    }

    [Fact]
    public void Both_caches_are_reset_while_they_are_off()
    {
        Open().ResetCaches();

        Assert.Equal(0x600u, _chip.Acr);
        Assert.Contains(_chip.Writes, write => write is { At: 0x5800_4000, Value: 0x1800 });
    }

    [Theory]
    [InlineData(0x20, false)]
    [InlineData(0xFF, true)]
    public void A_chip_that_was_empty_is_told_that_it_no_longer_is(byte first, bool after)
    {
        _chip.Acr |= 1 << 16;
        _chip.At(0x0800_0000, 4).Fill(first);

        Open().AfterChange();

        Assert.Equal(after, (_chip.Acr & 1 << 16) != 0);
    }

    [Fact]
    public void What_the_radio_owns_is_refused_and_what_is_below_is_not()
    {
        _chip.Options[0x80] = 0xCB; // SFSA 203, FSD 0

        var seen = FlashProtection.ReadFrom(_chip, s_wb55.Device, s_layout);
        var error = Assert.Throws<RefusedException>(() => seen.Allow(s_layout.Sectors.Skip(203).Take(1), massErase: false, s_layout));

        Assert.Equal(Enumerable.Range(203, 53), seen.WriteProtected.Order());
        Assert.Equal("NRST6004", error.Code);
        Assert.Contains("203", error.LikelyCause, StringComparison.Ordinal);
        seen.Allow(s_layout.Sectors.Take(203), massErase: false, s_layout);
    }

    [Theory]
    [InlineData(0x3FFF_F1AAu, 0x1CBu)] // FSD
    [InlineData(0x3FFF_F0AAu, 0x0CBu)] // ESE 0
    public void A_radio_without_secure_pages_owns_nothing(uint optr, uint sfr)
    {
        _chip.Options[0x20] = optr;
        _chip.Options[0x80] = sfr;

        Assert.Empty(FlashProtection.ReadFrom(_chip, s_wb55.Device, s_layout).Barriers);
    }

    [Fact]
    public void Areas_count_in_pages_and_PCROP_in_half_pages()
    {
        _chip.Options[0x30] = 4 << 16 | 3;
        _chip.Options[0x34] = 0xFFFF_FE00 | 11; // 2 KiB: the second half of page 5
        _chip.Options[0x38] = 12;

        var seen = FlashProtection.ReadFrom(_chip, s_wb55.Device, s_layout);

        Assert.Equal([3, 4, 5, 6], seen.WriteProtected.Order());
        Assert.Equal([5, 6], seen.ReadProtected.Order());
    }

    [Fact]
    public void The_STM32WL_keeps_its_first_secure_page_elsewhere()
    {
        var layout = s_wl55.Part.Layouts[0];
        var chip = new FakeWB(layout, s_wl55.Device.Flash.Times);
        chip.Options[0x80] = 0x0000_0078; // SFSA 120, FSD (bit 7) 0
        Assert.Equal(Enumerable.Range(120, 8), FlashProtection.ReadFrom(chip, s_wl55.Device, layout).WriteProtected.Order());

        chip.Options[0x80] |= 1 << 7;
        Assert.Empty(FlashProtection.ReadFrom(chip, s_wl55.Device, layout).Barriers);
        Assert.Contains(OptionReading.ReadFrom(chip, s_wl55.Device), option => option is { Name: "SFSA", Value: 120 });
        Assert.Contains(OptionReading.ReadFrom(_chip, s_wb55.Device), option => option is { Name: "SFSA", Value: 255 });
    }
}
