using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>Faults of NRST: what DHCSR.S_RESET_ST says when somebody pulls.</summary>
public sealed class The_reset_line
{
    [Fact]
    public void A_healthy_line_resets_by_pin_and_by_request()
    {
        using var board = Attached("STM32F407VG");
        board.Nrst(0);
        Assert.True(WasReset(board) && WasReset(board), "S_RESET_ST stays while NRST is low");
        board.Nrst(1);
        _ = board[DHCSR];
        Assert.False(WasReset(board));
        board[AIRCR] = 0x05FA_0004;
        Assert.True(WasReset(board));
        Assert.False(WasReset(board));
    }

    /// <summary>Neither the pin nor SYSRESETREQ, which has to come through the pin; VECTRESET is the core's own.</summary>
    [Fact]
    public void A_push_pull_supervisor_lets_no_reset_through_but_the_core_s_own()
    {
        using var board = Attached("STM32F407VG", "nrst-push-pull");
        board.Nrst(0);
        Assert.False(WasReset(board));
        Assert.False(board.Chip.ResetIsLow);
        board.Nrst(1);
        board[AIRCR] = 0x05FA_0004;
        Assert.False(WasReset(board));
        board.Halt();
        board[AIRCR] = 0x05FA_0001;
        Assert.True(WasReset(board));
    }

    /// <summary>The program goes on with NRST pulled.</summary>
    [Fact]
    public void Under_a_push_pull_supervisor_the_core_runs_on()
    {
        using var board = Attached("STM32F407VG", "nrst-push-pull", "firmware-watchdog");
        board.Nrst(0);
        var before = board.Chip.Core.InstructionsExecuted;
        board.Wait(5);
        _ = board[DHCSR];
        Assert.True(board.Chip.Core.InstructionsExecuted > before + 100);
    }

    [Fact]
    public void A_watchdog_that_cannot_reset_counts_anew()
    {
        using var board = Attached("STM32F407VG", "nrst-push-pull", "firmware-watchdog");
        board.Halt();
        board.Wait(500);
        Assert.True(board.IsHalted);
        Assert.Equal(0u, board[0x4002_3874] & 1u << 29);
    }

    [Fact]
    public void A_line_that_is_held_low_keeps_the_core_in_reset()
    {
        using var board = Attached("STM32F407VG", "nrst-held-low");
        board.Nrst(1);
        Assert.True(WasReset(board) && WasReset(board) && WasReset(board));
        board.Halt();
        Assert.False(board.IsHalted);
        Assert.Equal(ApFault, board.Word(0x2000_0000).Status);
    }

    [Fact]
    public void A_wire_that_ends_early_resets_nothing_and_SYSRESETREQ_does()
    {
        using var board = Attached("STM32F407VG", "nrst-unwired");
        board.Nrst(0);
        Assert.False(WasReset(board));
        board[AIRCR] = 0x05FA_0004;
        Assert.True(WasReset(board));
    }

    [Theory]
    [InlineData("STM32G071RB", 0x4002_2020u, 27)]
    [InlineData("STM32G474RE", 0x4002_2020u, 28)]
    public void A_pin_that_is_a_GPIO_resets_nothing_and_SYSRESETREQ_does(string part, uint optr, int at)
    {
        using var board = Attached(part, "nrst-is-gpio");
        Assert.Equal(2u, board[optr] >> at & 3);
        board.Nrst(0);
        Assert.False(WasReset(board));
        board[AIRCR] = 0x05FA_0004;
        Assert.True(WasReset(board));
        _ = board[DHCSR];
        Assert.False(WasReset(board));
    }

    [Fact]
    public void A_large_capacitor_keeps_the_line_low_for_its_time()
    {
        using var board = Attached("STM32F407VG", "nrst-slow:50000");
        board.Nrst(0);
        board.Nrst(1);
        Assert.True(WasReset(board) && WasReset(board));
        board.Wait(45);
        Assert.True(WasReset(board));
        board.Wait(6);
        _ = board[DHCSR];
        Assert.False(WasReset(board));

        // The chip's own pulse empties it as well.
        board[AIRCR] = 0x05FA_0004;
        board.Wait(45);
        Assert.True(WasReset(board) && WasReset(board));
        board.Wait(6);
        _ = board[DHCSR];
        Assert.False(WasReset(board));
    }

    private static FaultyBoard Attached(string part, params string[] faults)
    {
        var board = new FaultyBoard(part, faults);
        Assert.Equal(Ok, board.Enter());
        _ = board[DHCSR];
        return board;
    }

    private static bool WasReset(FaultyBoard board) => (board[DHCSR] & S_RESET_ST) != 0;
}
