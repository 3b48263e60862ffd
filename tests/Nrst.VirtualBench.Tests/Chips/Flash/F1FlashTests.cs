using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Faults;

namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class F1FlashTests
{
    private const uint KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, AR = 0x14, OBR = 0x1C, WRPR = 0x20;
    private const uint PG = 1, PER = 2, MER = 4, OPTPG = 1 << 4, OPTER = 1 << 5, STRT = 1 << 6, LOCK = 1 << 7, OPTWRE = 1 << 9;
    private const uint BSY = 1, PGERR = 4, WRPRTERR = 16, EOP = 32;
    private const uint FlashAt = 0x0800_0000, OptionsAt = 0x1FFF_F800;

    [Theory]
    [InlineData("STM32F103C8", "stm32f103xb")]
    [InlineData("STM32F100RB", "stm32f100xb")]
    public void Every_bit_of_the_block_is_accounted_for(string part, string variant) =>
        RegistersOfTheManual.Compare(part, "fpec_f1", variant);

    [Theory]
    [InlineData("STM32F100C4")]
    [InlineData("STM32F103C8")]
    [InlineData("STM32F103VE")]
    [InlineData("STM32F107VC")]
    public void It_is_the_chip_it_says(string part)
    {
        var bench = new FlashBench(part);
        Assert.Equal(bench.Device.DeviceId, bench[0xE004_2000] & 0xFFF);
        Assert.Equal((uint)bench.Part.FlashKiB, bench[0x1FFF_F7E0] & 0xFFFF);
        Assert.Equal(0x411F_C231u, bench[0xE000_ED00]);
        Assert.Equal(8, 1_000_000 / bench.Chip.HclkPicoseconds);
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt + ((uint)bench.Part.FlashKiB * 1024), 4, out _));
    }

    [Fact]
    public void Locked_it_takes_no_command_and_a_wrong_key_is_a_bus_fault()
    {
        var bench = new FlashBench("STM32F103C8");
        Assert.Equal(LOCK, bench.Register(CR));
        bench.Register(CR, MER);
        bench.Register(CR, MER | STRT);
        Assert.Equal(LOCK, bench.Register(CR));
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_2004, 4, 1));
        Assert.Equal(BusStatus.Error, bench.Store(0x4002_2004, 4, 0x4567_0123));
        Assert.Equal(LOCK, bench.Register(CR));
        bench.PulseReset();
        Assert.Equal(0u, Unlocked(bench).Register(CR));
    }

    [Fact]
    public void A_half_word_takes_its_time_and_other_widths_are_a_bus_fault()
    {
        var bench = Unlocked(new FlashBench("STM32F103C8"));
        bench.Register(CR, PG);
        Assert.Equal(BusStatus.Error, bench.Store(FlashAt + 0x400, 4, 0));
        Assert.Equal(BusStatus.Error, bench.Store(FlashAt + 0x400, 1, 0));
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + 0x400, 2, 0x1234));
        Assert.Equal(BSY, bench.Register(SR));
        Assert.InRange(bench.UntilClear(SR, BSY), 50_000, 54_000);
        Assert.Equal(EOP, bench.Register(SR));
        Assert.Equal(0xFFFF_1234u, bench[FlashAt + 0x400]);
    }

    [Fact]
    public void Without_PG_nothing_happens_and_nothing_tells()
    {
        var bench = Unlocked(new FlashBench("STM32F103C8"));
        Assert.Equal(BusStatus.Ok, bench.Store(FlashAt + 0x400, 2, 0x1234));
        Assert.Equal(0u, bench.Register(SR));
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x400]);
    }

    [Fact]
    public void A_programmed_half_word_takes_only_zero()
    {
        var bench = Unlocked(new FlashBench("STM32F103C8"));
        Program(bench, FlashAt + 0x400, 0xFFFE);
        bench.Register(SR, EOP);
        Program(bench, FlashAt + 0x400, 0xFFFC);
        Assert.Equal(PGERR, bench.Register(SR));
        bench.Register(SR, PGERR);
        Assert.Equal(0xFFFF_FFFEu, bench[FlashAt + 0x400]);
        Program(bench, FlashAt + 0x400, 0);
        Assert.Equal(EOP, bench.Register(SR));
        Assert.Equal(0xFFFF_0000u, bench[FlashAt + 0x400]);
    }

    [Theory]
    [InlineData("STM32F103C8", 1024)]
    [InlineData("STM32F103VE", 2048)]
    [InlineData("STM32F105RB", 2048)]
    public void Each_page_is_erased_and_its_neighbours_are_not(string part, int size)
    {
        var bench = Unlocked(new FlashBench(part));
        for (var n = 0; n < bench.Part.FlashKiB * 1024 / size; n += 13)
        {
            bench.Chip.Flash.Clear();
            bench.Register(CR, PER);
            bench.Register(AR, FlashAt + (uint)((n * size) + 6));
            bench.Register(CR, PER | STRT);
            Assert.InRange(bench.UntilClear(SR, BSY), 19_900_000, 20_100_000);
            Assert.Equal(n * size, bench.Chip.Flash.IndexOf((byte)0xFF));
            Assert.Equal(((n + 1) * size) - 1, bench.Chip.Flash.LastIndexOf((byte)0xFF));
        }
    }

    [Fact]
    public void A_start_with_PG_left_set_or_two_kinds_of_erase_does_nothing()
    {
        var bench = Unlocked(new FlashBench("STM32F103C8"));
        bench.Register(AR, FlashAt);
        foreach (var kind in (uint[])[PG | PER, PG | MER, PER | MER, 0])
        {
            bench.Register(CR, kind);
            bench.Register(CR, kind | STRT);
            Assert.Equal(0u, bench.Register(SR));
        }

        bench.Register(CR, PER);
        bench.Register(AR, FlashAt + 0x1_0000);
        bench.Register(CR, PER | STRT);
        Assert.Equal(0u, bench.Register(SR));
        Assert.Equal(0x2000_0800u, bench[FlashAt]);
    }

    [Fact]
    public void A_mass_erase_takes_all_and_a_read_waits_for_it()
    {
        var bench = Unlocked(new FlashBench("STM32F103C8"));
        bench.Register(CR, MER);
        bench.Register(CR, MER | STRT);
        var began = bench.Now;
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
        Assert.InRange(bench.Now - began, 19_900_000, 20_100_000);
        Assert.False(bench.Chip.Flash.ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Option_bytes_make_their_own_complements_and_count_after_a_reset()
    {
        var bench = OptionsUnlocked(new FlashBench("STM32F103C8"));
        Assert.Equal(0x00FF_5AA5u, bench[OptionsAt]);
        EraseOptions(bench);
        Option(bench, 0, 0xA5);
        Option(bench, 2, 0xFE); // hardware watchdog
        Option(bench, 4, 0x12);
        Option(bench, 8, 0xFD); // pages 4 to 7
        Assert.Equal(0x01FE_5AA5u, bench[OptionsAt]);
        Assert.Equal(0xED12u, bench[OptionsAt + 4] & 0xFFFF);
        Assert.False(bench.Model.HardwareWatchdog);
        Assert.Equal(uint.MaxValue, bench.Register(WRPR));
        bench.PulseReset();
        Assert.True(bench.Model.HardwareWatchdog);
        Assert.Equal(0xFFFF_FFFDu, bench.Register(WRPR));
        Assert.Equal(0x12u, (bench.Register(OBR) >> 10) & 0xFF);
        Assert.Equal(0u, bench.Register(OBR) & 0b111);

        Unlocked(bench);
        Program(bench, FlashAt + 0x1000, 0);
        Assert.Equal(WRPRTERR, bench.Register(SR));
        bench.Register(SR, WRPRTERR);
        bench.Register(CR, MER);
        bench.Register(CR, MER | STRT);
        Assert.Equal(WRPRTERR, bench.Register(SR));
        bench.Register(SR, WRPRTERR);
        Program(bench, FlashAt + 0x2000, 0);
        Assert.Equal(EOP, bench.Register(SR));
    }

    [Fact]
    public void An_option_byte_is_programmed_once_after_an_erase_and_behind_its_lock()
    {
        var bench = Unlocked(new FlashBench("STM32F103C8"));
        Option(bench, 4, 0x12);
        Assert.Equal(0x00FFu, bench[OptionsAt + 4] & 0xFFFF);
        OptionsUnlocked(bench, again: true);
        Assert.Equal(OPTWRE, bench.Register(CR) & OPTWRE);
        Option(bench, 4, 0x12);
        Assert.Equal(PGERR, bench.Register(SR) & PGERR);
        bench.Register(CR, 0);
        Assert.Equal(0u, bench.Register(CR) & OPTWRE);
    }

    [Fact]
    public void Erased_option_bytes_protect_and_lifting_that_costs_the_flash()
    {
        var bench = OptionsUnlocked(new FlashBench("STM32F103C8"));
        EraseOptions(bench);
        Assert.Equal(BusStatus.Ok, bench.Load(FlashAt, 4, out _));
        bench.PulseReset();
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt, 4, out _));
        Assert.Equal(2u, bench.Register(OBR) & 2);
        Unlocked(bench);
        bench.Register(CR, MER);
        bench.Register(CR, MER | STRT);
        Assert.Equal(WRPRTERR, bench.Register(SR));

        OptionsUnlocked(bench, again: true);
        EraseOptions(bench);
        bench.Register(CR, OPTWRE | OPTPG);
        Assert.Equal(BusStatus.Ok, bench.Store(OptionsAt, 2, 0xA5));
        Assert.InRange(bench.UntilClear(SR, BSY), 19_900_000, 20_200_000);
        bench.PulseReset();
        Assert.Equal(uint.MaxValue, bench[FlashAt]);
        Assert.Equal(0u, bench.Register(OBR) & 2);
    }

    [Fact]
    public void A_protected_chip_guards_its_first_pages_against_its_own_code()
    {
        var (device, part) = DeviceDatabase.FindPart("STM32F103C8")!.Value;
        var model = new Stm32Chip(device, part, new ChipOptions()).FlashModel;
        model.OptionCells[0] = 0xFFFF;
        model.PowerOn(0);
        var (block, now) = (model.RegisterBlocks[0], 1_000L);
        Write(KEYR, 0x4567_0123);
        Write(KEYR, 0xCDEF_89AB);
        Write(CR, PG);
        model.WriteMemory(FlashAt + 0xFFE, 2, 0, BusMaster.CoreData, ref now);
        Assert.Equal(WRPRTERR, Read(SR));
        Write(SR, WRPRTERR);
        model.WriteMemory(FlashAt + 0x1000, 2, 0, BusMaster.CoreData, ref now);
        Assert.Equal(BSY, Read(SR));

        void Write(uint offset, uint value) => model.WriteRegister(block, offset, value, uint.MaxValue, BusMaster.CoreData, ref now);

        uint Read(uint offset)
        {
            model.ReadRegister(block, offset, out var value, BusMaster.CoreData, ref now);
            return value;
        }
    }

    [Fact]
    public void A_wrong_complement_is_told_and_counts_as_erased()
    {
        var bench = new FlashBench("STM32F103C8");
        bench.Model.OptionCells[1] = 0x01FE & ~0x100u;
        bench.PulseReset();
        Assert.Equal(1u, bench.Register(OBR) & 1);
        Assert.False(bench.Model.HardwareWatchdog);
    }

    [Fact]
    public void The_clock_can_be_raised_as_firmware_does()
    {
        var bench = new FlashBench("STM32F103C8");
        bench[0x4002_1000] |= 1 << 16;
        bench.Wait(3_000_000);
        bench[0x4002_1004] = 1 << 16 | 7 << 18 | 4 << 8;
        bench[0x4002_1000] |= 1 << 24;
        bench.Wait(1_000_000);
        bench[0x4002_1004] |= 2;
        Assert.Equal(8u, bench[0x4002_1004] & 0xC);
        Assert.Equal(72, 1_000_000 / bench.Chip.HclkPicoseconds);
    }

    [Fact]
    public void A_pin_is_driven_and_read_as_on_an_F1()
    {
        var bench = new FlashBench("STM32F103C8");
        var seen = new List<bool>();
        bench.Chip.PinChanged += change => seen.Add(change.High);
        bench[0x4002_1018] |= 1 << 4;
        bench[0x4001_1004] = 0x4424_4444; // PC13 output
        bench[0x4001_1010] = 1 << 13;
        bench[0x4001_1014] = 1 << 13;
        Assert.Equal([true, false], seen);
        bench[0x4001_1000] = 0x4444_4448; // PC0 input with pull
        Assert.Equal(0u, bench[0x4001_1008] & 1);
        bench[0x4001_1010] = 1;
        Assert.Equal(1u, bench[0x4001_1008] & 1);
        bench.Chip.DrivePin('C', 0, false);
        Assert.Equal(0u, bench[0x4001_1008] & 1);
    }

    [Fact]
    public void The_faults_of_a_die_act_on_this_flash_too()
    {
        var bench = Unlocked(new FlashBench("STM32F103C8", BoardPhysics.With("flash-ignores-commands").Chip));
        bench.Register(CR, MER);
        bench.Register(CR, MER | STRT);
        Assert.Equal(0u, bench.Register(SR));
        Assert.Equal(0x2000_0800u, bench[FlashAt]);

        bench = Unlocked(new FlashBench("STM32F103C8", BoardPhysics.With("flash-never-finishes").Chip));
        bench.Register(CR, MER);
        bench.Register(CR, MER | STRT);
        bench.Wait(60_000_000_000);
        Assert.Equal(BSY, bench.Register(SR));
        Assert.Equal(BusStatus.Error, bench.Load(FlashAt, 4, out _));

        bench = Unlocked(new FlashBench("STM32F103C8", BoardPhysics.With("flash-stuck-bit:0x08001008").Chip));
        Program(bench, FlashAt + 0x1008, 0);
        Assert.Equal(uint.MaxValue, bench[FlashAt + 0x1008]);
    }

    private static FlashBench Unlocked(FlashBench bench)
    {
        bench.Register(KEYR, 0x4567_0123);
        bench.Register(KEYR, 0xCDEF_89AB);
        return bench;
    }

    private static FlashBench OptionsUnlocked(FlashBench bench, bool again = false)
    {
        if (!again)
        {
            Unlocked(bench);
        }

        bench.Register(OPTKEYR, 0x4567_0123);
        bench.Register(OPTKEYR, 0xCDEF_89AB);
        return bench;
    }

    private static void Program(FlashBench bench, uint address, uint value)
    {
        bench.Register(CR, PG);
        Assert.Equal(BusStatus.Ok, bench.Store(address, 2, value));
        bench.UntilClear(SR, BSY);
        bench.Register(CR, 0);
    }

    private static void EraseOptions(FlashBench bench)
    {
        bench.Register(CR, OPTWRE | OPTER);
        bench.Register(CR, OPTWRE | OPTER | STRT);
        bench.UntilClear(SR, BSY);
    }

    private static void Option(FlashBench bench, uint offset, uint value)
    {
        bench.Register(CR, OPTWRE | OPTPG);
        Assert.Equal(BusStatus.Ok, bench.Store(OptionsAt + offset, 2, value));
        bench.UntilClear(SR, BSY);
    }
}
