using Nrst.Targets;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Chips;

/// <summary>A powered chip whose core is halted, somebody at its access port, and the register names of the manual.</summary>
internal sealed class Bench
{
    public const uint KEYR = 0x4002_3C04, OPTKEYR = 0x4002_3C08, SR = 0x4002_3C0C, CR = 0x4002_3C10, OPTCR = 0x4002_3C14, OPTCR1 = 0x4002_3C18;
    public const uint PG = 1, SER = 2, MER = 4, MER1 = 1 << 15, STRT = 1 << 16, EOPIE = 1 << 24, ERRIE = 1 << 25, LOCK = 1u << 31;
    public const uint X8 = 0, X16 = 1 << 8, X32 = 2 << 8, X64 = 3 << 8;
    public const uint EOP = 1, OPERR = 2, WRPERR = 1 << 4, PGPERR = 1 << 6, PGSERR = 1 << 7, RDERR = 1 << 8, BSY = 1 << 16;
    public const uint DHCSR = 0xE000_EDF0, RCC_CSR = 0x4002_3874;

    private long now;

    public Bench(string part = "STM32F407VG", ChipOptions? options = null, ChipState? state = null)
    {
        var (device, found) = DeviceDatabase.FindPart(part) ?? throw new ArgumentException($"No such part: {part}", nameof(part));
        Chip = new Stm32Chip(device, found, options ?? new ChipOptions());
        if (state is not null)
        {
            Chip.Load(state);
        }

        else
        {
            // A stack, a vector, and a program that sleeps for ever: wfi, and a branch back to it.
            byte[] idle = [0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0x30, 0xBF, 0xFD, 0xE7];
            idle.CopyTo(Chip.Flash);
        }

        Chip.PowerOn(0);
        Wait(1_000_000);
    }

    public Stm32Chip Chip { get; }

    public long Now => now;

    public uint this[uint address]
    {
        get
        {
            Assert.Equal(BusStatus.Ok, Load(address, 4, out var value));
            return value;
        }
        set => Assert.Equal(BusStatus.Ok, Store(address, 4, value));
    }

    public BusStatus Load(uint address, int bytes, out uint value) => Chip.Read(address, bytes, out value, ref now);

    public BusStatus Store(uint address, int bytes, uint value) => Chip.Write(address, bytes, value, ref now);

    public void Halt() => this[DHCSR] = 0xA05F_0003;

    public void PowerCycle()
    {
        Chip.PowerOff(now);
        now += 100_000_000;
        Chip.PowerOn(now);
        Wait(1_000_000);
    }

    public void Wait(long nanoseconds)
    {
        now += nanoseconds;
        Chip.RunUntil(now);
    }

    public Bench Unlocked()
    {
        this[KEYR] = 0x4567_0123;
        this[KEYR] = 0xCDEF_89AB;
        return this;
    }

    public Bench OptionsUnlocked()
    {
        this[OPTKEYR] = 0x0819_2A3B;
        this[OPTKEYR] = 0x4C5D_6E7F;
        return this;
    }

    /// <summary>Nanoseconds until BSY falls, found by looking every microsecond at first and more seldom later.</summary>
    public long UntilIdle()
    {
        var began = now;
        for (var step = 1_000L; (this[SR] & BSY) != 0; step += step / 1000)
        {
            Wait(step);
        }

        return now - began;
    }

    public void Program(uint address, uint value)
    {
        this[CR] = PG | X32;
        this[address] = value;
        UntilIdle();
        this[CR] = X32;
    }

    public void EraseSector(uint snb, uint psize = X32)
    {
        this[CR] = psize | SER | snb << 3;
        this[CR] = psize | SER | snb << 3 | STRT;
    }
}
