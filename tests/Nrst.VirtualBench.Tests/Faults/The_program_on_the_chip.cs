using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>Programs that keep a debugger from its work. Each is real code in the flash, executed by the core.</summary>
public sealed class The_program_on_the_chip
{
    public static TheoryData<string> OfEveryLine =>
    [
        "STM32C031C6", "STM32F030F4", "STM32F103C8", "STM32F207ZG", "STM32F303VC", "STM32F407VG", "STM32F746ZG", "STM32G071RB", "STM32G474RE",
        "STM32H743ZI", "STM32L053R8", "STM32L152RE", "STM32L476RG", "STM32L552ZE", "STM32U083RC", "STM32U575ZI", "STM32WB55RG", "STM32WBA52CG",
    ];

    /// <summary>No answer while it runs, an answer under reset, and vector catch keeps it.</summary>
    [Theory]
    [MemberData(nameof(OfEveryLine))]
    public void Debug_pins_that_are_GPIOs_are_silent_until_NRST_is_low(string part)
    {
        using var board = new FaultyBoard(part, "firmware-remaps-swd");
        Assert.Equal(GetIdCodeError, board.Enter());
        board.Nrst(0);
        Assert.Equal(Ok, board.Enter());
        if (part is not "STM32H743ZI" and not "STM32U575ZI")
        {
            board[DHCSR] = 0xA05F_0003;
            board[DEMCR] = 1;
        }
        else
        {
            board.Word(DHCSR, 0xA05F_0003);
            board.Word(DEMCR, 1);
        }

        board.Nrst(1);
        board.Wait(10);
        Assert.Equal(Ok, board.Enter());
        Assert.True(board.IsHalted);
    }

