using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32F2 and STM32F4: RM0090, "Memory map", "RCC register map" and "Debug MCU configuration register".</summary>
internal static class Stm32F4Series
{
    internal const uint AHB1ENR = 0x30, AHB2ENR = 0x34, APB1ENR = 0x40, APB2ENR = 0x44;
    internal const uint APB1_FZ = 0x08, APB2_FZ = 0x0C;

    private static readonly int[] AllTimers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14];
    private static readonly int[] FewTimers = [1, 2, 3, 4, 5, 9, 10, 11];

    internal static UsartBlock[] Usarts { get; } =
    [
        Usart(1, 0x4001_1000, APB2ENR, 4, 37), Usart(2, 0x4000_4400, APB1ENR, 17, 38), Usart(3, 0x4000_4800, APB1ENR, 18, 39),
        Usart(4, 0x4000_4C00, APB1ENR, 19, 52), Usart(5, 0x4000_5000, APB1ENR, 20, 53), Usart(6, 0x4001_1400, APB2ENR, 5, 71),
        Usart(7, 0x4000_7800, APB1ENR, 30, 82), Usart(8, 0x4000_7C00, APB1ENR, 31, 83), Usart(9, 0x4001_1800, APB2ENR, 6, 88),
        Usart(10, 0x4001_1C00, APB2ENR, 7, 89),
    ];

    internal static TimerBlock[] Timers { get; } =
    [
        Timer(1, 0x4001_0000, APB2ENR, 0, 16, 4, 25, 27, 0), Timer(2, 0x4000_0000, APB1ENR, 0, 32, 4, 28, null, 0),
        Timer(3, 0x4000_0400, APB1ENR, 1, 16, 4, 29, null, 1), Timer(4, 0x4000_0800, APB1ENR, 2, 16, 4, 30, null, 2),
        Timer(5, 0x4000_0C00, APB1ENR, 3, 32, 4, 50, null, 3), Timer(6, 0x4000_1000, APB1ENR, 4, 16, 0, 54, null, 4),
        Timer(7, 0x4000_1400, APB1ENR, 5, 16, 0, 55, null, 5), Timer(8, 0x4001_0400, APB2ENR, 1, 16, 4, 44, 46, 1),
        Timer(9, 0x4001_4000, APB2ENR, 16, 16, 2, 24, null, 16), Timer(10, 0x4001_4400, APB2ENR, 17, 16, 1, 25, null, 17),
        Timer(11, 0x4001_4800, APB2ENR, 18, 16, 1, 26, null, 18), Timer(12, 0x4000_1800, APB1ENR, 6, 16, 2, 43, null, 6),
        Timer(13, 0x4000_1C00, APB1ENR, 7, 16, 1, 44, null, 7), Timer(14, 0x4000_2000, APB1ENR, 8, 16, 1, 45, null, 8),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x411 => Make("STM32F2", "ABCDEFGHI", [1, 2, 3, 4, 5, 6], AllTimers),
        0x413 => Make("STM32F4", "ABCDEFGHI", [1, 2, 3, 4, 5, 6], AllTimers),
        0x419 or 0x434 => Make("STM32F4", "ABCDEFGHIJK", [1, 2, 3, 4, 5, 6, 7, 8], AllTimers),
        0x421 => Make("STM32F4", "ABCDEFGH", [1, 2, 3, 4, 5, 6], AllTimers),
        0x423 or 0x431 or 0x433 => Make("STM32F4", "ABCDEH", [1, 2, 6], FewTimers),
        0x441 => Make("STM32F4", "ABCDEFGH", [1, 2, 3, 6], AllTimers),
        0x458 => Make("STM32F4", "ABCH", [1, 2, 6], [1, 5, 6, 9, 11]),
        0x463 => Make("STM32F4", "ABCDEFGH", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], AllTimers),
        _ => null,
    };

    private static SeriesDescription Make(string name, string ports, int[] usarts, int[] timers) => new()
    {
        Name = name,
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0xE004_2000,
        [
            new(0x04, 0xE7), new(APB1_FZ, uint.MaxValue, Freezes: true), new(APB2_FZ, uint.MaxValue, Freezes: true),
        ])
        {
            Iwdg = new FreezeBit(APB1_FZ, 12),
            Wwdg = new FreezeBit(APB1_FZ, 11),
        },
        FlashInterrupt = 4,
        PeripheralWindows = [(0x4000_0000, 0x8_0000), (0x5000_0000, 0x6_1000), (0xA000_0000, 0x2000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(port, 0x4002_0000 + ((uint)(port - 'A') * 0x400), new(AHB1ENR, port - 'A'))),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers.Where(timer => timers.Contains(timer.Number)),
            new OtherBlock(0x4002_3000, new(AHB1ENR, 12), _ => new CrcCalculator()),
            new DmaBlock(0x4002_6000, new(AHB1ENR, 21), HasStreams: true),
            new OtherBlock(0x4002_6400, new(AHB1ENR, 22), _ => new RegisterFile()),
            new OtherBlock(0x5006_0800, new(AHB2ENR, 6), _ => new Rng()),
            new OtherBlock(0x4000_7000, new(APB1ENR, 28), _ => new Pwr()),
            new SyscfgBlock(0x4001_3800, new(APB2ENR, 14)),
            new OtherBlock(0x4001_3C00, null, chip => new Exti(chip)),
            new OtherBlock(0x4001_2000, null, _ => new Adc()),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000),
            new WwdgBlock(0x4000_2C00, new(APB1ENR, 11), 0),
        ],
    };

    internal static RccDescription Rcc { get; } = new()
    {
        At = 0x4002_3800,
        ResetValues =
        [
            (0x00, 0x0000_0083), (0x04, 0x2400_3010), (0x30, 0x0010_0000), (0x50, 0x7E67_91FF), (0x54, 0xF1), (0x58, 1),
            (0x60, 0x36FE_C9FF), (0x64, 0x0007_7F33), (0x84, 0x2400_3000), (0x88, 0x2400_3000),
        ],
        Oscillators =
        [
            new(Clock.Hsi, 0x00, 0, 1, 2_200), new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Pll, 0x00, 24, 25, 100_000),
            new(Clock.Other, 0x00, 26, 27, 100_000), new(Clock.Other, 0x00, 28, 29, 100_000),
            new(Clock.Lsi, 0x74, 0, 1, 40_000), new(Clock.Lse, 0x70, 0, 1, 500_000_000),
        ],
        Switch = new ClockSwitch(0x08, 0, 2, 2, [Clock.Hsi, Clock.Hse, Clock.Pll, null]),
        Ahb = new Divider(0x08, 4),
        Apb1 = new Divider(0x08, 10),
        Apb2 = new Divider(0x08, 13),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(0x74, 0xFE00_0000, 24, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0E00_0000, // PORRSTF, and with it BORRSTF and PINRSTF
            [ResetSource.BrownOut] = 0x0600_0000,
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        Backup = new BackupDomain(0x70, 16),
        PeripheralResets = [(0x10, AHB1ENR), (0x14, AHB2ENR), (0x18, 0x38), (0x20, APB1ENR), (0x24, APB2ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        const long Hsi = 16_000_000;
        switch (clock)
        {
            case Clock.Hsi:
                return Hsi;
            case Clock.Hse:
                return rcc.HseHertz > 0 ? rcc.HseHertz : Hsi;
            default:
                var input = rcc.Field(0x04, 22, 1) != 0 && rcc.HseHertz > 0 ? rcc.HseHertz : Hsi;
                var (m, n, p) = (Math.Max(rcc.Field(0x04, 0, 6), 2), Math.Max(rcc.Field(0x04, 6, 9), 2), 2 * (rcc.Field(0x04, 16, 2) + 1));
                return input * n / m / p;
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, compare,
            new(enable == APB2ENR ? APB2_FZ : APB1_FZ, freeze));
}
