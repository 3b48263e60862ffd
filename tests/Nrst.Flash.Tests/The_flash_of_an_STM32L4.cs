using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0351.</summary>
public sealed class The_flash_of_an_STM32L4
{
    private static readonly Device s_l476 = DeviceDatabase.FindPart("STM32L476RG")!.Value.Device;
    private static readonly BankedLayout s_two = DeviceDatabase.FindPart("STM32L476RG")!.Value.Part.Layouts[0];
    private static readonly (Device Device, Part Part) s_l4r5 = DeviceDatabase.FindPart("STM32L4R5ZI")!.Value;

    private readonly FakeL4 _chip = new(s_two, s_l476.Flash.Times);

    private FlashController Open() => FlashFamilies.Of(s_l476).Open(new FlashChip(_chip, _chip, _chip, s_l476, s_two, 3.3));

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 200)]
    [InlineData(1, 0)]
    [InlineData(1, 255)]
    public void A_page_is_erased_by_its_bank_and_its_number_there(int bank, int index)
    {
        var sector = s_two.Banks[bank].Layout.Sectors[index];
        _chip.Cells.AsSpan().Clear();

        Open().Erase(sector);

        Assert.False(_chip.At(sector.Range.Start.Value, 0x800).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x800, _chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(0x8000_0000, _chip.Cr & 0x8000_0001);
    }

    [Fact]
    public void Both_banks_go_in_the_time_of_one_page()
    {
        _chip.Cells.AsSpan().Clear();
        var before = _chip.Now;

        Open().EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.InRange((_chip.Now - before).TotalSeconds, 0.02, 0.04);
    }

    [Fact]
    public void Double_words_are_programmed_and_blank_ones_are_left_out()
    {
        byte[] data = [1, 2, 3, 4, 5, 6, 7, 8, .. Enumerable.Repeat((byte)0xFF, 8), 9, 10, 11, 12, 13, 14, 15, 16];

        Open().Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 24).SequenceEqual(data));
        Assert.Equal(4, _chip.Writes.Count(write => write.At < 0x2000_0000));
    }

    [Theory]
    [InlineData(8u, "NRST2006", "PROGERR")]
    [InlineData(16u, "NRST2003", "WRPERR")]
    [InlineData(2u, "NRST2002", "OPERR")]
    [InlineData(128u, "NRST2002", "PGSERR")]
    public void Each_flag_is_its_own_error(uint flags, string code, string name)
    {
        var error = FlashErrors.Failure(s_two.Range, Open().Decode(flags));

        Assert.Equal(code, error.Code);
        Assert.Contains($"FLASH_SR = 0x{flags:X8} ({name})", error.Evidence);
    }

    [Fact]
    public void Flags_of_an_earlier_job_do_not_end_this_one()
    {
        _chip.Sr = 0xC3FB;

        Open().Erase(s_two.Sectors.First());
        Open().Program(new Address(0x0800_0000), Examples.Bytes(8));

        Assert.True(_chip.At(0x0800_0000, 8).SequenceEqual(Examples.Bytes(8)));
    }

    [Fact]
    public void Both_caches_are_reset_while_they_are_off()
    {
        Open().ResetCaches();

        Assert.Equal(0x600u, _chip.Acr);
        Assert.Contains(_chip.Writes, write => write is { At: 0x4002_2000, Value: 0x1800 });
    }

    [Theory]
    [InlineData(true, 0x20, false)]
    [InlineData(true, 0xFF, true)]
    [InlineData(false, 0x20, false)]
    public void A_chip_that_was_empty_is_told_that_it_no_longer_is(bool before, byte first, bool after)
    {
        _chip.Empty = before;
        _chip.At(0x0800_0000, 4).Fill(first);

        Open().AfterChange();

        Assert.Equal(after, _chip.Empty);
    }

    [Fact]
    public void Each_bank_has_its_own_protected_areas()
    {
        _chip.Options[0x2C] = 3 << 16 | 2;
        _chip.Options[0x50] = 255 << 16 | 254;
        _chip.Options[0x44] = 256; // 2 KiB in units of 8 bytes: page 1 of bank 2
        _chip.Options[0x48] = 511;

        var seen = FlashProtection.ReadFrom(_chip, s_l476, s_two);

        int Number(int bank, int index) => s_two.Banks[bank].Layout.Sectors[index].Number;
        Assert.Equal([Number(0, 2), Number(0, 3), Number(1, 1), Number(1, 254), Number(1, 255)], seen.WriteProtected.Order());
        Assert.Equal([Number(1, 1)], seen.ReadProtected);
    }

    [Fact]
    public void One_bank_of_8_KiB_pages_counts_PCROP_in_16_bytes()
    {
        var layout = s_l4r5.Part.Layouts.First(layout => layout.Sectors.First().Range.Length == 8192);
        var chip = new FakeL4(layout, s_l4r5.Device.Flash.Times);
        chip.Options[0x24] = 512; // 8 KiB: page 1
        chip.Options[0x28] = 1023;

        Assert.Equal([layout.Sectors.ElementAt(1).Number], FlashProtection.ReadFrom(chip, s_l4r5.Device, layout).ReadProtected);
    }

    [Fact]
    public void Options_are_those_of_the_line()
    {
        var l476 = OptionReading.ReadFrom(_chip, s_l476).Select(option => option.Name).ToList();
        var l4r5 = OptionReading.ReadFrom(_chip, s_l4r5.Device).Select(option => option.Name).ToList();

        Assert.Contains("DUALBANK", l476);
        Assert.DoesNotContain("nBOOT0", l476);
        Assert.Contains("DBANK", l4r5);
        Assert.Contains("nBOOT0", l4r5);
    }
}
