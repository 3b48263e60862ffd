using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32F3: RM0316, RM0313, RM0364, RM0365 and RM0366, "Memory map", "RCC register map" and "Debug support".</summary>
internal static class Stm32F3Series
{
    private const uint AHBENR = 0x14, APB2ENR = 0x18, APB1ENR = 0x1C;
    private const uint APB1_FZ = 0x08, APB2_FZ = 0x0C;

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 37), Usart(2, 0x4000_4400, APB1ENR, 17, 38), Usart(3, 0x4000_4800, APB1ENR, 18, 39),
        Usart(4, 0x4000_4C00, APB1ENR, 19, 52), Usart(5, 0x4000_5000, APB1ENR, 20, 53),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_2C00, APB2ENR, 11, 16, 4, 25, 27, 0), Timer(2, 0x4000_0000, APB1ENR, 0, 32, 4, 28, null, 0),
        Timer(3, 0x4000_0400, APB1ENR, 1, 16, 4, 29, null, 1), Timer(4, 0x4000_0800, APB1ENR, 2, 16, 4, 30, null, 2),
        Timer(6, 0x4000_1000, APB1ENR, 4, 16, 0, 54, null, 4), Timer(7, 0x4000_1400, APB1ENR, 5, 16, 0, 55, null, 5),
        Timer(8, 0x4001_3400, APB2ENR, 13, 16, 4, 44, 46, 1), Timer(15, 0x4001_4000, APB2ENR, 16, 16, 2, 24, null, 2),
        Timer(16, 0x4001_4400, APB2ENR, 17, 16, 1, 25, null, 3), Timer(17, 0x4001_4800, APB2ENR, 18, 16, 1, 26, null, 4),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x422 => Make("ABCDEF", [1, 2, 3, 4, 5], [1, 2, 3, 4, 6, 7, 8, 15, 16, 17]),
        0x432 => Make("ABCDEF", [1, 2, 3], [2, 3, 4, 6, 7, 15, 16, 17]),
        0x438 => Make("ABCDF", [1, 2, 3], [1, 2, 3, 6, 7, 15, 16, 17]),
        0x439 => Make("ABCDF", [1, 2, 3], [1, 2, 6, 15, 16, 17]),
        0x446 => Make("ABCDEFGH", [1, 2, 3, 4, 5], [1, 2, 3, 4, 6, 7, 8, 15, 16, 17]),
        _ => null,
    };

    private static SeriesDescription Make(string ports, int[] usarts, int[] timers) => new()
    {
        Name = "STM32F3",
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
        InterruptLines = 82,
        PeripheralWindows = [(0x4000_0000, 0x2_4400), (0x4800_0000, 0x2000), (0x5000_0000, 0x800), (0xA000_0000, 0x1000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(
                port, 0x4800_0000 + ((uint)(port - 'A') * 0x400), new(AHBENR, port == 'H' ? 16 : port - 'A' + 17))),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers.Where(timer => timers.Contains(timer.Number)),
            new OtherBlock(0x4002_3000, new(AHBENR, 6), _ => new CrcCalculator(configurable: true)),
            new DmaBlock(0x4002_0000, new(AHBENR, 0)),
            new OtherBlock(0x4002_0400, new(AHBENR, 1), _ => new RegisterFile()),
            new OtherBlock(0x4000_7000, new(APB1ENR, 28), _ => new RegisterFile()),
            new SyscfgBlock(0x4001_0000, new(APB2ENR, 0)),
            new OtherBlock(0x4001_0400, null, chip => new Exti(chip)),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000, HasWindow: true),
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
            new(Clock.Lse, 0x20, 0, 1, 500_000_000), new(Clock.Lsi, 0x24, 0, 1, 85_000),
        ],
        Switch = new ClockSwitch(0x04, 0, 2, 2, [Clock.Hsi, Clock.Hse, Clock.Pll, null]),
        Ahb = new Divider(0x04, 4),
        Apb1 = new Divider(0x04, 8),
        Apb2 = new Divider(0x04, 11),
        Hertz = Hertz,
        ResetFlags = Stm32F0Series.Flags,
        Backup = new BackupDomain(0x20, 16),
        PeripheralResets = [(0x28, AHBENR), (0x0C, APB2ENR), (0x10, APB1ENR)],
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
                // PLLSRC: HSI/2, or HSE through PREDIV; on the F303xE HSI through PREDIV as well.
                var divided = rcc.Field(0x2C, 0, 4) + 1;
                var input = rcc.Field(0x04, 15, 2) switch { 0 => Hsi / 2, 1 => Hsi / divided, _ => rcc.HseHertz / divided };
                return input * Math.Min(rcc.Field(0x04, 18, 4) + 2, 16);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, compare,
            new(enable == APB2ENR ? APB2_FZ : APB1_FZ, freeze));
}
