using Nrst.VirtualBench.Chips;
using static Nrst.VirtualBench.Tests.Chips.Bench;

namespace Nrst.VirtualBench.Tests.Chips;

public sealed class ProtectionTests
{
    [Fact]
    public void Level_1_bars_the_debugger_from_the_flash_until_power_is_lost()
    {
        var bench = Protected();
        Assert.Equal(BusStatus.Error, bench.Load(0x0800_0000, 4, out _));
        bench.Chip.DriveReset(true, bench.Now);
        bench.Chip.DriveReset(false, bench.Now);
        Assert.Equal(BusStatus.Error, bench.Load(0x0800_0000, 4, out _));
        Assert.Equal(BusStatus.Ok, bench.Load(0x2000_0000, 4, out _));
        Assert.Equal(0x55u, bench[OPTCR] >> 8 & 0xFF);

        // Without a debugger the firmware runs; the first access of one ends that.
        bench.PowerCycle();
        Assert.Null(bench.Chip.Core.LastFaultText);
        Assert.True(bench.Chip.Core.InstructionsExecuted > 0);
        Assert.Equal(BusStatus.Error, bench.Load(0x0800_0000, 4, out _));
    }

    [Fact]
    public void Under_level_1_the_debugger_neither_erases_nor_programs()
    {
        var bench = Protected().Unlocked();
        bench.EraseSector(1);
        Assert.Equal(WRPERR, bench[SR] & (WRPERR | BSY));
        bench[CR] = PG | X32;
        Assert.Equal(BusStatus.Error, bench.Store(0x0800_4000, 4, 0));
    }

    [Fact]
    public void The_way_back_to_level_0_erases_everything_and_takes_its_time()
    {
        var bench = Protected().OptionsUnlocked();
        bench[OPTCR] = 0x0FFF_AAEC;
        bench[OPTCR] = 0x0FFF_AAEE;
        Assert.True(bench.UntilIdle() > 8_000_000_000, "the mass erase is part of it");
        Assert.Equal(uint.MaxValue, bench[0x0800_0000]);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Level_2_is_for_ever_and_silences_the_debug_port()
    {
        var bench = new Bench().OptionsUnlocked();
        bench[OPTCR] = 0x0FFF_CCEC;
        bench[OPTCR] |= 2;
        bench.UntilIdle();
        Assert.NotNull(bench.Chip.Swd);
        bench.PowerCycle();
        Assert.Null(bench.Chip.Swd);

        bench.OptionsUnlocked();
        bench[OPTCR] = 0x0FFF_AAEE;
        Assert.Equal(0xCCu, bench[OPTCR] >> 8 & 0xFF);
    }

    [Fact]
    public void Options_take_effect_only_by_OPTSTRT_and_a_reset_brings_back_what_is_programmed()
    {
        var bench = new Bench().OptionsUnlocked();
        Assert.Equal(0x0FFF_AAECu, bench[OPTCR]);
        bench[OPTCR] = 0x0FFE_AAEC;
        bench.Unlocked();
        bench.EraseSector(0);
        Assert.Equal(BSY, bench[SR]);

        bench.Chip.DriveReset(true, bench.Now);
        bench.Chip.DriveReset(false, bench.Now);
        Assert.Equal(0x0FFF_AAEDu, bench[OPTCR]);
        bench[OPTCR] = 0x0FFE_AAEC;
        Assert.Equal(0x0FFF_AAEDu, bench[OPTCR]);
    }

    [Fact]
    public void The_mirror_shows_what_is_programmed()
    {
        var bench = new Bench().OptionsUnlocked();
        Assert.Equal(0x5513_AAECu, bench[0x1FFF_C000]);
        bench[OPTCR] = 0x0FF0_AAEC;
        bench[OPTCR] |= 2;
        bench.UntilIdle();
        Assert.Equal(0xF00F_0FF0u, bench[0x1FFF_C008]);
    }

    [Fact]
    public void SPRMOD_turns_nWRP_round_and_goes_only_with_the_protection()
    {
        var bench = new Bench("STM32F429ZI").OptionsUnlocked().Unlocked();
        bench[OPTCR1] = 0;
        bench[OPTCR] = 0x8002_AAEC;
        bench[OPTCR] |= 2;
        bench.UntilIdle();
        Assert.Equal(0u, bench[0x0800_4000]);
        Assert.Equal(RDERR, bench[SR]);
        bench[SR] = RDERR;
        Assert.Equal(uint.MaxValue, bench[0x0800_8000]);

        bench[OPTCR] = 0x0FFF_AAEC;
        bench[OPTCR] |= 2;
        Assert.Equal(WRPERR, bench[SR]);
        Assert.Equal(0x8002_AAECu, bench[OPTCR]);
    }

    [Fact]
    public void What_is_kept_without_power_can_be_saved_and_given_to_another_chip()
    {
        var bench = Protected();
        var twin = new Bench(state: bench.Chip.Save());
        Assert.True(bench.Chip.Flash.SequenceEqual(twin.Chip.Flash));
        Assert.Equal(BusStatus.Error, twin.Load(0x0800_0000, 4, out _));
    }

    [Fact]
    public void OTP_is_written_once_and_its_lock_byte_closes_a_block()
    {
        var bench = new Bench().Unlocked();
        bench.Program(0x1FFF_7820, 0xFFFF_0000);
        bench.Program(0x1FFF_7820, 0x1234_FFFF);
        Assert.Equal(0x1234_0000u, bench[0x1FFF_7820]);
        bench[CR] = PG | X8;
        bench.Store(0x1FFF_7A01, 1, 0);
        bench.UntilIdle();
        bench[CR] = PG | X32;
        bench[0x1FFF_7824] = 0;
        Assert.Equal(WRPERR, bench[SR]);
        Assert.Equal(uint.MaxValue, bench[0x1FFF_7824]);
    }

    private static Bench Protected()
    {
        var bench = new Bench().OptionsUnlocked();
        bench[OPTCR] = 0x0FFF_55EC;
        bench[OPTCR] |= 2;
        bench.UntilIdle();
        return bench;
    }
}
