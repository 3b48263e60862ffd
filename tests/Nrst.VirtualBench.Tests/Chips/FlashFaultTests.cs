using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;
using static Nrst.VirtualBench.Tests.Chips.Bench;

namespace Nrst.VirtualBench.Tests.Chips;

public sealed class FlashFaultTests
{
    [Fact]
    public void A_controller_that_ignores_commands_is_never_busy_and_changes_nothing()
    {
        var bench = With("flash-ignores-commands").Unlocked();
        bench.EraseSector(0);
        Assert.Equal(0u, bench[SR]);
        bench[CR] = PG | X32;
        bench[0x0800_4000] = 0;
        Assert.Equal(0u, bench[SR]);
        Assert.Equal(uint.MaxValue, bench[0x0800_4000]);
        Assert.Equal(0x2000_1000u, bench[0x0800_0000]);
    }

    [Fact]
    public void A_controller_that_never_finishes_stays_busy_until_reset()
    {
        var bench = With("flash-never-finishes").Unlocked();
        bench.EraseSector(1);
        bench.Wait(60_000_000_000);
        Assert.Equal(BSY, bench[SR]);
        Assert.Equal(BusStatus.Error, bench.Load(0x0800_0000, 4, out _));
        Assert.Equal(BusStatus.Error, bench.Store(CR, 4, 0));

        bench.Chip.DriveReset(true, bench.Now);
        bench.Chip.DriveReset(false, bench.Now);
        Assert.Equal(0u, bench[SR]);
        Assert.Equal(0x2000_1000u, bench[0x0800_0000]);
        bench.Wait(1_000_000);
        Assert.True(bench.Chip.Core.InstructionsExecuted > 0);
        Assert.InRange(bench.Chip.Core.Now, bench.Now, bench.Now + 1000);
    }

    [Fact]
    public void A_dead_word_keeps_its_ones()
    {
        var bench = With("flash-stuck-bit:0x08004008").Unlocked();
        bench.Program(0x0800_4004, 0);
        bench.Program(0x0800_4008, 0);
        Assert.Equal(0u, bench[0x0800_4004]);
        Assert.Equal(uint.MaxValue, bench[0x0800_4008]);
    }

    [Fact]
    public void A_worn_sector_keeps_some_zeros()
    {
        var bench = With("flash-weak-erase:2").Unlocked();
        bench.EraseSector(1);
        bench.UntilIdle();
        Assert.False(bench.Chip.Flash[0x4000..0x8000].ContainsAnyExcept((byte)0xFF));
        bench.EraseSector(2);
        bench.UntilIdle();
        Assert.True(bench.Chip.Flash[0x8000..0xC000].ContainsAnyExcept((byte)0xFF));
    }

    private static Bench With(string fault) => new(options: BoardPhysics.With(fault).Chip);
}
