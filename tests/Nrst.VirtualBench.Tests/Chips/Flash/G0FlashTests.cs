using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;
using static Nrst.VirtualBench.Tests.Chips.Flash.DoubleWordBench;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class G0FlashTests
{
    private const uint BKER = 1 << 13;

    [Theory]
    [InlineData("STM32G071RB", "g0", "stm32g071xx")]
    [InlineData("STM32G0B1RE", "g0", "stm32g0b1xx")]
    [InlineData("STM32C031C6", "c0", "stm32c031xx")]
    [InlineData("STM32C071RB", "c0", "stm32c071xx")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string family, string variant) =>
        RegistersOfTheManual.Compare(part, family, variant);

    [Theory]
    [InlineData("STM32G030F6")]
    [InlineData("STM32G071RB")]
    [InlineData("STM32G0B1RE")]
    [InlineData("STM32C031C6")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new DoubleWordBench(part);
        Assert.Equal(bench.Board.Device.DeviceId, bench.Board[0x4001_5800] & 0xFFF);
        Assert.Equal((uint)bench.Board.Part.FlashKiB, bench.Board[bench.Board.Device.Flash.Size.At.Value] & 0xFFFF);
        Assert.Equal(0x410C_C601u, bench.Board[0xE000_ED00]);
        Assert.Equal(bench.Board.Device.ResetHertz, 1_000_000_000_000 / bench.Board.Chip.HclkPicoseconds, 1000.0);
        Assert.Equal(BusStatus.Error, bench.Board.Load(FlashAt + ((uint)bench.Board.Part.FlashKiB * 1024), 4, out _));
    }

    [Fact]
    public void Locked_it_takes_no_command()
    {
        var bench = new DoubleWordBench("STM32G071RB");
        Assert.Equal(LOCK | OPTLOCK, bench[CR]);
        bench.ErasePage(0);
        Assert.Equal(LOCK | OPTLOCK, bench[CR]);
        Assert.Equal(0u, bench[SR]);
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt]);
    }

    [Fact]
    public void A_wrong_key_is_a_bus_fault_and_locks_until_the_next_reset()
    {
        var bench = new DoubleWordBench("STM32G071RB");
        Assert.Equal(BusStatus.Error, bench.Board.Store(0x4002_2008, 4, 0x1234_5678));
        Assert.Equal(BusStatus.Error, bench.Board.Store(0x4002_2008, 4, 0x4567_0123));
        Assert.Equal(BusStatus.Error, bench.Board.Store(0x4002_2008, 4, 0xCDEF_89AB));
        Assert.Equal(LOCK | OPTLOCK, bench[CR]);
        bench.Board.PulseReset();
        Assert.Equal(OPTLOCK, bench.Unlocked()[CR]);
    }

    [Fact]
    public void A_double_word_takes_its_time_and_is_there()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench[CR] = PG;
        bench.Board[FlashAt + 0x800] = 0x1122_3344;
        Assert.Equal(CFGBSY, bench[SR]);
        bench.Board[FlashAt + 0x804] = 0x5566_7788;
        Assert.Equal(BSY | CFGBSY, bench[SR]);
        Assert.InRange(bench.UntilIdle(), 83_000, 87_000);
        Assert.Equal(0x1122_3344u, bench.Board[FlashAt + 0x800]);
        Assert.Equal(0x5566_7788u, bench.Board[FlashAt + 0x804]);
        Assert.Equal(0u, bench[SR]);
    }

    [Fact]
    public void A_read_waits_for_the_operation()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench.ErasePage(5);
        var began = bench.Board.Now;
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt]);
        Assert.InRange(bench.Board.Now - began, 21_000_000, 22_000_000);
    }

    [Fact]
    public void It_refuses_what_the_manual_says()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench.Board[FlashAt + 0x800] = 0;
        Assert.Equal(PGSERR, bench.Refusals());

        bench[CR] = PG;
        Assert.Equal(BusStatus.Ok, bench.Board.Store(FlashAt + 0x800, 2, 0));
        Assert.Equal(SIZERR, bench.Refusals());
        Assert.Equal(BusStatus.Ok, bench.Board.Store(FlashAt + 0x800, 1, 0));
        Assert.Equal(SIZERR, bench.Refusals());

        bench.Board[FlashAt + 0x804] = 0;
        Assert.Equal(PGAERR, bench.Refusals());
        bench.Board[FlashAt + 0x800] = 0;
        bench.Board[FlashAt + 0x80C] = 0;
        Assert.Equal(PGAERR, bench.Refusals());
        Assert.Equal(uint.MaxValue, bench.Board[FlashAt + 0x800]);
    }

    [Fact]
    public void A_programmed_double_word_takes_only_zeros()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench.Program(FlashAt + 0x800, 0xFFFF_FFFE, uint.MaxValue);
        bench.Program(FlashAt + 0x800, 0xFFFF_FFFC, uint.MaxValue);
        Assert.Equal(PROGERR, bench.Refusals());
        Assert.Equal(0xFFFF_FFFEu, bench.Board[FlashAt + 0x800]);
        bench.Program(FlashAt + 0x800, 0, 0);
        Assert.Equal(0u, bench.Refusals());
        Assert.Equal(0u, bench.Board[FlashAt + 0x800]);
    }

    [Fact]
    public void An_error_nobody_cleared_makes_the_next_operation_fail()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench.Board[FlashAt + 0x800] = 0;
        bench.ErasePage(0);
        Assert.Equal(PGSERR, bench[SR]);
        bench.Refusals();
        bench[CR] = PG;
        Assert.Equal(BusStatus.Ok, bench.Board.Store(FlashAt + 0x800, 2, 0));
        bench.Board[FlashAt + 0x800] = 0;
        Assert.Equal(SIZERR | PGSERR, bench.Refusals());
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt]);
    }

    [Fact]
    public void A_start_needs_one_kind_of_erase_and_a_page_that_exists()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench[CR] = STRT;
        Assert.Equal(PGSERR, bench.Refusals());
        bench[CR] = PER | MER1 | STRT;
        Assert.Equal(PGSERR, bench.Refusals());
        bench[CR] = PG | PER | STRT;
        Assert.Equal(PGSERR, bench.Refusals());
        bench.ErasePage(64);
        Assert.Equal(PGSERR, bench.Refusals());
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt]);
        bench.ErasePage(63);
        Assert.Equal(BSY | CFGBSY, bench[SR]);
    }

    [Theory]
    [InlineData("STM32G030F6")]
    [InlineData("STM32G0B1CB")]
    [InlineData("STM32G0B1RE")]
    [InlineData("STM32C011F6")]
    public void Each_page_is_erased_and_its_neighbours_are_not(string part)
    {
        var bench = new DoubleWordBench(part).Unlocked();
        foreach (var bank in bench.Board.Part.Layouts[0].Banks)
        {
            for (var n = 0; n < bank.Layout.Sectors.Count; n += 7)
            {
                bench.Board.Chip.Flash.Clear();
                bench.ErasePage((uint)n, bank.Number == 2 ? BKER : 0);
                Assert.InRange(bench.UntilIdle(), 21_900_000, 22_100_000);
                var at = (int)(bank.Layout.Sectors[n].Range.Start.Value - FlashAt);
                Assert.Equal(at, bench.Board.Chip.Flash.IndexOf((byte)0xFF));
                Assert.Equal(at + 2047, bench.Board.Chip.Flash.LastIndexOf((byte)0xFF));
            }
        }
    }

    [Fact]
    public void One_bank_reads_while_the_other_is_busy()
    {
        var bench = new DoubleWordBench("STM32G0B1RE").Unlocked();
        bench.ErasePage(3, BKER);
        Assert.Equal(BSY2 | CFGBSY, bench[SR]);
        var began = bench.Board.Now;
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt]);
        Assert.Equal(began, bench.Board.Now);
        Assert.Equal(uint.MaxValue, bench.Board[FlashAt + 0x4_0000]);
        Assert.InRange(bench.Board.Now - began, 20_000_000, 22_100_000);
    }

    [Fact]
    public void Mass_erases_take_the_banks_they_name()
    {
        var bench = new DoubleWordBench("STM32G0B1RE").Unlocked();
        bench.Board.Chip.Flash.Clear();
        bench[CR] = MER2 | STRT;
        Assert.InRange(bench.UntilIdle(), 22_000_000, 22_200_000);
        Assert.Equal(0x4_0000, bench.Board.Chip.Flash.IndexOf((byte)0xFF));
        bench[CR] = MER1 | MER2 | STRT;
        bench.UntilIdle();
        Assert.False(bench.Board.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Swapped_banks_are_seen_the_other_way_round_and_named_as_ever()
    {
        var bench = new DoubleWordBench("STM32G0B1RE").OptionsUnlocked();
        bench.Board.Chip.Flash[0x4_0000] = 0x42;
        bench[OPTR] &= ~(1u << 20);
        bench.Commit();
        Assert.Equal(0xFFFF_FF42u, bench.Board[FlashAt]);
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt + 0x4_0000]);
        bench.Unlocked().ErasePage(0);
        bench.UntilIdle();
        Assert.Equal(0xFFFF_FF42u, bench.Board[FlashAt]);
        Assert.Equal(uint.MaxValue, bench.Board[FlashAt + 0x4_0000]);
    }

    [Fact]
    public void With_one_bank_the_page_numbers_go_on()
    {
        var bench = new DoubleWordBench("STM32G0B1RE").OptionsUnlocked();
        bench[OPTR] &= ~(1u << 21);
        bench.Commit();
        bench.Board.Chip.Flash.Clear();
        bench.Unlocked().ErasePage(128);
        bench.UntilIdle();
        Assert.Equal(0x4_0000, bench.Board.Chip.Flash.IndexOf((byte)0xFF));
    }

    [Fact]
    public void A_protected_page_is_neither_erased_nor_programmed()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench[0x2C] = 2 | 3 << 16;
        bench.ErasePage(2);
        Assert.Equal(0u, bench.Refusals()); // not before it is programmed and loaded
        bench.UntilIdle();
        bench.Commit();
        bench.Unlocked().ErasePage(2);
        Assert.Equal(WRPERR, bench.Refusals());
        bench.Program(FlashAt + 0x1800, 0, 0);
        Assert.Equal(WRPERR, bench.Refusals());
        bench[CR] = MER1 | STRT;
        Assert.Equal(WRPERR, bench.Refusals());
        bench.ErasePage(4);
        Assert.Equal(0u, bench.Refusals());
    }

    [Fact]
    public void Options_are_in_force_after_a_load_and_not_before()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        var factory = bench[OPTR];
        bench[OPTR] = factory & ~(1u << 16);
        bench[CR] = OPTSTRT;
        Assert.InRange(bench.UntilIdle(), 22_000_000, 24_000_000);
        Assert.False(bench.Board.Model.HardwareWatchdog);
        bench.Board.PulseReset();
        Assert.Equal(factory, bench[OPTR]);
        Assert.False(bench.Board.Model.HardwareWatchdog);
        bench.Board.PowerCycle();
        Assert.True(bench.Board.Model.HardwareWatchdog);
        Assert.Equal(factory & ~(1u << 16), bench[OPTR]);
    }

    [Theory]
    [InlineData(16, 29)]
    [InlineData(19, 30)]
    public void An_option_starts_a_watchdog_that_nobody_feeds(int option, int flag)
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench[OPTR] &= ~(1u << option);
        bench.Commit();
        bench.Board.PowerCycle();
        Assert.Equal(0u, bench.Board[0x4002_1060] & 3u << 29);
        bench.Board.Wait(600_000_000);
        Assert.Equal(1u << flag, bench.Board[0x4002_1060] & 3u << 29);
    }

    [Fact]
    public void An_option_load_is_a_reset_with_a_flag_of_its_own()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench.Board[0x4002_1060] = 1 << 23;
        Assert.Equal(0u, bench.Board[0x4002_1060] & 0xFE00_0000);
        bench.Launch();
        Assert.Equal(0x0600_0000u, bench.Board[0x4002_1060] & 0xFE00_0000);
        Assert.Equal(LOCK | OPTLOCK, bench[CR]);
    }

    [Fact]
    public void Option_registers_are_behind_their_own_lock()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        var factory = bench[OPTR];
        bench[OPTR] = 0;
        Assert.Equal(factory, bench[OPTR]);
        bench[CR] = OPTSTRT;
        bench[CR] = OBL_LAUNCH;
        Assert.Equal(OPTLOCK, bench[CR] & (LOCK | OPTLOCK));
    }

    [Fact]
    public void Level_1_bars_a_debugger_and_level_0_costs_the_flash()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench[OPTR] = (bench[OPTR] & ~0xFFu) | 0xBB;
        bench.Commit();
        Assert.Equal(BusStatus.Error, bench.Board.Load(FlashAt, 4, out _));
        bench.OptionsUnlocked();
        bench[CR] = PER | STRT;
        Assert.Equal(WRPERR, bench.Refusals());
        bench[OPTR] = (bench[OPTR] & ~0xFFu) | 0xAA;
        bench[CR] = OPTSTRT;
        Assert.InRange(bench.UntilIdle(), 44_000_000, 47_000_000);
        bench.Launch();
        Assert.Equal(uint.MaxValue, bench.Board[FlashAt]);
    }

    [Fact]
    public void Level_2_is_the_end_of_debugging()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench[OPTR] = (bench[OPTR] & ~0xFFu) | 0xCC;
        bench[CR] = OPTSTRT;
        bench.UntilIdle();
        bench.Board.PowerCycle();
        Assert.Null(bench.Board.Chip.Swd);
    }

    [Fact]
    public void A_boot_lock_with_read_protection_closes_the_debug_port()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench[0x80] = 1 << 16;
        bench[OPTR] = (bench[OPTR] & ~0xFFu) | 0xBB;
        bench[CR] = OPTSTRT;
        bench.UntilIdle();
        bench.Board.PowerCycle();
        Assert.Null(bench.Board.Chip.Swd);
    }

    [Fact]
    public void Firmware_that_clears_DBG_SWEN_cuts_the_debugger_off_until_reset()
    {
        var bench = new DoubleWordBench("STM32G071RB");
        Assert.Equal(0x0004_0200u, bench[ACR]);
        bench[ACR] = 0x0000_0202;
        Assert.Null(bench.Board.Chip.Swd);
        bench.Board.PulseReset();
        Assert.NotNull(bench.Board.Chip.Swd);
    }

    [Fact]
    public void Code_only_areas_read_as_zero_with_RDERR_and_survive()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench.Program(FlashAt + 0x1000, 0x1234_5678, 0);
        bench[0x24] = 8; // 0x1000, in units of 512 bytes
        bench[0x28] = 8;
        bench.Commit();
        Assert.Equal(0u, bench.Board[FlashAt + 0x1000]);
        Assert.Equal(RDERR, bench.Refusals());
        Assert.Equal(uint.MaxValue, bench.Board[FlashAt + 0x1200]);
        bench.Unlocked().ErasePage(2);
        Assert.Equal(WRPERR, bench.Refusals());

        bench.OptionsUnlocked();
        bench[0x24] = 0xFF;
        bench[0x28] = 0;
        bench.Commit();
        Assert.Equal(8u, bench[0x24]);
    }

    [Fact]
    public void A_blank_chip_boots_its_bootloader_until_the_flag_is_cleared()
    {
        var bench = new DoubleWordBench("STM32G071RB", blank: true);
        Assert.Equal(1u << 16, bench[ACR] & 1 << 16);
        Assert.Equal(0x1FFF_0000u, bench.Board.Model.BootAddress);
        Assert.Equal(0x1FFF_0041u, bench.Board[4]);
        bench.Unlocked().Program(FlashAt, 0x2000_0800, FlashAt + 9);
        bench.Board.PulseReset();
        Assert.Equal(0x1FFF_0041u, bench.Board[4]);
        bench[ACR] = 0x0004_0200;
        Assert.Equal(FlashAt + 9, bench.Board[4]);
    }

    [Fact]
    public void A_page_the_size_register_shuts_off_is_gone_until_reset()
    {
        var bench = new DoubleWordBench("STM32G071RB").OptionsUnlocked();
        bench[0x80] = 1;
        bench.Commit();
        bench.Unlocked()[CR] = 1 << 28;
        Assert.Equal(BusStatus.Error, bench.Board.Load(FlashAt, 4, out _));
        Assert.Equal(BusStatus.Ok, bench.Board.Load(FlashAt + 0x800, 4, out _));
        bench[CR] = 0;
        Assert.Equal(BusStatus.Error, bench.Board.Load(FlashAt, 4, out _));
        bench.Board.PulseReset();
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt]);
    }

    [Fact]
    public void A_double_word_cut_off_by_a_reset_has_a_wrong_error_code()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench[CR] = PG;
        bench.Board[FlashAt + 0x800] = 1;
        bench.Board[FlashAt + 0x804] = 2;
        bench.Board.PulseReset();
        Assert.Equal(0u, bench[ECCR] & 1u << 31);
        Assert.Equal(BusStatus.Ok, bench.Board.Load(FlashAt + 0x800, 4, out _));
        Assert.Equal(1u << 31 | 0x100, bench[ECCR]);

        var reborn = new Stm32Chip(bench.Board.Device, bench.Board.Part, new ChipOptions());
        reborn.Load(bench.Board.Chip.Save());
        Assert.True(reborn.FlashModel.Cells.IsBroken(0x800, 8));
        bench[ECCR] = 1u << 31;
        bench.Unlocked().ErasePage(1);
        bench.UntilIdle();
        bench.Board.Load(FlashAt + 0x800, 4, out _);
        Assert.Equal(0u, bench[ECCR] & 3u << 30);
    }

    [Fact]
    public void One_time_programmable_words_are_that()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench.Program(0x1FFF_7000, 1, 2);
        Assert.Equal(1u, bench.Board[0x1FFF_7000]);
        bench.Program(0x1FFF_7000, 0, 0);
        Assert.Equal(PROGERR, bench.Refusals());
        bench[CR] = MER1 | STRT;
        bench.UntilIdle();
        Assert.Equal(1u, bench.Board[0x1FFF_7000]);
    }

    [Fact]
    public void The_end_is_told_to_those_who_asked()
    {
        var bench = new DoubleWordBench("STM32G071RB").Unlocked();
        bench[CR] = EOPIE;
        bench[CR] = EOPIE | PER | 5 << 3 | STRT;
        bench.UntilIdle();
        Assert.Equal(EOP, bench[SR]);
        bench[SR] = EOP;
        bench[CR] = ERRIE | STRT;
        Assert.Equal(OPERR | PGSERR, bench.Refusals());
    }

    [Fact]
    public void The_clock_can_be_raised_as_firmware_does()
    {
        var bench = new DoubleWordBench("STM32G071RB");
        bench.Board[0x4002_100C] = 0x3000_0802;
        bench.Board[0x4002_1000] |= 1 << 24;
        bench.Board.Wait(100_000);
        Assert.Equal(1u << 25, bench.Board[0x4002_1000] & 1 << 25);
        bench.Board[0x4002_1008] = 2;
        Assert.Equal(2u << 3, bench.Board[0x4002_1008] & 7 << 3);
        Assert.Equal(64, 1_000_000 / bench.Board.Chip.HclkPicoseconds);
    }

    [Theory]
    [InlineData("STM32G071RB")]
    [InlineData("STM32G0B1RE")]
    [InlineData("STM32C031C6")]
    public void The_faults_of_a_die_act_on_this_flash_too(string part)
    {
        var bench = new DoubleWordBench(part, BoardPhysics.With("flash-ignores-commands").Chip).Unlocked();
        bench.ErasePage(0);
        Assert.Equal(0u, bench[SR]);
        Assert.Equal(0x2000_0800u, bench.Board[FlashAt]);

        bench = new DoubleWordBench(part, BoardPhysics.With("flash-never-finishes").Chip).Unlocked();
        bench.ErasePage(0);
        bench.Board.Wait(60_000_000_000);
        Assert.Equal(BSY, bench[SR] & BSY);
        Assert.Equal(BusStatus.Error, bench.Board.Load(FlashAt, 4, out _));

        bench = new DoubleWordBench(part, BoardPhysics.With("flash-stuck-bit:0x08001008").Chip).Unlocked();
        bench.Program(FlashAt + 0x1008, 0, 0);
        Assert.Equal(uint.MaxValue, bench.Board[FlashAt + 0x1008]);
        Assert.Equal(0u, bench.Board[FlashAt + 0x100C]);

        bench = new DoubleWordBench(part, BoardPhysics.With("flash-weak-erase:3").Chip).Unlocked();
        bench.ErasePage(3);
        bench.UntilIdle();
        Assert.True(bench.Board.Chip.Flash[0x1800..0x2000].ContainsAnyExcept((byte)0xFF));
        Assert.False(bench.Board.Chip.Flash[0x1000..0x1800].ContainsAnyExcept((byte)0xFF));
    }
}
