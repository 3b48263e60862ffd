using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

/// <summary>Faults of the supply, as a probe's wires meet them.</summary>
public sealed class The_supply
{
    private const uint F4Flash = 0x4002_3C00, F4Csr = 0x4002_3874;

    [Fact]
    public void Without_power_there_are_no_volts_and_no_answer()
    {
        using var board = new FaultyBoard("STM32F407VG", "no-target-power");
        Assert.Equal(0, board.Volts());
        Assert.Equal(GetIdCodeError, board.Enter());
    }

    [Fact]
    public void Without_a_sense_wire_there_are_no_volts_and_an_answer_all_the_same()
    {
        using var board = new FaultyBoard("STM32F407VG", "vtref-unwired");
        Assert.Equal(0, board.Volts());
        Assert.Equal(Ok, board.Enter());
        Assert.Equal(0x413u, board[0xE004_2000] & 0xFFF);
    }

    /// <summary>The debug port answers, an erase leaves cells at 0 and a program leaves them at 1.</summary>
    [Fact]
    public void A_low_supply_feeds_the_debug_port_and_not_the_charge_pump()
    {
        using var board = new FaultyBoard("STM32G071RB", "vdd-low:1500");
        Assert.Equal(1.5, board.Volts(), 0.01);
        Assert.Equal(Ok, board.Enter());
        board.Halt();
        board.Unlock(0x4002_2008);
        board[0x4002_2014] = 1;
        board[0x0800_0000] = 0;
        board[0x0800_0004] = 0;
        board.Wait(1);
        Assert.NotEqual(0u, board[0x0800_0000]);
        board[0x4002_2014] = 1 << 1 | 1 << 3;
        board[0x4002_2014] = 1 << 1 | 1 << 3 | 1 << 16;
        board.Wait(50);
        Assert.Contains(Enumerable.Range(0, 512), word => board[0x0800_0800 + (uint)(4 * word)] != uint.MaxValue);
    }

    [Fact]
    public void Below_the_power_down_reset_nothing_answers()
    {
        using var board = new FaultyBoard("STM32G071RB", "vdd-low:1200");
        Assert.Equal(1.2, board.Volts(), 0.01);
        Assert.Equal(GetIdCodeError, board.Enter());
    }

    [Fact]
    public void A_high_supply_wanders_and_ends_programs_with_an_error()
    {
        using var board = new FaultyBoard("STM32F407VG", "vdd-high:3550");
        var volts = Enumerable.Range(0, 20).Select(_ =>
        {
            board.Wait(1);
            return board.Volts();
        }).ToArray();
        Assert.True(volts.Max() - volts.Min() > 0.04);
        Assert.InRange(volts.Average(), 3.5, 3.6);

        board.Enter();
        board.Halt();
        board.Unlock(F4Flash + 4);
        board[F4Flash + 0x10] = 1 | 2 << 8;
        board[0x0800_4000] = 0;
        board.Wait(1);
        Assert.NotEqual(0u, board[F4Flash + 0x0C] & 0xF0);
        Assert.NotEqual(0u, board[0x0800_4000]);
    }

    /// <summary>Lone accesses read right. Quick ones lose a one here and there, and never the same twice.</summary>
    [Fact]
    public void Without_VCAP_what_is_read_quickly_is_not_what_is_there()
    {
        using var board = FaultyBoard.Behind("v3", "STM32H743ZI", "vcap-missing");
        board.Chip.Flash.Fill(0xFF);
        board.Kilohertz(8000);
        Assert.Equal(Ok, board.Enter());
        board.Halt();
        var (status, first) = board.Block(0x0800_0000, 6144);
        Assert.Equal(Ok, status);
        var (_, second) = board.Block(0x0800_0000, 6144);
        Assert.NotEqual(first, second);
        Assert.InRange(first.Count(value => value != 0xFF), 1, 20);
        for (var word = 0u; word < 200; word++)
        {
            Assert.Equal(uint.MaxValue, board[0x0800_0000 + (4 * word)]);
        }
    }

