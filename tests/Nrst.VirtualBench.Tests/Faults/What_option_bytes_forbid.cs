using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>Faults that somebody programmed into the option bytes.</summary>
public sealed class What_option_bytes_forbid
{
    /// <summary>RAM can be read and flash cannot.</summary>
    [Theory]
    [InlineData("STM32F072RB")]
    [InlineData("STM32F103C8")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32L053R8")]
    [InlineData("STM32L152RE")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32L552ZE")]
    [InlineData("STM32U575ZI")]
    [InlineData("STM32U083RC")]
    [InlineData("STM32WB55RG")]
    [InlineData("STM32WBA52CG")]
    public void Level_1_leaves_the_RAM_and_no_flash(string part)
    {
        using var board = Attached(part, "rdp1");
        board.Halt();
        Assert.Equal(Ok, board.Word(0x2000_0000).Status);
        Assert.NotEqual(Ok, board.Word(0x0800_0000).Status);
    }

    [Theory]
    [InlineData("STM32F072RB")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32L053R8")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32U575ZI")]
    [InlineData("STM32WB55RG")]
    public void Level_2_leaves_nothing(string part)
    {
        using var board = new FaultyBoard(part, "rdp2");
        Assert.Equal(GetIdCodeError, board.Enter());
        board.Nrst(0);
        Assert.Equal(GetIdCodeError, board.Enter());
    }

    [Theory]
    [InlineData("STM32G071RB")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32U083RC")]
    public void BOOT_LOCK_with_level_1_leaves_nothing_even_under_reset(string part)
    {
        using var board = new FaultyBoard(part, "boot-lock");
        Assert.Equal(GetIdCodeError, board.Enter());
        board.Nrst(0);
        Assert.Equal(GetIdCodeError, board.Enter());
    }

    /// <summary>An erase of that sector is refused with WRPERR, one of its neighbour is not.</summary>
    [Theory]
    [InlineData("STM32F407VG", 0x4002_3C00u, 0x04u, 0x10u, 0x0Cu, 0x10u, 0x2u | 3 << 3, 0x2u | 4 << 3)]
    [InlineData("STM32L476RG", 0x4002_2000u, 0x08u, 0x14u, 0x10u, 0x10u, 0x2u | 3 << 3, 0x2u | 4 << 3)]
    [InlineData("STM32G071RB", 0x4002_2000u, 0x08u, 0x14u, 0x10u, 0x10u, 0x2u | 3 << 3, 0x2u | 4 << 3)]
    [InlineData("STM32H743ZI", 0x5200_2000u, 0x04u, 0x0Cu, 0x10u, 1u << 17, 0x4u | 3 << 8, 0x4u | 4 << 8)]
    [InlineData("STM32U575ZI", 0x4002_2000u, 0x08u, 0x28u, 0x20u, 0x10u, 0x2u | 3 << 3, 0x2u | 4 << 3)]
    public void A_protected_sector_refuses_an_erase_and_its_neighbour_does_not(
        string part, uint block, uint key, uint control, uint status, uint flag, uint erase, uint next)
    {
        using var board = Attached(part, "write-protected:3");
        board.Halt();
        board.Unlock(block + key);
        var start = part == "STM32H743ZI" ? 1u << 7 : 1u << 16;
        board[block + control] = next;
        board[block + control] = next | start;
        board.Wait(3000);
        Assert.Equal(0u, board[block + status] & flag);
        board[block + control] = erase;
        board[block + control] = erase | start;
        Assert.Equal(flag, board[block + status] & flag);
    }

    /// <summary>As data the second page cannot be read; RDERR tells of it, or a fault.</summary>
    [Theory]
    [InlineData("STM32F429ZI", 0x0800_4000u)]
    [InlineData("STM32L476RG", 0x0800_0800u)]
    [InlineData("STM32G071RB", 0x0800_0800u)]
    [InlineData("STM32H743ZI", 0x0802_0000u)]
    [InlineData("STM32L053R8", 0x0800_1000u)]
    [InlineData("STM32WB55RG", 0x0800_1000u)]
    public void Code_that_can_only_be_executed_reads_as_nothing(string part, uint at)
    {
        using var board = Attached(part, "pcrop");
        board.Chip.Flash.Fill(0x5A);
        board.Halt();
        Assert.Equal(0x5A5A_5A5Au, board[0x0800_0000]);
        Assert.NotEqual((Ok, 0x5A5A_5A5Au), board.Word(at));
    }

    [Theory]
    [InlineData("STM32G071RB", 0x0800_0000u)]
    [InlineData("STM32G474RE", 0x0800_0000u)]
    [InlineData("STM32WB55RG", 0x080F_F000u)]
    public void A_shut_area_answers_with_faults(string part, uint at)
    {
        using var board = Attached(part, "secure-area");
        Assert.Equal(ApFault, board.Word(at).Status);
        Assert.Equal(Ok, board.Word(0x0800_4000).Status);
    }

    /// <summary>The core runs and does not halt; no flash, no RAM; the option register says why.</summary>
    [Theory]
    [InlineData("STM32L552ZE", 0x4002_2040u, 1u << 31, 0)]
    [InlineData("STM32U575ZI", 0x4002_2040u, 1u << 31, 0)]
    [InlineData("STM32WBA52CG", 0x4002_2040u, 1u << 31, 0)]
    [InlineData("STM32H563ZI", 0x4002_2070u, 0xB400_0000u, 1)]
    public void Only_a_secure_world_is_there(string part, uint option, uint bits, byte ap)
    {
        using var board = Attached(part, "trustzone");
        Assert.Equal(bits, BitConverter.ToUInt32(board.Block(option, 4, ap).Bytes) & bits);
        Assert.Equal(ApFault, board.Block(0x0800_0000, 4, ap).Status);
        Assert.Equal(ApFault, board.Block(0x2000_0000, 4, ap).Status);
        var (device, now) = (board.Chip.Port(ap)!, board.Board.VirtualClock.Nanoseconds);
        device.Write(DHCSR, 4, 0xA05F_0003, secure: false, ref now);
        device.Read(DHCSR, 4, out var state, secure: false, ref now);
        Assert.Equal(0u, state & S_HALT);
        Assert.Equal(1u, state & 1);
    }

    /// <summary>Access port 0 answers, access port 1 does not exist.</summary>
    [Fact]
    public void A_closed_product_leaves_one_port()
    {
        using var board = Attached("STM32H563ZI", "product-state-closed");
        Assert.NotEqual(0u, board.Dap(0, 0xFC).Value);
        Assert.Equal(0u, board.Dap(1, 0xFC).Value);
        Assert.Equal(BadAp, board.Ask(2, 0xF2, 0x4B, 1)[0]);
    }

    [Theory]
    [InlineData("STM32H745ZI")]
    [InlineData("STM32H755ZI")]
    public void Without_BCM7_the_first_port_faults_and_the_other_lives(string part)
    {
        using var board = FaultyBoard.Behind("v3", part, "core-boot-disabled");
        Assert.Equal(Ok, board.Enter());
        Assert.Equal(ApFault, board.Word(0xE000_ED00).Status);
        Assert.Equal(ApFault, board.Word(0x2400_0000).Status);
        Assert.Equal(Ok, board.Block(0xE000_ED00, 4, 3).Status);
        Assert.Equal(0x410F_C241u, BitConverter.ToUInt32(board.Block(0xE000_ED00, 4, 3).Bytes));
        Assert.Equal(0u, BitConverter.ToUInt32(board.Block(0x5200_201C, 4, 3).Bytes) & 1 << 23);
    }

    /// <summary>The cells of bank 2 are seen where bank 1 was.</summary>
    [Theory]
    [InlineData("STM32H743ZI", 0)]
    [InlineData("STM32H563ZI", 1)]
    [InlineData("STM32U575ZI", 0)]
    [InlineData("STM32L552ZE", 0)]
    [InlineData("STM32G0B1RE", 0)]
    public void Exchanged_banks_show_the_second_half_first(string part, byte ap)
    {
        using var board = Attached(part, "bank-swapped");
        var half = board.Chip.Flash.Length / 2;
        board.Chip.Flash[..half].Fill(0x11);
        board.Chip.Flash[half..].Fill(0x22);
        Assert.Equal(0x2222_2222u, BitConverter.ToUInt32(board.Block(0x0800_0000, 4, ap).Bytes));
        Assert.Equal(0x1111_1111u, BitConverter.ToUInt32(board.Block(0x0800_0000 + (uint)half, 4, ap).Bytes));
    }

    /// <summary>OPTR says level 0, nothing is protected, and every erase is refused; without power it is over.</summary>
    [Theory]
    [InlineData("STM32WLE5CC", 0x5800_4000u)]
    [InlineData("STM32L476RG", 0x4002_2000u)]
    public void A_regression_that_wants_its_power_cycle_refuses_everything(string part, uint block)
    {
        using var board = Attached(part, "rdp-regression-unfinished");
        Assert.Equal(0x10u, Erase(board, block));
        board.Reopen();
        board.Enter();
        Assert.Equal(0x10u, Erase(board, block));
        board.Board.PowerCycle();
        board.Enter();
        Assert.Equal(0u, Erase(board, block));
    }

    private static uint Erase(FaultyBoard board, uint block)
    {
        board.Halt();
        Assert.Equal(0xAAu, board[block + 0x20] & 0xFF);
        board.Unlock(block + 8);
        board[block + 0x14] = 2 | 5 << 3;
        board[block + 0x14] = 2 | 5 << 3 | 1 << 16;
        var refused = board[block + 0x10] & 0x10;
        board.Wait(100);
        return refused;
    }

    private static FaultyBoard Attached(string part, params string[] faults)
    {
        var board = new FaultyBoard(part, faults);
        Assert.Equal(Ok, board.Enter());
        return board;
    }
}
