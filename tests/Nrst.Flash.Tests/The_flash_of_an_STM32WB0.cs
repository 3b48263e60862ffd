using Nrst.Flash.Stm32Wb0;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The driver, register by register, against the controller of RM0530.</summary>
public sealed class The_flash_of_an_STM32WB0
{
    private static readonly (Device Device, Part Part) s_part = DeviceDatabase.FindPart("STM32WB09KE")!.Value;

    private readonly FakeWb0 _chip = new(Layout, s_part.Device.Flash.Times);

    private static BankedLayout Layout => s_part.Part.Layouts[0];

    [Theory]
    [InlineData(3, 0x1004_1800u)]
    [InlineData(255, 0x100B_F800u)] // past 16 bits of the word address
    public void A_page_is_erased_and_no_other(int number, uint at)
    {
        _chip.Cells.AsSpan().Clear();

        Open().Erase(Sector(number));

        Assert.False(_chip.At(at, 0x800).ContainsAnyExcept((byte)0xFF));
        Assert.Equal(0x800, _chip.Cells.Count(cell => cell == 0xFF));
        Assert.Equal(((uint)number * 512, 0u), (_chip.Where, _chip.Read32(new Address(0x4000_1010))));
    }

    [Fact]
    public void Words_are_written_by_command_and_blank_ones_are_left_out()
    {
        byte[] data = [1, 2, 3, 4, .. Examples.Blank(4), 5, 6, 7, 8];

        Open().Program(new Address(0x1004_0100), data);

        Assert.True(_chip.At(0x1004_0100, 12).SequenceEqual(data));
        Assert.Equal(2, _chip.Writes.Count(write => write is (0x4000_1000, 0x33, 4)));
    }

    [Fact]
    public void Everything_goes_with_one_command()
    {
        _chip.Cells.AsSpan().Clear();

        Open().EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.Single(_chip.Writes, write => write is (0x4000_1000, 0x22, 4));
    }

    [Fact]
    public void Flags_of_an_earlier_command_do_not_end_this_one()
    {
        _chip.Flags = 0x1F;

        Open().Erase(Sector(0));
        Open().Program(new Address(0x1004_0000), Examples.Bytes(8));

        Assert.True(_chip.At(0x1004_0000, 8).SequenceEqual(Examples.Bytes(8)));
    }

    [Fact]
    public void A_command_that_still_runs_is_waited_for()
    {
        _chip.Earlier = TimeSpan.FromMilliseconds(10);

        Open().Erase(Sector(0));

        Assert.False(_chip.At(0x1004_0000, 0x800).ContainsAnyExcept((byte)0xFF));
    }

    [Theory]
    [InlineData(4u, "IRQRAW = 0x00000004 (CMDERR)")]
    [InlineData(8u, "IRQRAW = 0x00000008 (ILLCMD)")]
    public void An_error_is_told_by_its_name(uint flags, string text)
    {
        var status = Open().Decode(flags);

        Assert.Equal((false, FlashFault.Sequence, text), (status.IsBusy, status.Fault, status.Text));
    }

    [Fact]
    public void A_command_that_is_done_at_once_or_never_is_told()
    {
        _chip.IgnoresCommands = true;
        Assert.Equal("NRST2005", Assert.Throws<FlashException>(() => Open().Erase(Sector(0))).Code);

        _chip.IgnoresCommands = false;
        _chip.Pace = 1000;
        Assert.Equal("NRST2004", Assert.Throws<FlashException>(() => Open().Erase(Sector(0))).Code);
    }

    [Fact]
    public void A_bit_of_PAGEPROT_is_eight_pages_until_the_next_reset()
    {
        _chip.PageProt = 1ul << 1 | 1ul << 31;

        var seen = FlashProtection.ReadFrom(_chip, s_part.Device, Layout);
        var error = Assert.Throws<FlashException>(() => Open().Erase(Sector(8)));

        Assert.Equal([8, 9, 10, 11, 12, 13, 14, 15, 248, 249, 250, 251, 252, 253, 254, 255], seen.WriteProtected.Order());
        _chip.PageProt = 1ul << 33;
        Assert.Contains(new Stm32Wb0Family().ReadOptions(_chip, s_part.Device), option => option is { Name: "PAGEPROT1", Value: 2 });
        Assert.Contains("PAGEPROT", error.LikelyCause!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0x0006_FFFFu, ReadProtection.Level0)]
    [InlineData(0x000E_FFFFu, ReadProtection.Level1)]
    [InlineData(0x001E_FFFFu, ReadProtection.Level2)]
    public void What_is_protected_stands_in_SIZE(uint size, ReadProtection level)
    {
        _chip.Size = size;

        Assert.Equal(level, FlashProtection.ReadFrom(_chip, s_part.Device, Layout).Read);
        Assert.Contains(new Stm32Wb0Family().ReadOptions(_chip, s_part.Device), option => option is { Name: "FLASH_SECURE" } && option.Value == (size >> 19 & 1));
    }

    [Fact]
    public void The_loader_is_told_where_the_flash_starts_and_that_there_is_no_watchdog() =>
        Assert.Equal((0x1004_0000u, null), (Open().Loader!.Arguments[0], Open().Loader!.Watchdog));

    private static FlashSector Sector(int number) => Layout.Sectors.First(sector => sector.Number == number);

    private FlashController Open() => FlashFamilies.Of(s_part.Device).Open(new FlashChip(_chip, _chip, _chip, s_part.Device, Layout, 3.3));
}