    /// <summary>The thread behind this: no target at 24 MHz, and one at 8 MHz under reset.</summary>
    [Fact]
    public void Without_VCAP_a_running_core_disturbs_a_quick_wire()
    {
        using var board = FaultyBoard.Behind("v3", "STM32H743ZI", "vcap-missing");
        board.Kilohertz(24000);
        Assert.Contains(Enumerable.Range(0, 50), _ => board.Enter() != Ok);
        board.Nrst(0);
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(Ok, board.Enter()));
        board.Nrst(1);
        board.Kilohertz(8000);
        Assert.All(Enumerable.Range(0, 50), _ => Assert.Equal(Ok, board.Enter()));
    }

    [Fact]
    public void Without_VDDA_the_first_access_that_draws_current_is_the_last()
    {
        using var board = new FaultyBoard("STM32F407VG", "vdda-unconnected");
        Assert.Equal(3.3, board.Volts(), 0.01);
        Assert.Equal(DpError, board.Enter());
        Assert.Equal(GetIdCodeError, board.Enter());
        board.Wait(1000);
        Assert.Equal(DpError, board.Enter());
    }

    [Fact]
    public void With_PDR_ON_low_nothing_ever_answers()
    {
        using var board = new FaultyBoard("STM32F429ZI", "pdr-on-low");
        Assert.Equal(3.3, board.Volts(), 0.01);
        Assert.All(Enumerable.Range(0, 10), _ => Assert.Equal(GetIdCodeError, board.Enter()));
        Assert.True(board.Chip.ResetIsLow);
        Assert.Equal(0, board.Chip.Core.InstructionsExecuted);
    }

    /// <summary>The erase is torn off by a reset of the whole chip, debug port included, and RCC says whose reset it was.</summary>
    [Fact]
    public void A_supply_that_sags_under_the_charge_pump_ends_in_a_brown_out_reset()
    {
        using var board = new FaultyBoard("STM32F407VG", "brown-out-while-programming:1600");
        board.Chip.Flash[..0x4000].Clear();
        Assert.Equal(Ok, board.Enter());
        board.Halt();
        board[F4Csr] = 1 << 24;
        board.Unlock(F4Flash + 4);
        board[F4Flash + 0x10] = 2 | 2 << 8;
        board[F4Flash + 0x10] = 2 | 2 << 8 | 1 << 16;
        Assert.Equal(1.6, board.Volts(), 0.01);
        board.Wait(2);
        Assert.NotEqual(Ok, board.Word(DHCSR).Status);
        Assert.Equal(3.3, board.Volts(), 0.01);
        Assert.Equal(Ok, board.Enter());
        Assert.Equal(0x0600_0000u, board[F4Csr] & 0xFE00_0000);
        Assert.Equal(0u, board[0x0800_3FF0]);
        Assert.Equal(0u, board[DHCSR] & 3);
    }

    [Fact]
    public void A_supply_that_sags_a_little_only_starves_the_cells_of_wide_programs()
    {
        using var board = new FaultyBoard("STM32F407VG", "brown-out-while-programming:2400");
        Assert.Equal(Ok, board.Enter());
        board.Halt();
        board.Unlock(F4Flash + 4);
        board[F4Flash + 0x10] = 1 | 2 << 8;
        board[0x0800_4000] = 0;
        board.Wait(1);
        Assert.NotEqual(0u, board[0x0800_4000]);
    }

    /// <summary>SWD answers for some milliseconds after power-on; nothing but power brings it back, and with BOOT0 high it stays.</summary>
    [Fact]
    public void A_step_down_converter_without_its_coil_ends_everything_until_the_power_is_gone()
    {
        using var board = FaultyBoard.Behind("v3", "STM32H745ZI", "smps-mismatch");
        Assert.Equal(GetIdCodeError, board.Enter());
        board.Nrst(2);
        Assert.Equal(GetIdCodeError, board.Enter());

        board.Board.PowerCycle();
        Assert.Equal(Ok, board.Enter());
        board.Wait(20);
        Assert.Equal(GetIdCodeError, board.Enter());

        board.Store.Set("faulty", ["boot0=1"]);
        board.Store.PowerCycle("faulty");
        Assert.Equal(Ok, board.Enter());
        board.Wait(100);
        Assert.Equal(Ok, board.Enter());
        board.Halt();
        Assert.True(board.IsHalted);
    }
}
