using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32F0: RM0091 and RM0360, "Memory map", "RCC register map" and "Debug support".</summary>
internal static class Stm32F0Series
{
    private const uint AHBENR = 0x14, APB2ENR = 0x18, APB1ENR = 0x1C;
    private const uint APB1_FZ = 0x08, APB2_FZ = 0x0C;

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 27), Usart(2, 0x4000_4400, APB1ENR, 17, 28), Usart(3, 0x4000_4800, APB1ENR, 18, 29),
        Usart(4, 0x4000_4C00, APB1ENR, 19, 29), Usart(5, 0x4000_5000, APB1ENR, 20, 29), Usart(6, 0x4001_1400, APB2ENR, 5, 29),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_2C00, APB2ENR, 11, 16, 4, 13, 14, 11), Timer(2, 0x4000_0000, APB1ENR, 0, 32, 4, 15, null, 0),
        Timer(3, 0x4000_0400, APB1ENR, 1, 16, 4, 16, null, 1), Timer(6, 0x4000_1000, APB1ENR, 4, 16, 0, 17, null, 4),
        Timer(7, 0x4000_1400, APB1ENR, 5, 16, 0, 18, null, 5), Timer(14, 0x4000_2000, APB1ENR, 8, 16, 1, 19, null, 8),
        Timer(15, 0x4001_4000, APB2ENR, 16, 16, 2, 20, null, 16), Timer(16, 0x4001_4400, APB2ENR, 17, 16, 1, 21, null, 17),
        Timer(17, 0x4001_4800, APB2ENR, 18, 16, 1, 22, null, 18),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x444 => Make("ABCF", [1], [1, 2, 3, 14, 16, 17]),
        0x445 => Make("ABCF", [1, 2], [1, 2, 3, 14, 16, 17]),
        0x440 => Make("ABCDF", [1, 2], [1, 2, 3, 6, 14, 15, 16, 17]),
        0x448 => Make("ABCDEF", [1, 2, 3, 4], [1, 2, 3, 6, 7, 14, 15, 16, 17]),
        0x442 => Make("ABCDEF", [1, 2, 3, 4, 5, 6], [1, 2, 3, 6, 7, 14, 15, 16, 17]),
        _ => null,
    };

    private static SeriesDescription Make(string ports, int[] usarts, int[] timers) => new()
    {
        Name = "STM32F0",
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0x4001_5800,
        [
            new(0x04, 0x06), new(APB1_FZ, uint.MaxValue, Freezes: true), new(APB2_FZ, uint.MaxValue, Freezes: true),
        ])
        {
            Iwdg = new FreezeBit(APB1_FZ, 12),
            Wwdg = new FreezeBit(APB1_FZ, 11),
        },
        FlashInterrupt = 3,
        InterruptLines = 32,
        PeripheralWindows = [(0x4000_0000, 0x2_4400), (0x4800_0000, 0x1800)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(port, 0x4800_0000 + ((uint)(port - 'A') * 0x400), new(AHBENR, port - 'A' + 17))),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers.Where(timer => timers.Contains(timer.Number)),
            new OtherBlock(0x4002_3000, new(AHBENR, 6), _ => new CrcCalculator(configurable: true)),
            new DmaBlock(0x4002_0000, new(AHBENR, 0)),
            new OtherBlock(0x4000_7000, new(APB1ENR, 28), _ => new RegisterFile()),
            new SyscfgBlock(0x4001_0000, new(APB2ENR, 0)),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000, HasWindow: true),
            new WwdgBlock(0x4000_2C00, new(APB1ENR, 11), 0),
        ],
    };

    /// <summary>RCC_CSR of F0 and F3.</summary>
    public static ResetFlags Flags { get; } = new(0x24, 0xFE80_0000, 24, new Dictionary<ResetSource, uint>
    {
        [ResetSource.PowerOn] = 0x0C00_0000, // PORRSTF and PINRSTF
        [ResetSource.Pin] = 0x0400_0000,
        [ResetSource.OptionLoad] = 0x0200_0000,
        [ResetSource.Software] = 0x1000_0000,
        [ResetSource.IndependentWatchdog] = 0x2000_0000,
        [ResetSource.WindowWatchdog] = 0x4000_0000,
    });

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4002_1000,
        ResetValues = [(0x00, 0x0000_0083), (AHBENR, 0x0000_0014), (0x34, 0x0000_0080)],
        Oscillators =
        [
            new(Clock.Hsi, 0x00, 0, 1, 2_000), new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Pll, 0x00, 24, 25, 200_000),
            new(Clock.Other, 0x34, 0, 1, 2_000), new(Clock.Other, 0x34, 16, 17, 6_000), // HSI14, HSI48
            new(Clock.Lse, 0x20, 0, 1, 500_000_000), new(Clock.Lsi, 0x24, 0, 1, 85_000),
        ],
        Switch = new ClockSwitch(0x04, 0, 2, 2, [Clock.Hsi, Clock.Hse, Clock.Pll, Clock.Other]),
        Ahb = new Divider(0x04, 4),
        Apb1 = new Divider(0x04, 8),
        Apb2 = new Divider(0x04, 8),
        Hertz = Hertz,
        ResetFlags = Flags,
        Backup = new BackupDomain(0x20, 16),
        PeripheralResets = [(0x28, AHBENR), (0x0C, APB2ENR), (0x10, APB1ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        const long Hsi = 8_000_000, Hsi48 = 48_000_000;
        switch (clock)
        {
            case Clock.Hsi:
                return Hsi;
            case Clock.Hse:
                return rcc.HseHertz;
            case Clock.Other:
                return Hsi48;
            default:
                // PLLSRC: HSI/2, and through PREDIV HSI, HSE or HSI48. The small lines have its upper bit alone.
                var source = rcc.Field(0x04, 15, 2);
                var divided = rcc.Field(0x2C, 0, 4) + 1;
                var input = source switch { 0 => Hsi / 2, 1 => Hsi / divided, 2 => rcc.HseHertz / divided, _ => Hsi48 / divided };
                return input * Math.Min(rcc.Field(0x04, 18, 4) + 2, 16);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), Bus.Apb1, bits, channels, interrupt, compare, new(enable == APB2ENR ? APB2_FZ : APB1_FZ, freeze));
}
