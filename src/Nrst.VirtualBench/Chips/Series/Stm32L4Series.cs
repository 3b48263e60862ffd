using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32L4 and STM32L4+: RM0351, RM0394 and RM0432, "Memory map", "RCC register map" and "Debug support".</summary>
internal static class Stm32L4Series
{
    private const uint AHB1ENR = 0x48, AHB2ENR = 0x4C, AHB3ENR = 0x50, APB1ENR1 = 0x58, APB1ENR2 = 0x5C, APB2ENR = 0x60;
    private const uint APB1FZR1 = 0x08, APB1FZR2 = 0x0C, APB2FZR = 0x10;

    internal static readonly long[] MsiKilohertz = [100, 200, 400, 800, 1_000, 2_000, 4_000, 8_000, 16_000, 24_000, 32_000, 48_000];

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 37), Usart(2, 0x4000_4400, APB1ENR1, 17, 38), Usart(3, 0x4000_4800, APB1ENR1, 18, 39),
        Usart(4, 0x4000_4C00, APB1ENR1, 19, 52), Usart(5, 0x4000_5000, APB1ENR1, 20, 53),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_2C00, APB2ENR, 11, 16, 4, 25, 27, 11), Timer(2, 0x4000_0000, APB1ENR1, 0, 32, 4, 28, null, 0),
        Timer(3, 0x4000_0400, APB1ENR1, 1, 16, 4, 29, null, 1), Timer(4, 0x4000_0800, APB1ENR1, 2, 16, 4, 30, null, 2),
        Timer(5, 0x4000_0C00, APB1ENR1, 3, 32, 4, 50, null, 3), Timer(6, 0x4000_1000, APB1ENR1, 4, 16, 0, 54, null, 4),
        Timer(7, 0x4000_1400, APB1ENR1, 5, 16, 0, 55, null, 5), Timer(8, 0x4001_3400, APB2ENR, 13, 16, 4, 44, 46, 13),
        Timer(15, 0x4001_4000, APB2ENR, 16, 16, 2, 24, null, 16), Timer(16, 0x4001_4400, APB2ENR, 17, 16, 1, 25, null, 17),
        Timer(17, 0x4001_4800, APB2ENR, 18, 16, 1, 26, null, 18),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x415 => Make("ABCDEFGH", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17]),
        0x461 or 0x470 or 0x471 => Make("ABCDEFGHI", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17]),
        0x435 => Make("ABCDEH", [1, 2, 3], [1, 2, 6, 7, 15, 16]),
        0x462 => Make("ABCDEH", [1, 2, 3, 4], [1, 2, 3, 6, 15, 16]),
        0x464 => Make("ABCDH", [1, 2, 3], [1, 2, 6, 15, 16]),
        _ => null,
    };

    private static SeriesDescription Make(string ports, int[] usarts, int[] timers) => new()
    {
        Name = "STM32L4",
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0xE004_2000,
        [
            new(0x04, 0xE7), new(APB1FZR1, uint.MaxValue, Freezes: true), new(APB1FZR2, uint.MaxValue, Freezes: true),
            new(APB2FZR, uint.MaxValue, Freezes: true),
        ])
        {
            Iwdg = new FreezeBit(APB1FZR1, 12),
            Wwdg = new FreezeBit(APB1FZR1, 11),
        },
        FlashInterrupt = 4,
        FlashClock = new EnableBit(AHB1ENR, 8),
        PeripheralWindows = [(0x4000_0000, 0x2_6000), (0x4800_0000, 0x2400), (0x5000_0000, 0x6_2000), (0xA000_0000, 0x2000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(port, 0x4800_0000 + ((uint)(port - 'A') * 0x400), new(AHB2ENR, port - 'A'))),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers.Where(timer => timers.Contains(timer.Number)),
            new OtherBlock(0x4002_3000, new(AHB1ENR, 12), _ => new CrcCalculator(configurable: true)),
            new DmaBlock(0x4002_0000, new(AHB1ENR, 0)),
            new OtherBlock(0x4002_0400, new(AHB1ENR, 1), _ => new RegisterFile()),
            new OtherBlock(0x5006_0800, new(AHB2ENR, 18), _ => new Rng()),
            new OtherBlock(0x4000_7000, new(APB1ENR1, 28), _ => new RegisterFile((0x00, 0x0000_0200), (0x08, 0x0000_8000))),
            new SyscfgBlock(0x4001_0000, new(APB2ENR, 0)),
            new OtherBlock(0x4001_0400, null, chip => new Exti(chip)),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000),
            new WwdgBlock(0x4000_2C00, new(APB1ENR1, 11), 0),
        ],
    };

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4002_1000,
        ResetValues = [(0x00, 0x0000_0063), (0x04, 0x1000_0000), (0x0C, 0x0000_1000), (AHB1ENR, 0x0000_0100), (APB1ENR1, 0x0000_0400), (0x94, 0x0000_0600)],
        Oscillators =
        [
            new(Clock.Msi, 0x00, 0, 1, 3_000), new(Clock.Hsi, 0x00, 8, 10, 1_000), new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18),
            new(Clock.Pll, 0x00, 24, 25, 15_000), new(Clock.Other, 0x00, 26, 27, 15_000), new(Clock.Other, 0x00, 28, 29, 15_000),
            new(Clock.Other, 0x98, 0, 1, 3_000), new(Clock.Lse, 0x90, 0, 1, 500_000_000), new(Clock.Lsi, 0x94, 0, 1, 80_000),
        ],
        Switch = new ClockSwitch(0x08, 0, 2, 2, [Clock.Msi, Clock.Hsi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x08, 4),
        Apb1 = new Divider(0x08, 8),
        Apb2 = new Divider(0x08, 11),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(0x94, 0xFF00_0000, 23, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // BORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.OptionLoad] = 0x0200_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        Backup = new BackupDomain(0x90, 16),
        PeripheralResets = [(0x28, AHB1ENR), (0x2C, AHB2ENR), (0x30, AHB3ENR), (0x38, APB1ENR1), (0x3C, APB1ENR2), (0x40, APB2ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        // MSIRGSEL chooses between the range in CR and the one that Standby leaves with, in CSR.
        var range = rcc.Field(0x00, 3, 1) != 0 ? rcc.Field(0x00, 4, 4) : rcc.Field(0x94, 8, 4);
        var msi = 1_000 * MsiKilohertz[Math.Min(range, MsiKilohertz.Length - 1)];
        switch (clock)
        {
            case Clock.Msi:
                return msi;
            case Clock.Hsi:
                return 16_000_000;
            case Clock.Hse:
                return rcc.HseHertz;
            default:
                var input = rcc.Field(0x0C, 0, 2) switch { 1 => msi, 2 => 16_000_000, 3 => rcc.HseHertz, _ => 0 };
                return input / (rcc.Field(0x0C, 4, 4) + 1) * rcc.Field(0x0C, 8, 7) / (2 * (rcc.Field(0x0C, 25, 2) + 1));
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, compare,
            new(enable == APB2ENR ? APB2FZR : APB1FZR1, freeze));
}
