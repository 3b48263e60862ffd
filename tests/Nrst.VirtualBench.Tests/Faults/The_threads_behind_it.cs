using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>Boards of people who asked for help, put together from faults. They add up.</summary>
public sealed class The_threads_behind_it
{
    /// <summary>"Normal" fails, hot plug sometimes finds the chip and sometimes not, and under reset all is well. Power is 3.23 V.</summary>
    [Fact]
    public void An_H725_whose_first_accesses_fail_until_it_is_held_in_reset()
    {
        using var board = new FaultyBoard("STM32H725ZG", "firmware-sleeps");
        Assert.Equal(Ok, board.Enter());
        var size = Enumerable.Range(0, 300).Select(_ =>
        {
            board.Wait(1);
            return board.Word(0x1FF1_E880).Status;
        }).ToArray();
        Assert.Contains(Ok, size);
        Assert.True(size.Count(status => status == ApFault) > 200);
        Assert.Equal(ApFault, board.Halt());

        board.Nrst(0);
        board.Word(DHCSR, 0xA05F_0003);
        board.Word(DEMCR, 1);
        board.Nrst(1);
        board.Wait(1);
        Assert.True(board.IsHalted);
        Assert.Equal(1024u, board[0x1FF1_E880] & 0xFFFF);
    }

    /// <summary>A download that ends at once, and a flash that is what it was.</summary>
    [Fact]
    public void An_H725_whose_flash_takes_commands_and_does_nothing()
    {
        using var board = new FaultyBoard("STM32H725ZG", "flash-ignores-commands");
        board.Enter();
        board.Chip.Flash[..0x100].Fill(0x5A);
        board.Halt();
        board.Unlock(0x5200_2004);
        board[0x5200_200C] = 4 | 1 << 7;
        Assert.Equal(0u, board[0x5200_2010] & 7);
        board.Wait(5000);
        Assert.Equal(0x5A5A_5A5Au, board[0x0800_0000]);
    }

    [Fact]
    public void A_watchdog_behind_a_slow_reset_line_on_noisy_wires()
    {
        using var board = new FaultyBoard("STM32F407VG", "firmware-watchdog", "nrst-slow:20000", "swd-noisy-above:1000", "vtref-unwired", "flash-stuck-bit:0x08004000");
        Assert.Equal(0, board.Volts());
        board.Divisor(40);
        Assert.Equal(Ok, board.Enter());
        board.Halt();
        board.Wait(50);
        Assert.NotEqual(0u, board[DHCSR] & S_RESET_ST);
        Assert.NotEqual(0u, board[DHCSR] & S_RESET_ST);
        board.Wait(25);
        _ = board[DHCSR];
        Assert.Equal(0u, board[DHCSR] & S_RESET_ST);
        board.Divisor(0);
        Assert.Contains(Enumerable.Range(0, 500), _ => board.Dpidr().Status != Ok);
    }

    /// <summary>The same board, the same noise.</summary>
    [Fact]
    public void What_is_random_is_the_same_every_time()
    {
        Assert.Equal(Story(), Story());

        static string Story()
        {
            using var board = new FaultyBoard("STM32F407VG", "swdio-contention", "vcap-missing", "erase-interrupted:1");
            while (board.Enter() != Ok)
            {
            }

            return string.Join(' ', Enumerable.Range(0, 300).Select(word => board.Word(0x0800_6000 + (uint)(4 * word))));
        }
    }
}
