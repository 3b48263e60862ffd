using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

/// <summary>What the controllers of L4, G0 and their like have in common, by the names of the manual.</summary>
internal sealed class DoubleWordBench(string part, ChipOptions? options = null, bool blank = false)
{
    public const uint ACR = 0x00, KEYR = 0x08, OPTKEYR = 0x0C, SR = 0x10, CR = 0x14, ECCR = 0x18, OPTR = 0x20;
    public const uint PG = 1, PER = 2, MER1 = 4, MER2 = 1 << 15, STRT = 1 << 16, OPTSTRT = 1 << 17, FSTPG = 1 << 18;
    public const uint EOPIE = 1 << 24, ERRIE = 1 << 25, OBL_LAUNCH = 1 << 27, OPTLOCK = 1 << 30, LOCK = 1u << 31;
    public const uint EOP = 1, OPERR = 2, PROGERR = 8, WRPERR = 16, PGAERR = 32, SIZERR = 64, PGSERR = 128, MISERR = 256, FASTERR = 512, RDERR = 1 << 14;
    public const uint BSY = 1 << 16, BSY2 = 1 << 17, CFGBSY = 1 << 18;
    public const uint FlashAt = 0x0800_0000;

    public FlashBench Board { get; } = new(part, options, blank);

    public uint this[uint offset]
    {
        get => Board.Register(offset);
        set => Board.Register(offset, value);
    }

    public DoubleWordBench Unlocked()
    {
        this[KEYR] = 0x4567_0123;
        this[KEYR] = 0xCDEF_89AB;
        return this;
    }

    public DoubleWordBench OptionsUnlocked()
    {
        Unlocked();
        this[OPTKEYR] = 0x0819_2A3B;
        this[OPTKEYR] = 0x4C5D_6E7F;
        return this;
    }

    public long UntilIdle() => Board.UntilClear(SR, BSY | (Board.Device.DeviceId == 0x467 ? BSY2 : 0) | (Board.Device.Flash.Driver is "stm32g0" or "stm32u0" ? CFGBSY : 0));

    public void Program(uint address, uint low, uint high)
    {
        this[CR] = PG;
        Board[address] = low;
        Board[address + 4] = high;
        UntilIdle();
        this[CR] = 0;
    }

    public void ErasePage(uint page, uint bank = 0)
    {
        this[CR] = PER | page << 3 | bank;
        this[CR] = PER | page << 3 | bank | STRT;
    }

    public void EraseAll()
    {
        var all = MER1 | (Board.Part.Layouts[0].Banks.Count > 1 ? MER2 : 0);
        this[CR] = all;
        this[CR] = all | STRT;
        UntilIdle();
    }

    /// <summary>Gives the lines that start at 4 MHz 16.</summary>
    public DoubleWordBench Clocked()
    {
        if (Board.Device.ResetHertz < 8_000_000)
        {
            var rcc = Board.Device.Flash.Driver is "stm32wb" or "stm32wl" ? 0x5800_0000u : 0x4002_1000;
            Board[rcc] = (Board[rcc] & ~0xF8u) | 0x88;
            Assert.Equal(16, 1_000_000 / Board.Chip.HclkPicoseconds);
        }

        return this;
    }

    /// <summary>The refusals that are up; clears them.</summary>
    public uint Refusals()
    {
        var flags = this[SR] & 0xC3FA;
        this[SR] = 0xC3FB;
        return flags;
    }

    /// <summary>Programs the option registers as they are now and loads them.</summary>
    public void Commit()
    {
        this[CR] = OPTSTRT;
        UntilIdle();
        Launch();
    }

    public void Launch()
    {
        this[CR] = OBL_LAUNCH;
        Board.Wait(1_000_000);
        Board[0xE000_EDF0] = 0xA05F_0003;
    }
}
