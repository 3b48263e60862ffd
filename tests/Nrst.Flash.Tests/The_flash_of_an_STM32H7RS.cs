using Nrst.Flash.Stm32H7Rs;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0477.</summary>
public sealed class The_flash_of_an_STM32H7RS
{
    private static readonly (Device Device, Part Part) s_part = DeviceDatabase.FindPart("STM32H7S7L8")!.Value;

    private readonly FakeH7Rs _chip = new(Layout, s_part.Device.Flash.Times);

    private static BankedLayout Layout => s_part.Part.Layouts[0];

    [Fact]
    public void A_sector_is_erased_and_no_other()
    {
        _chip.Cells.AsSpan().Clear();

        Open().Erase(Sector(5));

        Assert.False(_chip.At(0x0800_A000, 0x2000).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x2000, _chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(1u, _chip.Cr); // locked, and nothing selected
    }

    [Fact]
    public void Flash_words_are_written_whole_and_blank_ones_are_left_out()
    {
        byte[] data = [.. Examples.Bytes(16), .. Examples.Blank(16), 1, .. Examples.Blank(15)];

        Open().Program(new Address(0x0800_0100), data);

        Assert.True(_chip.At(0x0800_0100, 48).SequenceEqual(data));
        Assert.Equal(8, _chip.Writes.Count(write => write.At < 0x2000_0000));
    }

    [Fact]
    public void Everything_of_the_user_flash_goes_and_nothing_beside_it()
    {
        _chip.Cells.AsSpan().Clear();

        Open().EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.Contains(_chip.Writes, write => write == (0x5200_2010u, 0x28u, 4));
    }

    [Fact]
    public void BUSY_that_falls_in_the_middle_is_not_the_end()
    {
        _chip.BusyFalls = true;
        var before = _chip.Now;

        Open().Erase(Sector(0));

        Assert.True(_chip.Now - before >= TimeSpan.FromMilliseconds(2));
        Assert.Equal(FlashFault.None, Open().Decode(1u << 25).Fault);
    }

    [Fact]
    public void Flags_of_an_earlier_job_and_a_flash_word_half_written_do_not_end_this_one()
    {
        _chip.Isr = 0x073F_0000;
        _chip.Cr = 2;
        _chip.Buffer.Add((0x0800_0000, 0));

        Open().Erase(Sector(0));
        Open().Program(new Address(0x0800_0000), Examples.Bytes(16));

        Assert.True(_chip.At(0x0800_0000, 16).SequenceEqual(Examples.Bytes(16)));
    }

    [Fact]
    public void A_flash_word_half_written_is_dropped_before_the_next_one()
    {
        _chip.Cr = 2;
        _chip.Buffer.Add((0x0800_0000, 0));

        Open().Program(new Address(0x0800_0100), Examples.Bytes(16));

        Assert.True(_chip.At(0x0800_0100, 16).SequenceEqual(Examples.Bytes(16)));
    }

    [Fact]
    public void An_open_controller_gets_no_keys_and_a_wrong_key_shuts_it()
    {
        _chip.Cr = 0;
        Open().Erase(Sector(0));
        Assert.DoesNotContain(_chip.Writes, write => write.At == 0x5200_2004);

        _chip.Write32(new Address(0x5200_2004), 1);

        Assert.Equal("NRST2001", Assert.Throws<FlashException>(() => Open().Erase(Sector(0))).Code);
    }

    [Fact]
    public void An_erase_that_is_over_at_once_or_never_is_told()
    {
        _chip.IgnoresErase = true;
        Assert.Equal("NRST2005", Assert.Throws<FlashException>(() => Open().Erase(Sector(0))).Code);

        _chip.IgnoresErase = false;
        _chip.Pace = 1000;
        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open().Erase(Sector(0))).Code);
    }

    [Fact]
    public void A_cleared_bit_of_WRPS_protects_its_sector()
    {
        _chip.Wrps = 0xFB;

        var seen = FlashProtection.ReadFrom(_chip, s_part.Device, Layout);
        var error = Assert.Throws<FlashException>(() => Open().Erase(Sector(2)));

        Assert.Equal([2], seen.WriteProtected);
        Assert.Equal("NRST2003", error.Code);
        Assert.Contains("FLASH_SR = 0x00000000 (0), FLASH_ISR = 0x00020000 (WRPERRF)", error.Evidence);
    }

    [Theory]
    [InlineData(0x51u, "The chip is closed")]
    [InlineData(0x00u, "The chip is in a state that is not known")]
    public void A_chip_that_is_not_open_is_refused(uint state, string fact)
    {
        Assert.Null(FlashProtection.ReadFrom(_chip, s_part.Device, Layout).Closed);

        _chip.Nvstate = state;

        var error = Assert.Throws<RefusedException>(() => FlashProtection.ReadFrom(_chip, s_part.Device, Layout).Allow([Sector(0)], massErase: false, Layout));
        Assert.Equal("NRST6003", error.Code);
        Assert.StartsWith(fact, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_is_told_by_its_name_and_in_words()
    {
        var options = new Stm32H7RsFamily().ReadOptions(_chip, s_part.Device);

        Assert.Contains(new OptionReading("FLASH_NVSR", "NVSTATE", 0xB4, "open"), options);
        Assert.Contains(new OptionReading("FLASH_OBW1SR", "IWDG_HW", 1, "the independent watchdog is started by software"), options);
        Assert.Contains(new OptionReading("FLASH_OBW2SR", "ECC_ON_SRAM", 1, "the SRAM has ECC"), options);
    }

    [Fact]
    public void The_loader_is_told_where_the_watchdog_is() => Assert.Equal(new Address(0x5800_4800), Open().Loader!.Watchdog);

    private static FlashSector Sector(int number) => Layout.Sectors.First(sector => sector.Number == number);

    private FlashController Open() => FlashFamilies.Of(s_part.Device).Open(new FlashChip(_chip, _chip, _chip, s_part.Device, Layout, 3.3));
}
