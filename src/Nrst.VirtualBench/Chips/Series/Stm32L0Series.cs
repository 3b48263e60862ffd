using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32L0: RM0367, RM0376, RM0377 and RM0451, "Memory map", "RCC register map" and "MCU debug component".</summary>
internal static class Stm32L0Series
{
    private const uint IOPENR = 0x2C, AHBENR = 0x30, APB2ENR = 0x34, APB1ENR = 0x38, CSR = 0x50;
    private const uint APB1FZ = 0x08, APB2FZ = 0x0C;

    private static readonly uint[] PllFactors = [3, 4, 6, 8, 12, 16, 24, 32, 48];

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 27), Usart(2, 0x4000_4400, APB1ENR, 17, 28),
        Usart(4, 0x4000_4C00, APB1ENR, 19, 14), Usart(5, 0x4000_5000, APB1ENR, 20, 14),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(2, 0x4000_0000, APB1ENR, 0, 4, 15, 0), Timer(3, 0x4000_0400, APB1ENR, 1, 4, 16, 1),
        Timer(6, 0x4000_1000, APB1ENR, 4, 0, 17, 4), Timer(7, 0x4000_1400, APB1ENR, 5, 0, 18, 5),
        Timer(21, 0x4001_0800, APB2ENR, 2, 2, 20, 2), Timer(22, 0x4001_1400, APB2ENR, 5, 2, 22, 5),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x457 => Make("ABC", [2], [2, 21]),
        0x425 => Make("ABCH", [2], [2, 21, 22]),
        0x417 => Make("ABCDH", [1, 2], [2, 6, 21, 22]),
        0x447 => Make("ABCDEH", [1, 2, 4, 5], [2, 3, 6, 7, 21, 22]),
        _ => null,
    };

    private static SeriesDescription Make(string ports, int[] usarts, int[] timers) => new()
    {
        Name = "STM32L0",
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0x4001_5800,
        [
            new(0x04, 0x07), new(APB1FZ, 0xC060_1C33, Freezes: true), new(APB2FZ, 0x24, Freezes: true),
        ])
        {
            Iwdg = new FreezeBit(APB1FZ, 12),
            Wwdg = new FreezeBit(APB1FZ, 11),
        },
        FlashInterrupt = 3,
        InterruptLines = 32,
        FlashClock = new EnableBit(AHBENR, 8),
        PeripheralWindows = [(0x4000_0000, 0x2_6400), (0x5000_0000, 0x2000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(port, 0x5000_0000 + ((uint)(port - 'A') * 0x400), new(IOPENR, port - 'A'))),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers.Where(timer => timers.Contains(timer.Number)),
            new OtherBlock(0x4002_3000, new(AHBENR, 12), _ => new CrcCalculator(configurable: true)),
            new DmaBlock(0x4002_0000, new(AHBENR, 0)),
            new OtherBlock(0x4002_5000, new(AHBENR, 20), _ => new Rng()),
            new OtherBlock(0x4000_7000, new(APB1ENR, 28), _ => new RegisterFile((0x00, 0x0000_1000))),
            new SyscfgBlock(0x4001_0000, new(APB2ENR, 0)),
            new OtherBlock(0x4001_0400, null, _ => new RegisterFile()),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000, HasWindow: true),
            new WwdgBlock(0x4000_2C00, new(APB1ENR, 11), 0),
        ],
    };

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4002_1000,
        ResetValues = [(0x00, 0x0000_0300), (0x04, 0x0000_B000), (AHBENR, 0x0000_0100)],
        Oscillators =
        [
            new(Clock.Hsi, 0x00, 0, 2, 3_700), new(Clock.Msi, 0x00, 8, 9, 5_000), new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18),
            new(Clock.Pll, 0x00, 24, 25, 115_000), new(Clock.Other, 0x08, 0, 1, 6_000),
            new(Clock.Lsi, CSR, 0, 1, 200_000), new(Clock.Lse, CSR, 8, 9, 500_000_000),
        ],
        Switch = new ClockSwitch(0x0C, 0, 2, 2, [Clock.Msi, Clock.Hsi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x0C, 4),
        Apb1 = new Divider(0x0C, 8),
        Apb2 = new Divider(0x0C, 11),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(CSR, 0xFF00_0000, 23, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // PORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.OptionLoad] = 0x0200_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        PeripheralResets = [(0x1C, IOPENR), (0x20, AHBENR), (0x24, APB2ENR), (0x28, APB1ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        var hsi = 16_000_000 >> (rcc.Field(0x00, 3, 1) != 0 ? 2 : 0);
        switch (clock)
        {
            case Clock.Msi:
                return 65_536L << (int)Math.Min(rcc.Field(0x04, 13, 3), 6);
            case Clock.Hsi:
                return hsi;
            case Clock.Hse:
                return rcc.HseHertz;
            default:
                var input = rcc.Field(0x0C, 16, 1) == 0 ? hsi : rcc.HseHertz;
                return input * PllFactors[Math.Min(rcc.Field(0x0C, 18, 4), 8)] / (rcc.Field(0x0C, 22, 2) + 1);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(int number, uint at, uint enable, int bit, int channels, int interrupt, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, 16, channels, interrupt, null,
            new(enable == APB2ENR ? APB2FZ : APB1FZ, freeze));
}
