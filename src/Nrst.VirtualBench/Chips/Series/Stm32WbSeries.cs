using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32WB and STM32WL: RM0434, RM0473 and RM0453, "Memory map", "RCC register map" and "Debug support".</summary>
/// <remarks>The second CPU sleeps, as it does until the first one starts it, and its access port is not there.</remarks>
internal static class Stm32WbSeries
{
    private const uint AHB1ENR = 0x48, AHB2ENR = 0x4C, AHB3ENR = 0x50, APB1ENR1 = 0x58, APB1ENR2 = 0x5C, APB2ENR = 0x60;
    private const uint APB1FZR1 = 0x3C, APB1FZR2 = 0x44, APB2FZR = 0x4C;

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x494 or 0x495 or 0x496 => Make(
            "STM32WB",
            "ABCDEH",
            0x27,
            [Usart(1, 0x4001_3800, APB2ENR, 14, 36)],
            [Timer(1, 0x4001_2C00, APB2ENR, 11, 16, 4, 25, 27, 11), Timer(2, 0x4000_0000, APB1ENR1, 0, 32, 4, 28, null, 0)]),
        0x497 => Make(
            "STM32WL",
            "ABCH",
            0x07,
            [Usart(1, 0x4001_3800, APB2ENR, 14, 36), Usart(2, 0x4000_4400, APB1ENR1, 17, 37)],
            [Timer(1, 0x4001_2C00, APB2ENR, 11, 16, 4, 23, 25, 11), Timer(2, 0x4000_0000, APB1ENR1, 0, 32, 4, 26, null, 0)]),
        _ => null,
    };

    private static SeriesDescription Make(string name, string ports, uint debugBits, UsartBlock[] usarts, TimerBlock[] timers) => new()
    {
        Name = name,
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0xE004_2000,
        [
            new(0x04, debugBits), new(APB1FZR1, uint.MaxValue, Freezes: true), new(APB1FZR2, uint.MaxValue, Freezes: true),
            new(APB2FZR, uint.MaxValue, Freezes: true), new(0x40, uint.MaxValue), new(0x48, uint.MaxValue), new(0x50, uint.MaxValue),
        ])
        {
            Iwdg = new FreezeBit(APB1FZR1, 12),
            Wwdg = new FreezeBit(APB1FZR1, 11),
        },
        FlashInterrupt = 4,
        FlashClock = new EnableBit(AHB3ENR, 25),
        InterruptLines = 64,
        PeripheralWindows = [(0x4000_0000, 0x2_4400), (0x4800_0000, 0x2000), (0x5000_0000, 0x6_2000), (0x5800_0000, 0x5000), (0xA000_0000, 0x2000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(port, 0x4800_0000 + ((uint)(port - 'A') * 0x400), new(AHB2ENR, port - 'A'))),
            .. usarts,
            .. timers,
            new OtherBlock(0x4002_3000, new(AHB1ENR, 12), _ => new CrcCalculator(configurable: true)),
            new DmaBlock(0x4002_0000, new(AHB1ENR, 0)),
            new OtherBlock(0x5800_0400, null, _ => new RegisterFile((0x00, 0x0000_0200), (0x08, 0x0000_8000))),
            new SyscfgBlock(0x4001_0000, null),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000, HasWindow: true),
            new WwdgBlock(0x4000_2C00, new(APB1ENR1, 11), 0),
        ],
    };

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x5800_0000,
        // CFGR: the three flags say that the dividers are what was asked for; EXTCFGR likewise.
        ResetValues = [(0x00, 0x0000_0061), (0x08, 0x0007_0000), (0x0C, 0x2204_0100), (AHB3ENR, 0x0208_0000), (APB1ENR1, 0x0000_0400), (0x108, 0x0003_0000)],
        Oscillators =
        [
            new(Clock.Msi, 0x00, 0, 1, 3_000), new(Clock.Hsi, 0x00, 8, 10, 1_000), new(Clock.Hse, 0x00, 16, 17, 200_000),
            new(Clock.Pll, 0x00, 24, 25, 15_000), new(Clock.Other, 0x00, 26, 27, 15_000), new(Clock.Other, 0x98, 0, 1, 3_000),
            new(Clock.Lse, 0x90, 0, 1, 500_000_000), new(Clock.Lsi, 0x94, 0, 1, 80_000), new(Clock.Lsi, 0x94, 2, 3, 80_000),
        ],
        Switch = new ClockSwitch(0x08, 0, 2, 2, [Clock.Msi, Clock.Hsi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x08, 4),
        Apb1 = new Divider(0x08, 8),
        Apb2 = new Divider(0x08, 11),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(0x94, 0xFE00_0000, 23, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // BORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.OptionLoad] = 0x0200_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        Backup = new BackupDomain(0x90, 16),
        PeripheralResets = [(0x28, AHB1ENR), (0x2C, AHB2ENR), (0x38, APB1ENR1), (0x3C, APB1ENR2), (0x40, APB2ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        const long Hsi = 16_000_000, Hse = 32_000_000; // the radio's crystal
        var msi = 1_000 * Stm32L4Series.MsiKilohertz[Math.Min(rcc.Field(0x00, 4, 4), Stm32L4Series.MsiKilohertz.Length - 1)];
        switch (clock)
        {
            case Clock.Msi:
                return msi;
            case Clock.Hsi:
                return Hsi;
            case Clock.Hse:
                return Hse >> (int)rcc.Field(0x00, 20, 1);
            default:
                var input = rcc.Field(0x0C, 0, 2) switch { 1 => msi, 2 => Hsi, 3 => Hse, _ => 0 };
                return input / (rcc.Field(0x0C, 4, 3) + 1) * rcc.Field(0x0C, 8, 7) / (rcc.Field(0x0C, 29, 3) + 1);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, compare,
            new(enable == APB2ENR ? APB2FZR : APB1FZR1, freeze));
}
