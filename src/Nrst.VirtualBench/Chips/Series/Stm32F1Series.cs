using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32F1: RM0008 and RM0041, "Memory map", "RCC register map" and "MCU debug component".</summary>
internal static class Stm32F1Series
{
    private const uint AHBENR = 0x14, APB2ENR = 0x18, APB1ENR = 0x1C;
    private const uint DBGMCU_CR = 0x04;

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 37), Usart(2, 0x4000_4400, APB1ENR, 17, 38), Usart(3, 0x4000_4800, APB1ENR, 18, 39),
        Usart(4, 0x4000_4C00, APB1ENR, 19, 52), Usart(5, 0x4000_5000, APB1ENR, 20, 53),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_2C00, APB2ENR, 11, 4, 25, 27, 10), Timer(2, 0x4000_0000, APB1ENR, 0, 4, 28, null, 11),
        Timer(3, 0x4000_0400, APB1ENR, 1, 4, 29, null, 12), Timer(4, 0x4000_0800, APB1ENR, 2, 4, 30, null, 13),
        Timer(5, 0x4000_0C00, APB1ENR, 3, 4, 50, null, 18), Timer(6, 0x4000_1000, APB1ENR, 4, 0, 54, null, 19),
        Timer(7, 0x4000_1400, APB1ENR, 5, 0, 55, null, 20), Timer(8, 0x4001_3400, APB2ENR, 13, 4, 44, 46, 17),
        Timer(15, 0x4001_4000, APB2ENR, 16, 2, 24, null, 22), Timer(16, 0x4001_4400, APB2ENR, 17, 1, 25, null, 23),
        Timer(17, 0x4001_4800, APB2ENR, 18, 1, 26, null, 24),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x412 => Make("ABCD", [1, 2], [1, 2, 3]),
        0x410 => Make("ABCDE", [1, 2, 3], [1, 2, 3, 4]),
        0x414 or 0x430 => Make("ABCDEFG", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7, 8]),
        0x418 => Make("ABCDE", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7]),
        0x420 => Make("ABCDE", [1, 2, 3], [1, 2, 3, 4, 6, 7, 15, 16, 17]),
        0x428 => Make("ABCDEFG", [1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6, 7, 15, 16, 17]),
        _ => null,
    };

    private static SeriesDescription Make(string ports, int[] usarts, int[] timers) => new()
    {
        Name = "STM32F1",
        DebugPinsOff = (0x4001_0004, 0x0700_0000, 0x0400_0000), // AFIO_MAPR.SWJ_CFG
        Rcc = Rcc,
        // All freeze bits are in CR.
        Dbgmcu = new DbgmcuDescription(0xE004_2000, [new(DBGMCU_CR, 0x7FFF_FFE7, Freezes: true)])
        {
            Iwdg = new FreezeBit(DBGMCU_CR, 8),
            Wwdg = new FreezeBit(DBGMCU_CR, 9),
        },
        FlashInterrupt = 4,
        InterruptLines = 68,
        PeripheralWindows = [(0x4000_0000, 0x3_0000), (0x5000_0000, 0x4_0000), (0xA000_0000, 0x1000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(
                port, 0x4001_0800 + ((uint)(port - 'A') * 0x400), new(APB2ENR, port - 'A' + 2), GpioKind.Configurations)),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers.Where(timer => timers.Contains(timer.Number)),
            new OtherBlock(0x4002_3000, new(AHBENR, 6), _ => new CrcCalculator()),
            new DmaBlock(0x4002_0000, new(AHBENR, 0)),
            new OtherBlock(0x4000_7000, new(APB1ENR, 28), _ => new RegisterFile()),
            new OtherBlock(0x4001_0000, new(APB2ENR, 0), _ => new RegisterFile()),
            new OtherBlock(0x4001_0400, null, chip => new Exti(chip)),
            new IwdgBlock(0x4000_3000),
            new WwdgBlock(0x4000_2C00, new(APB1ENR, 11), 0),
        ],
    };

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4002_1000,
        ResetValues = [(0x00, 0x0000_0083), (AHBENR, 0x0000_0014)],
        Oscillators =
        [
            new(Clock.Hsi, 0x00, 0, 1, 2_000), new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Pll, 0x00, 24, 25, 200_000),
            new(Clock.Other, 0x00, 26, 27, 200_000), new(Clock.Other, 0x00, 28, 29, 200_000),
            new(Clock.Lse, 0x20, 0, 1, 500_000_000), new(Clock.Lsi, 0x24, 0, 1, 85_000),
        ],
        Switch = new ClockSwitch(0x04, 0, 2, 2, [Clock.Hsi, Clock.Hse, Clock.Pll, null]),
        Ahb = new Divider(0x04, 4),
        Apb1 = new Divider(0x04, 8),
        Apb2 = new Divider(0x04, 11),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(0x24, 0xFC00_0000, 24, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // PORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        Backup = new BackupDomain(0x20, 16),
        PeripheralResets = [(0x0C, APB2ENR), (0x10, APB1ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        const long Hsi = 8_000_000;
        switch (clock)
        {
            case Clock.Hsi:
                return Hsi;
            case Clock.Hse:
                return rcc.HseHertz;
            default:
                var input = rcc.Field(0x04, 16, 1) == 0 ? Hsi / 2 : rcc.HseHertz / (rcc.Field(0x04, 17, 1) + 1);
                return input * Math.Min(rcc.Field(0x04, 18, 4) + 2, 16);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt);

    private static TimerBlock Timer(int number, uint at, uint enable, int bit, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, 16, channels, interrupt, compare, new(DBGMCU_CR, freeze));
}
