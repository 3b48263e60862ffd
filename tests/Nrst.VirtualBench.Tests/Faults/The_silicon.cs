using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>What the identification registers say of a chip that is not what is printed on it.</summary>
public sealed class The_silicon
{
    private const uint RomTable = 0xE00F_F000;

    [Fact]
    public void A_genuine_chip_has_the_maker_in_its_ROM_table()
    {
        using var board = Attached("STM32F103C8");
        Assert.Equal(0x1BA0_1477u, board.Dpidr().Value);
        Assert.Equal((0x20, 0), Designer(board));
    }

    [Fact]
    public void A_compatible_chip_has_another_DPIDR_and_another_designer()
    {
        using var board = Attached("STM32F103C8", "clone-mcu");
        Assert.Equal(0x2BA0_1477u, board.Dpidr().Value);
        Assert.Equal((0x3B, 4), Designer(board));
        Assert.Equal(0x2003_0410u, board[0xE004_2000]);
        Assert.Equal(64u, board[0x1FFF_F7E0] & 0xFFFF);
    }

    [Fact]
    public void Another_maker_s_microcontroller_has_nothing_where_an_STM32_has_it()
    {
        using var board = Attached("STM32F407VG", "foreign-mcu");
        Assert.Equal((0x44, 2), Designer(board));
        Assert.Equal(0x410F_C241u, board[0xE000_ED00]);
        Assert.Equal(ApFault, board.Word(0xE004_2000).Status);
        Assert.Equal(ApFault, board.Word(0x4002_3C0C).Status);
        Assert.Equal(ApFault, board.Word(0x1FFF_7A20).Status);
        Assert.Equal(Ok, board.Word(0x2000_0000).Status);
    }

    [Theory]
    [InlineData("STM32F407VG", 0x1FFF_7A20u, 16)]
    [InlineData("STM32L476RG", 0x1FFF_75E0u, 0)]
    [InlineData("STM32H743ZI", 0x1FF1_E880u, 0)]
    public void A_size_register_that_cannot_be_read_is_all_ones(string part, uint at, int shift)
    {
        using var board = Attached(part, "flash-size-unreadable");
        Assert.Equal(0xFFFFu, board[at] >> shift & 0xFFFF);
        Assert.Equal(uint.MaxValue, board[0x0800_0000]);
    }

    [Fact]
    public void A_smaller_flash_ends_where_its_cells_end()
    {
        using var board = Attached("STM32F407VG", "flash-smaller");
        Assert.Equal(1024u, board[0x1FFF_7A20] >> 16);
        Assert.Equal(uint.MaxValue, board[0x0807_FFFC]);
        Assert.Equal(ApFault, board.Word(0x0808_0000).Status);
        Assert.Equal(ApFault, board.Word(0x080F_FFFC).Status);
    }

    private static FaultyBoard Attached(string part, params string[] faults)
    {
        var board = new FaultyBoard(part, faults);
        Assert.Equal(Ok, board.Enter());
        return board;
    }

    /// <summary>JEP106: the code and its bank.</summary>
    private static (int Code, int Bank) Designer(FaultyBoard board)
    {
        var (pidr1, pidr2, pidr4) = (board[RomTable + 0xFE4], board[RomTable + 0xFE8], board[RomTable + 0xFD0]);
        return ((int)(pidr1 >> 4 & 0xF | (pidr2 & 7) << 4), (int)(pidr4 & 0xF));
    }
}
