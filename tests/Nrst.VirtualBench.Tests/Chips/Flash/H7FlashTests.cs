using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class H7FlashTests
{
    private const uint KEYR = 0x04, OPTKEYR = 0x08, CR = 0x0C, SR = 0x10, CCR = 0x14, OPTCR = 0x18, OPTSR_CUR = 0x1C, OPTSR_PRG = 0x20, OPTCCR = 0x24;
    private const uint Bank2 = 0x100;
    private const uint LOCK = 1, PG = 2, SER = 4, BER = 8, X64 = 0x30;
    private const uint BSY = 1, WBNE = 2, QW = 4, EOP = 1 << 16, WRPERR = 1 << 17, PGSERR = 1 << 18, STRBERR = 1 << 19, INCERR = 1 << 21;
    private const uint RDPERR = 1 << 23, DBECCERR = 1 << 26;
    private const uint OPTLOCK = 1, OPTSTART = 2, MER = 16, SWAP_BANK = 1u << 31;
    private const uint FlashAt = 0x0800_0000, SecondAt = 0x0810_0000;

    private static readonly uint[] Mirrored = [0x100, 0x108, 0x118, 0x11C, 0x120, 0x124, 0x140, 0x144];

    [Fact]
    public void Every_bit_of_the_H74x_is_accounted_for() => RegistersOfTheManual.Compare(
        "STM32H743ZI", "h74", "stm32h743xx", absent: new Dictionary<string, uint> { ["OPTSR_PRG"] = 0x4000_0001 }, twice: Mirrored);

    [Fact]
    public void Every_bit_of_the_H72x_is_accounted_for() => RegistersOfTheManual.Compare(
        "STM32H723ZG", "h72", "stm32h723xx", absent: new Dictionary<string, uint> { ["OPTSR_PRG"] = 0x4000_0001 });

    [Fact]
    public void Every_bit_of_the_H7Ax_is_accounted_for() => RegistersOfTheManual.Compare(
        "STM32H7B3ZI", "h7a", "stm32h7a3xx", absent: new Dictionary<string, uint> { ["OPTSR_PRG"] = 0x4000_0001 }, twice: Mirrored);

    [Theory]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32H750VB")]
    [InlineData("STM32H723ZG")]
    [InlineData("STM32H7B3ZI")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0x5C00_1000] & 0xFFF);
        Assert.Equal(BusStatus.Ok, bench.Load(bench.Device.Flash.Size.At.Value, 2, out var size));
        Assert.Equal((uint)bench.Part.FlashKiB, size);
        Assert.Equal(bench.Device.ResetHertz, 1_000_000_000_000 / bench.Chip.HclkPicoseconds, 1000.0);

        // DBGMCU is seen through AP2 as well, which is nothing but the debug bus.
        var debug = new FlashBench(part, ap: 2, halt: false);
        Assert.Equal(bench.Device.DeviceId, debug[0xE00E_1000] & 0xFFF);
        debug[0xE00E_4000] = 3;
        Assert.Equal(3u, debug[0xE00E_4000]);
        Assert.Equal(BusStatus.Error, debug.Load(FlashAt, 4, out _));
    }

    [Fact]
    public void Locked_it_takes_no_command()
    {
        var bench = new FlashBench("STM32H743ZI");
        Assert.Equal(X64 | LOCK, bench.Register(CR));
        bench.Register(CR, SER | 1 << 7);
        Assert.Equal(X64 | LOCK, bench.Register(CR));
        Assert.Equal(0u, bench.Register(SR));
        Assert.Equal(0x2000_0800u, bench[FlashAt]);
    }

    [Theory]
    [InlineData(KEYR, CR)]
    [InlineData(KEYR + Bank2, CR + Bank2)]
    public void A_wrong_key_is_a_bus_fault_and_locks_until_the_next_reset(uint key, uint control)
    {
        var bench = new FlashBench("STM32H743ZI");
        Assert.Equal(BusStatus.Error, bench.Store(0x5200_2000 + key, 4, 0x1234_5678));
        Assert.Equal(BusStatus.Error, bench.Store(0x5200_2000 + key, 4, 0x4567_0123));
        Assert.Equal(BusStatus.Error, bench.Store(0x5200_2000 + key, 4, 0xCDEF_89AB));
        Assert.Equal(LOCK, bench.Register(control) & LOCK);
        bench.PulseReset();
        bench.Register(key, 0x4567_0123);
        bench.Register(key, 0xCDEF_89AB);
        Assert.Equal(0u, bench.Register(control) & LOCK);

        // The right keys a second time lock it as well.
        bench.Register(key, 0x4567_0123);
        Assert.Equal(BusStatus.Error, bench.Store(0x5200_2000 + key, 4, 0xCDEF_89AB));
        Assert.Equal(LOCK, bench.Register(control) & LOCK);
    }

    [Theory]
    [InlineData("STM32H743ZI", 32, 99_000, 102_000)]
    [InlineData("STM32H7B3ZI", 16, 30_000, 33_000)]
    public void A_flash_word_is_programmed_when_it_is_complete(string part, int bytes, long least, long most)
    {
        var bench = Unlocked(part);
        bench.Register(CR, PG | X64);
        for (var at = 0u; at < bytes; at += 4)
        {
            Assert.Equal(at == 0 ? 0 : WBNE, bench.Register(SR));
            bench[FlashAt + 0x8000 + at] = 0x1122_3300 + at;
        }

        Assert.Equal(BSY | QW, bench.Register(SR));
        Assert.InRange(bench.UntilClear(SR, QW), least, most);
        Assert.Equal(EOP, bench.Register(SR));
        Assert.Equal(0x1122_3304u, bench[FlashAt + 0x8004]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x8000 + (uint)bytes]);
    }

    [Fact]
    public void The_parallelism_decides_how_long_it_takes()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Register(CR, PG);
        WriteWord(bench, FlashAt + 0x8000, 1, wait: false);
        Assert.InRange(bench.UntilClear(SR, QW), 285_000, 292_000);
    }

    [Fact]
    public void A_part_of_a_word_can_be_forced_and_cannot_be_completed_later()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Register(CR, PG | X64);
        bench[FlashAt + 0x8000] = 0x1122_3344;
        bench.Register(CR, PG | X64 | 1 << 6);
        bench.UntilClear(SR, QW);
        Assert.Equal(0x1122_3344u, bench[FlashAt + 0x8000]);
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x8004]);

        bench[FlashAt + 0x8004] = 0x5566_7788;
        bench.Register(CR, PG | X64 | 1 << 6);
        bench.UntilClear(SR, QW);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x8000, 4, out _));
        Assert.Equal(DBECCERR, bench.Register(SR) & DBECCERR);
        Assert.Equal(0x8000u / 32, bench.Register(0x60));
        bench.Register(CCR, DBECCERR);
        Assert.Equal(0u, bench.Register(0x60));
    }

    [Fact]
    public void All_zeros_and_the_same_again_do_no_harm()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Register(CR, PG | X64);
        WriteWord(bench, FlashAt + 0x8000, 0x1234_5678);
        WriteWord(bench, FlashAt + 0x8000, 0x1234_5678);
        Assert.Equal(0x1234_5678u, bench[FlashAt + 0x8000]);
        WriteWord(bench, FlashAt + 0x8000, 0);
        Assert.Equal(0u, bench[FlashAt + 0x8000]);
    }

    [Fact]
    public void It_refuses_what_the_manual_says()
    {
        var bench = Unlocked("STM32H743ZI");
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(PGSERR, Refusals(bench));

        bench.Register(CR, PG | X64);
        bench[FlashAt + 0x8000] = 0;
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(STRBERR, Refusals(bench));
        Assert.Equal(0u, bench.Register(SR) & WBNE);

        bench[FlashAt + 0x8000] = 0;
        bench[FlashAt + 0x8020] = 0;
        Assert.Equal(INCERR, bench.Register(SR));
        // Until somebody clears it, no write is taken.
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(INCERR | PGSERR, Refusals(bench));
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x8000]);

        // PG taken back: what was in the buffer is lost.
        bench[FlashAt + 0x8000] = 0;
        Assert.Equal(WBNE, bench.Register(SR));
        bench.Register(CR, X64);
        Assert.Equal(0u, bench.Register(SR));
    }

    [Theory]
    [InlineData("STM32H743ZI", 8, 1 << 7, 990_000_000L, 1_010_000_000L)]
    [InlineData("STM32H7B3ZI", 6, 1 << 5, 1_900_000L, 2_100_000L)]
    public void A_sector_is_erased_in_the_bank_whose_registers_were_used(string part, int field, uint start, long least, long most)
    {
        var bench = Unlocked(part);
        bench.Chip.Flash.Fill(0x5A);
        var sector = bench.Part.Layouts[0].Sectors.First().Range.Length;
        bench.Register(CR + Bank2, SER | X64 & (field == 8 ? X64 : 0) | 3u << field | start);
        Assert.Equal(BSY | QW, bench.Register(SR + Bank2));
        Assert.Equal(0u, bench.Register(SR));
        // The other bank can be read meanwhile.
        var before = bench.Now;
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt]);
        Assert.Equal(before, bench.Now);
        Assert.InRange(bench.UntilClear(SR + Bank2, QW), least, most);
        Assert.Equal(0x5A5A_5A5Au, bench[SecondAt + (3 * sector) - 4]);
        Assert.Equal(uint.MaxValue, bench[SecondAt + (3 * sector)]);
        Assert.Equal(uint.MaxValue, bench[SecondAt + (4 * sector) - 4]);
        Assert.Equal(0x5A5A_5A5Au, bench[SecondAt + (4 * sector)]);
        Assert.Equal(0x5A5A_5A5Au, bench[FlashAt + (3 * sector)]);
    }

    [Fact]
    public void A_bank_erase_goes_before_a_sector_erase_and_a_mass_erase_takes_both()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Chip.Flash.Fill(0x5A);
        bench.Register(CR, BER | SER | X64 | 1 << 7);
        bench.UntilClear(SR, QW);
        Assert.False(bench.Chip.Flash[..0x10_0000].ContainsAnyExcept((byte)0xFF));
        Assert.False(bench.Chip.Flash[0x10_0000..].ContainsAnyExcept((byte)0x5A));

        bench.Chip.Flash.Fill(0x5A);
        OpenOptions(bench);
        bench.Register(OPTCR, MER);
        bench.UntilClear(SR, QW);
        bench.UntilClear(SR + Bank2, QW);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void A_read_of_a_busy_bank_waits()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Register(CR, SER | X64 | 2 << 8 | 1 << 7);
        var began = bench.Now;
        Assert.Equal(0x2000_0800u, bench[FlashAt]);
        Assert.InRange(bench.Now - began, 990_000_000, 1_010_000_000);
    }

    [Fact]
    public void One_bank_is_programmed_while_the_other_is_erased()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Register(CR + Bank2, SER | X64 | 3 << 8 | 1 << 7);
        bench.Register(CR, PG | X64);
        WriteWord(bench, FlashAt + 0x8000, 0x1234_5678, wait: false);
        Assert.InRange(bench.UntilClear(SR, QW), 99_000, 102_000);
        Assert.Equal(BSY | QW, bench.Register(SR + Bank2));
        Assert.Equal(0x1234_5678u, bench[FlashAt + 0x8000]);
    }

    [Fact]
    public void A_protected_sector_takes_neither_words_nor_erases()
    {
        var bench = Unlocked("STM32H743ZI");
        OpenOptions(bench);
        bench.Register(0x3C, 0xFF & ~2u);
        Commit(bench);
        Assert.Equal(0xFDu, bench.Register(0x38));
        bench.Register(CR, PG | X64);
        WriteWord(bench, FlashAt + 0x2_0000, 0);
        Assert.Equal(WRPERR, Refusals(bench));
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x2_0000]);
        bench.Register(CR, SER | X64 | 1 << 8 | 1 << 7);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(CR, BER | X64 | 1 << 7);
        Assert.Equal(WRPERR, Refusals(bench));
        bench.Register(CR, SER | X64 | 2 << 8 | 1 << 7);
        bench.UntilClear(SR, QW);
        Assert.Equal(0u, Refusals(bench));
    }

    [Fact]
    public void A_code_area_cannot_be_read_and_cannot_shrink()
    {
        var bench = Unlocked("STM32H743ZI");
        OpenOptions(bench);
        bench.Register(0x2C, 0x0203_0201); // 0x20100 to 0x203FF
        Commit(bench);
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x2_00FC, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x2_0100, 4, out _));
        Assert.Equal(RDPERR, Refusals(bench));
        bench.Register(CR, SER | X64 | 1 << 8 | 1 << 7);
        Assert.Equal(WRPERR, Refusals(bench));

        bench.Register(0x2C, 0x0000_00FF);
        bench.Register(OPTCR, OPTSTART);
        Assert.Equal(1u << 30, bench.Register(OPTSR_CUR) & 1u << 30);
        Assert.Equal(0x0203_0201u, bench.Register(0x28));
        bench.Register(OPTCCR, 1u << 30);
        Assert.Equal(0u, bench.Register(OPTSR_CUR) & 1u << 30);
    }

    [Fact]
    public void Option_bytes_need_their_keys_and_are_there_when_OPT_BUSY_falls()
    {
        var bench = Unlocked("STM32H743ZI");
        var old = bench.Register(OPTSR_CUR);
        bench.Register(OPTSR_PRG, old ^ 1 << 2);
        Assert.Equal(old, bench.Register(OPTSR_PRG));
        OpenOptions(bench);
        bench.Register(OPTSR_PRG, old ^ 1 << 2);
        Assert.Equal(old, bench.Register(OPTSR_CUR));
        bench.Register(OPTCR, OPTSTART);
        Assert.Equal(old | 1, bench.Register(OPTSR_CUR));
        bench.UntilClear(OPTSR_CUR, 1);
        Assert.Equal(old ^ 1 << 2, bench.Register(OPTSR_CUR));
        // The same registers answer beside those of bank 2.
        Assert.Equal(old ^ 1 << 2, bench.Register(OPTSR_CUR + Bank2));
    }

    [Fact]
    public void The_banks_are_exchanged_after_a_reset()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Chip.Flash[0x10_0000] = 0x22;
        OpenOptions(bench);
        bench.Register(OPTSR_PRG, bench.Register(OPTSR_CUR) | SWAP_BANK);
        Commit(bench);
        Assert.Equal(0u, bench.Register(OPTCR) & SWAP_BANK);
        Assert.Equal(0xFFFF_FF22u, bench[SecondAt]);
        bench.PulseReset();
        Assert.Equal(SWAP_BANK, bench.Register(OPTCR) & SWAP_BANK);
        Assert.Equal(0xFFFF_FF22u, bench[FlashAt]);
        Assert.Equal(0x2000_0800u, bench[SecondAt]);

        // Registers and sector numbers stay with the bank, not with the address.
        Unlock(bench);
        bench.Register(CR + Bank2, SER | X64 | 1 << 7);
        bench.UntilClear(SR + Bank2, QW);
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
        Assert.Equal(0x2000_0800u, bench[SecondAt]);
    }

    [Fact]
    public void Read_protection_bars_the_debugger_and_its_end_erases_everything()
    {
        var bench = Unlocked("STM32H743ZI");
        OpenOptions(bench);
        bench.Register(OPTSR_PRG, (bench.Register(OPTSR_CUR) & ~0xFF00u) | 0x5500);
        Commit(bench);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt, 4, out _));
        Assert.Equal(RDPERR, Refusals(bench));
        bench.Register(CR, SER | X64 | 1 << 7);
        Assert.Equal(WRPERR, Refusals(bench));

        bench.Register(OPTSR_PRG, (bench.Register(OPTSR_CUR) & ~0xFF00u) | 0xAA00);
        Commit(bench);
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void A_program_that_a_reset_cuts_off_leaves_a_word_that_cannot_be_read()
    {
        var bench = Unlocked("STM32H743ZI");
        bench.Register(CR, PG | X64);
        WriteWord(bench, FlashAt + 0x8000, 0x1234_5678, wait: false);
        bench.Wait(20_000);
        bench.PulseReset();
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x8000, 4, out _));
        Assert.Equal(DBECCERR, bench.Register(SR));
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x8020, 4, out _));
    }

    [Fact]
    public void The_second_bank_of_the_smaller_part_leaves_a_hole()
    {
        var bench = new FlashBench("STM32H743ZG");
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt + 0x7_FFFC, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + 0x8_0000, 4, out _));
        Assert.Equal(BusStatus.Ok, bench.Load(SecondAt, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Load(SecondAt + 0x8_0000, 4, out _));
    }

    [Fact]
    public void One_time_words_of_the_H7Ax_need_PG_OTP()
    {
        var bench = Unlocked("STM32H7B3ZI");
        Assert.Equal(BusStatus.Ok, bench.Store(0x08FF_F000, 2, 0x1234));
        Assert.Equal(PGSERR, Refusals(bench));
        OpenOptions(bench);
        bench.Register(OPTCR, 1 << 5);
        Assert.Equal(BusStatus.Ok, bench.Store(0x08FF_F000, 4, 0x1234_5678));
        Assert.Equal(INCERR, Refusals(bench));
        Assert.Equal(BusStatus.Ok, bench.Store(0x08FF_F002, 2, 0x1234));
        bench.UntilClear(SR, QW);
        Assert.Equal(0x1234_FFFFu, bench[0x08FF_F000]);
    }

    [Fact]
    public void The_second_core_stands_behind_AP3_and_boots_from_bank_2()
    {
        var first = new FlashBench("STM32H745ZI");
        Assert.Equal(0xC27u, first[0xE000_ED00] >> 4 & 0xFFF);
        var bench = new FlashBench("STM32H745ZI", ap: 3);
        Assert.Equal(0xC24u, bench[0xE000_ED00] >> 4 & 0xFFF);
        Assert.Equal(0x0810_0000u, bench[0xE000_ED08]);
        Assert.Equal(1u << 17, bench[0xE000_EDF0] & 1 << 17);
        Assert.Null(new FlashBench("STM32H743ZI").Chip.Port(3));
    }

    private static FlashBench Unlocked(string part)
    {
        var bench = new FlashBench(part);
        Unlock(bench);
        return bench;
    }

    private static void Unlock(FlashBench bench)
    {
        foreach (var bank in (uint[])[0, Bank2])
        {
            bench.Register(KEYR + bank, 0x4567_0123);
            bench.Register(KEYR + bank, 0xCDEF_89AB);
            Assert.Equal(0u, bench.Register(CR + bank) & LOCK);
        }
    }

    private static void OpenOptions(FlashBench bench)
    {
        Assert.Equal(OPTLOCK, bench.Register(OPTCR) & OPTLOCK);
        bench.Register(OPTKEYR, 0x0819_2A3B);
        bench.Register(OPTKEYR, 0x4C5D_6E7F);
        Assert.Equal(0u, bench.Register(OPTCR) & OPTLOCK);
    }

    private static void Commit(FlashBench bench)
    {
        bench.Register(OPTCR, OPTSTART);
        bench.UntilClear(OPTSR_CUR, 1);
        Assert.Equal(0u, bench.Register(OPTSR_CUR) & 1u << 30);
    }

    private static void WriteWord(FlashBench bench, uint address, uint value, bool wait = true)
    {
        for (var at = 0u; at < (uint)bench.Device.Flash.WriteUnit; at += 4)
        {
            bench[address + at] = value;
        }

        if (wait)
        {
            bench.UntilClear(SR, QW);
        }
    }

    /// <summary>The refusals that are up; clears them.</summary>
    private static uint Refusals(FlashBench bench)
    {
        var flags = bench.Register(SR) & 0x1FFE_0000;
        bench.Register(CCR, 0x1FEF_0000);
        return flags;
    }
}
