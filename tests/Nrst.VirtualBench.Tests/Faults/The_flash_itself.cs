using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>Faults of cells and controller that are not in the tests of each controller.</summary>
public sealed class The_flash_itself
{
    /// <summary>The erase of a page by PECR leaves it as it was, a word program works.</summary>
    [Fact]
    public void A_flash_that_ignores_erases_still_programs()
    {
        using var board = Attached("STM32L073RZ", "flash-ignores-erase");
        const uint pecr = 0x4002_2004;
        board.Chip.Flash[..0x80].Fill(0x5A);
        board.Halt();
        (board[0x4002_200C], board[0x4002_200C]) = (0x89AB_CDEF, 0x0203_0405);
        (board[0x4002_2010], board[0x4002_2010]) = (0x8C9D_AEBF, 0x1314_1516);
        board[pecr] |= 1 << 3 | 1 << 9;
        board[0x0800_0000] = 0;
        board.Wait(10);
        Assert.Equal(0x5A5A_5A5Au, board[0x0800_0000]);
        board[pecr] &= ~(1u << 3 | 1 << 9);
        board[0x0800_0080] = 0x1234_5678;
        board.Wait(10);
        Assert.Equal(0x1234_5678u, board[0x0800_0080]);
    }

    [Fact]
    public void A_flash_that_ignores_erases_is_never_busy_with_one()
    {
        using var board = Attached("STM32F407VG", "flash-ignores-erase");
        board.Chip.Flash[..0x4000].Clear();
        board.Halt();
        board.Unlock(0x4002_3C04);
        board[0x4002_3C10] = 2 | 2 << 8;
        board[0x4002_3C10] = 2 | 2 << 8 | 1 << 16;
        Assert.Equal(0u, board[0x4002_3C0C] & 1 << 16);
        board.Wait(1000);
        Assert.Equal(0u, board[0x0800_0000]);
    }

    /// <summary>An H7 answers with a fault and DBECCERR, an L4 with an NMI and the address in ECCR; neighbours are fine.</summary>
    [Fact]
    public void A_wrong_error_code_is_a_fault_or_a_report()
    {
        using (var board = Attached("STM32H743ZI", "ecc-damage:0x08000040"))
        {
            board.Halt();
            Assert.Equal(ApFault, board.Word(0x0800_0044).Status);
            Assert.Equal(ApFault, board.Word(0x0800_0044).Status);
            Assert.Equal(Ok, board.Word(0x0800_0060).Status);
            Assert.Equal(1u << 26, board[0x5200_2010] & 1 << 26);
            board.Reopen();
            board.Enter();
            Assert.Equal(ApFault, board.Word(0x0800_0044).Status);
        }

        using var other = Attached("STM32L476RG", "ecc-damage:0x08000040");
        other.Halt();
        Assert.Equal(Ok, other.Word(0x0800_0040).Status);
        Assert.Equal(0x8000_0040u, other[0x4002_2018] & 0x8007_FFFF);
    }

    /// <summary>The upper half of the sector wavers, also after the board was put away; an erase ends it.</summary>
    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32F103C8")]
    public void A_half_erased_sector_is_never_read_the_same(string part)
    {
        using var board = Attached(part, "erase-interrupted:2");
        var unit = board.Chip.FlashModel.Map.Units[2];
        var length = (int)Math.Min(unit.Range.Length, 1024);
        var first = board.Block(unit.Range.Start.Value, length).Bytes;
        Assert.NotEqual(first, board.Block(unit.Range.Start.Value, length).Bytes);
        board.Reopen();
        board.Enter();
        Assert.NotEqual(board.Block(unit.Range.Start.Value, length).Bytes, board.Block(unit.Range.Start.Value, length).Bytes);

        board.Chip.FlashModel.Cells.Erase(unit);
        Assert.All(board.Block(unit.Range.Start.Value, length).Bytes, value => Assert.Equal(0xFF, value));
        board.Reopen();
        board.Enter();
        Assert.All(board.Block(unit.Range.Start.Value, length).Bytes, value => Assert.Equal(0xFF, value));
    }

    [Theory]
    [InlineData("STM32F407VG", 0x4002_3C0Cu, 0xC0u)]
    [InlineData("STM32F103C8", 0x4002_200Cu, 0x04u)]
    [InlineData("STM32G071RB", 0x4002_2010u, 0x08u)]
    [InlineData("STM32H743ZI", 0x5200_2010u, 1u << 18 | 1u << 21)]
    [InlineData("STM32U575ZI", 0x4002_2020u, 0x08u)]
    [InlineData("STM32L053R8", 0x4002_2018u, 0x400u)]
    public void A_session_that_ended_in_the_middle_has_left_its_flags(string part, uint sr, uint flags)
    {
        using var board = Attached(part, "flash-errors-left");
        Assert.Equal(flags, board[sr] & flags);
        board.Nrst(2);
        board.Wait(1);
        Assert.Equal(0u, board[sr] & flags);
    }

    /// <summary>PESD is up, BSY stays, and the erase goes on as soon as PES is taken away.</summary>
    [Fact]
    public void A_suspended_flash_waits_until_it_may_go_on()
    {
        using var board = Attached("STM32WB55RG", "flash-suspended");
        const uint block = 0x5800_4000;
        board.Chip.Flash.Slice(5 * 4096, 4096).Clear();
        board.Halt();
        Assert.NotEqual(0u, board[block + 0x10] & 1 << 19);
        board.Unlock(block + 8);
        board[block + 0x14] = 2 | 5 << 3;
        board[block + 0x14] = 2 | 5 << 3 | 1 << 16;
        board.Wait(2000);
        Assert.NotEqual(0u, board[block + 0x10] & 1 << 16);
        board[block] &= ~(1u << 15);
        board.Wait(100);
        Assert.Equal(0u, board[block + 0x10] & (1 << 16 | 1 << 19));
        Assert.Equal(uint.MaxValue, board[0x0800_5000]);
    }

    /// <summary>A program is there and the core is in the bootloader, EMPTY says why; without power it is over.</summary>
    [Theory]
    [InlineData("STM32G071RB", 0x4002_2000u, 1u << 16)]
    [InlineData("STM32C031C6", 0x4002_2000u, 1u << 16)]
    [InlineData("STM32L432KC", 0x4002_2010u, 1u << 17)]
    [InlineData("STM32WB55RG", 0x5800_4000u, 1u << 16)]
    public void A_chip_that_takes_itself_for_empty_stays_in_its_bootloader(string part, uint register, uint bit)
    {
        using var board = Attached(part, "empty-check-stale");
        Assert.NotEqual(uint.MaxValue, board[0x0800_0000]);
        Assert.NotEqual(0u, board[register] & bit);
        board.Halt();
        Assert.Equal(0x1FFFu, Pc(board) >> 16);
        board.Nrst(2);
        board.Wait(1);
        board.Halt();
        Assert.Equal(0x1FFFu, Pc(board) >> 16);
        board.Board.PowerCycle();
        board.Enter();
        board.Wait(1);
        board.Halt();
        Assert.Equal(0x0800u, Pc(board) >> 16);
    }

    private static uint Pc(FaultyBoard board)
    {
        board[0xE000_EDF4] = 15;
        return board[0xE000_EDF8];
    }

    private static FaultyBoard Attached(string part, params string[] faults)
    {
        var board = new FaultyBoard(part, faults);
        Assert.Equal(Ok, board.Enter());
        return board;
    }
}