    [Theory]
    [InlineData("STM32G071RB")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32C031C6")]
    [InlineData("STM32U083RC")]
    public void DBG_SWEN_cleared_is_silence_until_a_reset(string part)
    {
        using var board = new FaultyBoard(part, "debug-switched-off");
        Assert.Equal(GetIdCodeError, board.Enter());
        board.Nrst(0);
        Assert.Equal(Ok, board.Enter());
        board.Nrst(1);
        board.Wait(5);
        Assert.NotEqual(Ok, board.Word(DHCSR).Status);
    }

    /// <summary>The debug port answers always, what is behind it for a moment four times a second, and always with DBG_STOP.</summary>
    [Theory]
    [MemberData(nameof(OfEveryLine))]
    public void A_chip_in_Stop_has_no_clock_behind_its_access_ports(string part)
    {
        using var board = new FaultyBoard(part, "firmware-sleeps");
        Assert.Equal(Ok, board.Enter());
        var answers = 0;
        for (var look = 0; look < 1000; look++)
        {
            Assert.Equal(Ok, board.Dpidr().Status);
            answers += board.Word(0x2000_0000).Status == Ok ? 1 : 0;
            board.Wait(1);
        }

        Assert.InRange(answers, 1, 100);
    }

    [Theory]
    [InlineData("STM32F407VG", 0xE004_2004u)]
    [InlineData("STM32G071RB", 0x4001_5804u)]
    public void DBG_STOP_keeps_the_clocks(string part, uint dbgmcu)
    {
        using var board = new FaultyBoard(part, "firmware-sleeps");
        board.Enter();
        while (board.Word(dbgmcu, 6) != Ok)
        {
            board.Wait(0.2);
        }

        Assert.All(Enumerable.Range(0, 500), _ =>
        {
            board.Wait(1);
            Assert.Equal(Ok, board.Word(0x2000_0000).Status);
        });
        Assert.NotEqual(0u, board[DHCSR] & S_SLEEP);
    }

    [Fact]
    public void Under_reset_a_sleeper_can_be_caught()
    {
        using var board = new FaultyBoard("STM32L476RG", "firmware-sleeps");
        board.Enter();
        board.Nrst(0);
        board[DHCSR] = 0xA05F_0003;
        board[DEMCR] = 1;
        board.Nrst(1);
        board.Wait(300);
        Assert.True(board.IsHalted);
    }

    /// <summary>A halted core is reset every 40 ms, unless the watchdog stands still with it; running, the program feeds it.</summary>
    [Theory]
    [InlineData("STM32F407VG", 0xE004_2008u, 1u << 12, 0x4002_3874u)]
    [InlineData("STM32F103C8", 0xE004_2004u, 1u << 8, 0x4002_1024u)]
    [InlineData("STM32L476RG", 0xE004_2008u, 1u << 12, 0x4002_1094u)]
    [InlineData("STM32G071RB", 0x4001_5808u, 1u << 12, 0x4002_1060u)]
    public void A_watchdog_resets_a_core_that_stands_still(string part, uint freeze, uint bit, uint csr)
    {
        using var board = new FaultyBoard(part, "firmware-watchdog");
        board.Enter();
        _ = board[DHCSR];
        board.Wait(500);
        Assert.Equal(0u, board[DHCSR] & S_RESET_ST);

        board.Halt();
        board.Wait(60);
        var state = board[DHCSR];
        Assert.NotEqual(0u, state & S_RESET_ST);
        Assert.NotEqual(0u, board[csr] & 1u << 29);

        board.Halt();
        board[freeze] = bit;
        board.Wait(500);
        Assert.True(board.IsHalted);
    }

    /// <summary>RAM where a loader would lie changes under a halted core, and stops changing at a reset.</summary>
    [Theory]
    [InlineData("STM32F407VG", 0x2000_0000u)]
    [InlineData("STM32F103C8", 0x2000_0000u)]
    [InlineData("STM32F746ZG", 0x2000_0000u)]
    [InlineData("STM32G071RB", 0x2000_0000u)]
    [InlineData("STM32G474RE", 0x2000_0000u)]
    [InlineData("STM32H743ZI", 0x2400_0000u)]
    [InlineData("STM32L053R8", 0x2000_0000u)]
    [InlineData("STM32L152RE", 0x2000_0000u)]
    [InlineData("STM32L476RG", 0x2000_0000u)]
    [InlineData("STM32F072RB", 0x2000_0000u)]
    [InlineData("STM32WB55RG", 0x2000_0000u)]
    public void A_DMA_channel_writes_on_under_a_halted_core(string part, uint at)
    {
        using var board = new FaultyBoard(part, "firmware-dma");
        board.Enter();
        board.Halt();
        Assert.True(board.IsHalted);
        var before = board.Block(at, 1024).Bytes;
        board.Wait(5);
        var after = board.Block(at, 1024).Bytes;
        Assert.True(before.Where((value, index) => value != after[index]).Count() > 100);
        Assert.Equal(board.Block(at + 0x400, 256).Bytes, board.Block(at + 0x400, 256).Bytes);

        board[DEMCR] = 1;
        board[AIRCR] = 0x05FA_0004;
        board.Wait(1);
        var still = board.Block(at, 1024).Bytes;
        board.Wait(5);
        Assert.Equal(still, board.Block(at, 1024).Bytes);
    }

    /// <summary>C_HALT is taken and S_HALT never comes; memory answers WAIT; under reset all is well again.</summary>
    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32U575ZI")]
    public void A_core_in_an_access_that_never_ends_cannot_halt(string part)
    {
        using var board = new FaultyBoard(part, "firmware-hangs-bus");
        Assert.Equal(Ok, board.Enter());
        Assert.Equal(Ok, board.Halt());
        board.Wait(10);
        Assert.False(board.IsHalted);
        Assert.Equal(ApWait, board.Word(0x2000_0000).Status);

        board.Nrst(0);
        board.Wait(1000);
        board.Word(DHCSR, 0xA05F_0003);
        board.Word(DEMCR, 1);
        board.Nrst(1);
        board.Wait(1);
        Assert.True(board.IsHalted);
        Assert.Equal(Ok, board.Word(0x2000_0000).Status);
    }

    [Theory]
    [MemberData(nameof(OfEveryLine))]
    public void Bad_vectors_lock_the_core_up(string part)
    {
        using var board = new FaultyBoard(part, "firmware-locks-up");
        board.Enter();
        Assert.NotEqual(0u, board[DHCSR] & S_LOCKUP);
    }

    /// <summary>The flash is another after some time, and another after each reset.</summary>
    [Theory]
    [MemberData(nameof(OfEveryLine))]
    public void A_program_writes_into_its_own_flash(string part)
    {
        using var board = new FaultyBoard(part, "firmware-rewrites-flash");
        var erased = board.Chip.FlashModel.Cells.ErasedValue;
        int Entries() => board.Chip.Flash[0x400..0x1000].ToArray().Chunk(4).Count(word => word.Any(value => value != erased));
        var atFirst = Entries();
        Assert.True(atFirst > 0, board.Chip.Core.LastFaultText);
        board.Wait(250);
        board.Volts();
        var later = Entries();
        Assert.True(later > atFirst);
        board.Enter();
        board.Nrst(2);
        board.Wait(20);
        board.Volts();
        Assert.True(Entries() > later);
    }

    /// <summary>What the next debugger finds: C_DEBUGEN, vector catch, a breakpoint, and a core that stands on it.</summary>
    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32U575ZI")]
    public void A_debugger_that_was_pulled_off_has_left_its_marks(string part)
    {
        using var board = new FaultyBoard(part, "debug-state-left");
        board.Enter();
        Assert.Equal(1u | S_HALT | 2u, board[DHCSR] & (S_HALT | 3));
        Assert.Equal(0x0100_0400u, board[DEMCR] & 0x0100_0401);
        Assert.Equal(1u, board[0xE000_2000] & 1);
        Assert.Equal(1u, board[0xE000_2008] & 1);
        Assert.Equal(2u, board[0xE000_ED30] & 2);
        board[DHCSR] = 0xA05F_0001;
        board.Wait(1);
        Assert.True(board.IsHalted);

        board.Board.PowerCycle();
        board.Enter();
        Assert.False(board.IsHalted);
        Assert.Equal(0u, board[DEMCR]);
        board.Reopen();
        board.Enter();
        Assert.Equal(0u, board[DEMCR]);
    }

    [Theory]
    [InlineData("STM32F407VG", 0xE004_2004u, 0xE004_2008u)]
    [InlineData("STM32G071RB", 0x4001_5804u, 0x4001_5808u)]
    public void DBGMCU_is_as_somebody_left_it_until_the_power_goes(string part, uint cr, uint freeze)
    {
        using var board = new FaultyBoard(part, "dbgmcu-left");
        board.Enter();
        Assert.NotEqual(0u, board[cr] & 6);
        Assert.Equal(3u << 11, board[freeze] & 3u << 11);
        board.Nrst(2);
        Assert.NotEqual(0u, board[cr] & 6);
        board.Board.PowerCycle();
        board.Enter();
        Assert.Equal(0u, board[cr]);
    }
}
