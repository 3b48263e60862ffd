using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32L1: RM0038, "Memory map", "RCC register map" and "MCU debug component".</summary>
internal static class Stm32L1Series
{
    private const uint AHBENR = 0x1C, APB2ENR = 0x20, APB1ENR = 0x24, CSR = 0x34;
    private const uint APB1FZ = 0x08, APB2FZ = 0x0C;

    /// <summary>The ports in the order of their addresses and clock bits.</summary>
    private const string PortOrder = "ABCDEHFG";

    private static readonly uint[] PllFactors = [3, 4, 6, 8, 12, 16, 24, 32, 48];

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 37), Usart(2, 0x4000_4400, APB1ENR, 17, 38), Usart(3, 0x4000_4800, APB1ENR, 18, 39),
        Usart(4, 0x4000_4C00, APB1ENR, 19, 48), Usart(5, 0x4000_5000, APB1ENR, 20, 49),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(2, 0x4000_0000, APB1ENR, 0, 16, 4, 28, 0), Timer(3, 0x4000_0400, APB1ENR, 1, 16, 4, 29, 1),
        Timer(4, 0x4000_0800, APB1ENR, 2, 16, 4, 30, 2), Timer(5, 0x4000_0C00, APB1ENR, 3, 32, 4, 46, 3),
        Timer(6, 0x4000_1000, APB1ENR, 4, 16, 0, 43, 4), Timer(7, 0x4000_1400, APB1ENR, 5, 16, 0, 44, 5),
        Timer(9, 0x4001_0800, APB2ENR, 2, 16, 2, 25, 2), Timer(10, 0x4001_0C00, APB2ENR, 3, 16, 1, 26, 3),
        Timer(11, 0x4001_1000, APB2ENR, 4, 16, 1, 27, 4),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x416 or 0x429 => Make("ABCDEH", [1, 2, 3], [2, 3, 4, 6, 7, 9, 10, 11]),
        0x427 => Make("ABCDEH", [1, 2, 3], [2, 3, 4, 5, 6, 7, 9, 10, 11]),
        0x436 or 0x437 => Make("ABCDEHFG", [1, 2, 3, 4, 5], [2, 3, 4, 5, 6, 7, 9, 10, 11]),
        _ => null,
    };

    private static SeriesDescription Make(string ports, int[] usarts, int[] timers) => new()
    {
        Name = "STM32L1",
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0xE004_2000,
        [
            new(0x04, 0xE7), new(APB1FZ, 0x0060_1C3F, Freezes: true), new(APB2FZ, 0x1C, Freezes: true),
        ])
        {
            Iwdg = new FreezeBit(APB1FZ, 12),
            Wwdg = new FreezeBit(APB1FZ, 11),
        },
        FlashInterrupt = 4,
        InterruptLines = 57,
        FlashClock = new EnableBit(AHBENR, 15),
        PeripheralWindows = [(0x4000_0000, 0x2_6800), (0x5006_0000, 0x400), (0xA000_0000, 0x1000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(
                port, 0x4002_0000 + ((uint)PortOrder.IndexOf(port) * 0x400), new(AHBENR, PortOrder.IndexOf(port)))),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers.Where(timer => timers.Contains(timer.Number)),
            new OtherBlock(0x4002_3000, new(AHBENR, 12), _ => new CrcCalculator()),
            new DmaBlock(0x4002_6000, new(AHBENR, 24)),
            new OtherBlock(0x4002_6400, new(AHBENR, 25), _ => new RegisterFile()),
            new OtherBlock(0x4000_7000, new(APB1ENR, 28), _ => new RegisterFile((0x00, 0x0000_1000), (0x04, 0x0000_0008))),
            new SyscfgBlock(0x4001_0000, new(APB2ENR, 0)),
            new OtherBlock(0x4001_0400, null, chip => new Exti(chip)),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000),
            new WwdgBlock(0x4000_2C00, new(APB1ENR, 11), 0),
        ],
    };

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4002_3800,
        ResetValues = [(0x00, 0x0000_0300), (0x04, 0x0000_B000), (AHBENR, 0x0000_8000)],
        Oscillators =
        [
            new(Clock.Hsi, 0x00, 0, 1, 3_700), new(Clock.Msi, 0x00, 8, 9, 5_000), new(Clock.Hse, 0x00, 16, 17, 1_000_000, Bypass: 18),
            new(Clock.Pll, 0x00, 24, 25, 115_000), new(Clock.Lsi, CSR, 0, 1, 200_000), new(Clock.Lse, CSR, 8, 9, 500_000_000),
        ],
        Switch = new ClockSwitch(0x08, 0, 2, 2, [Clock.Msi, Clock.Hsi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x08, 4),
        Apb1 = new Divider(0x08, 8),
        Apb2 = new Divider(0x08, 11),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(CSR, 0xFE00_0000, 24, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // PORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.OptionLoad] = 0x0200_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        PeripheralResets = [(0x10, AHBENR), (0x14, APB2ENR), (0x18, APB1ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        const long Hsi = 16_000_000;
        switch (clock)
        {
            case Clock.Msi:
                return 65_536L << (int)Math.Min(rcc.Field(0x04, 13, 3), 6);
            case Clock.Hsi:
                return Hsi;
            case Clock.Hse:
                return rcc.HseHertz;
            default:
                var input = rcc.Field(0x08, 16, 1) == 0 ? Hsi : rcc.HseHertz;
                return input * PllFactors[Math.Min(rcc.Field(0x08, 18, 4), 8)] / (rcc.Field(0x08, 22, 2) + 1);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt);

    private static TimerBlock Timer(int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, null,
            new(enable == APB2ENR ? APB2FZ : APB1FZ, freeze));
}
