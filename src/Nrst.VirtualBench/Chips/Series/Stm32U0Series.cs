using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32U0: RM0503, "Memory map", "RCC register map" and "Debug support".</summary>
/// <remarks>Clocks are those of the L4 with one bus for all peripherals, which stand where the G0 has them.</remarks>
internal static class Stm32U0Series
{
    private const uint AHBENR = 0x48, IOPENR = 0x4C, APBENR1 = 0x58, APBENR2 = 0x60, BDCR = 0x90, CSR = 0x94;
    private const uint APB_FZ1 = 0x08, APB_FZ2 = 0x0C;

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APBENR2, 14, 27), Usart(2, 0x4000_4400, APBENR1, 17, 28), Usart(3, 0x4000_4800, APBENR1, 18, 29),
        Usart(4, 0x4000_4C00, APBENR1, 19, 30),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_2C00, APBENR2, 11, 16, 4, 13, 14, 11), Timer(2, 0x4000_0000, APBENR1, 0, 32, 4, 15, null, 0),
        Timer(3, 0x4000_0400, APBENR1, 1, 16, 4, 16, null, 1), Timer(6, 0x4000_1000, APBENR1, 4, 16, 0, 17, null, 4),
        Timer(7, 0x4000_1400, APBENR1, 5, 16, 0, 18, null, 5), Timer(15, 0x4001_4000, APBENR2, 16, 16, 2, 19, null, 16),
        Timer(16, 0x4001_4400, APBENR2, 17, 16, 1, 20, null, 17),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId is 0x459 or 0x489 ? Make() : null;

    private static SeriesDescription Make() => new()
    {
        Name = "STM32U0",
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0x4001_5800,
        [
            new(0x04, 0x06), new(APB_FZ1, uint.MaxValue, Freezes: true), new(APB_FZ2, uint.MaxValue, Freezes: true),
        ])
        {
            Iwdg = new FreezeBit(APB_FZ1, 12),
            Wwdg = new FreezeBit(APB_FZ1, 11),
        },
        FlashInterrupt = 3,
        FlashClock = new EnableBit(AHBENR, 8),
        InterruptLines = 32,
        PeripheralWindows = [(0x4000_0000, 0x2_7000), (0x5000_0000, 0x1800)],
        Blocks =
        [
            .. "ABCDEF".Select(port => new GpioBlock(port, 0x5000_0000 + ((uint)(port - 'A') * 0x400), new(IOPENR, port - 'A'))),
            .. Usarts,
            .. Timers,
            new OtherBlock(0x4002_3000, new(AHBENR, 12), _ => new CrcCalculator(configurable: true)),
            new DmaBlock(0x4002_0000, new(AHBENR, 0)),
            new OtherBlock(0x4002_5000, new(AHBENR, 18), _ => new Rng()),
            new OtherBlock(0x4000_7000, new(APBENR1, 28), _ => new RegisterFile((0x00, 0x0000_0208), (0x08, 0x0000_8000), (0x14, 0x0000_0080))),
            new SyscfgBlock(0x4001_0000, new(APBENR2, 0)),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000, HasWindow: true),
            new WwdgBlock(0x4000_2C00, new(APBENR1, 11), 0),
        ],
    };

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4002_1000,
        ResetValues = [(0x00, 0x0000_0083), (0x0C, 0x0000_1000), (AHBENR, 0x0000_0100), (CSR, 0x0000_0600)],
        Oscillators =
        [
            new(Clock.Msi, 0x00, 0, 1, 3_000), new(Clock.Hsi, 0x00, 8, 10, 1_000), new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18),
            new(Clock.Pll, 0x00, 24, 25, 15_000), new(Clock.Other, 0x98, 0, 1, 3_000), new(Clock.Lse, BDCR, 0, 1, 500_000_000),
            new(Clock.Lsi, CSR, 0, 1, 80_000),
        ],
        Switch = new ClockSwitch(0x08, 0, 3, 3, [Clock.Msi, Clock.Hsi, Clock.Hse, Clock.Pll, Clock.Lsi, Clock.Lse]),
        Ahb = new Divider(0x08, 8),
        Apb1 = new Divider(0x08, 12),
        Apb2 = new Divider(0x08, 12),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(CSR, 0xFE00_0000, 23, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // PWRRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.OptionLoad] = 0x0200_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        Backup = new BackupDomain(BDCR, 16),
        PeripheralResets = [(0x28, AHBENR), (0x2C, IOPENR), (0x38, APBENR1), (0x40, APBENR2)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        // MSIRGSEL chooses between the range in CR and the one that a reset leaves with, in CSR.
        var range = rcc.Field(0x00, 3, 1) != 0 ? rcc.Field(0x00, 4, 4) : rcc.Field(CSR, 8, 4);
        var msi = 1_000 * Stm32L4Series.MsiKilohertz[Math.Min(range, Stm32L4Series.MsiKilohertz.Length - 1)];
        switch (clock)
        {
            case Clock.Msi:
                return msi;
            case Clock.Hsi:
                return 16_000_000;
            case Clock.Hse:
                return rcc.HseHertz;
            case Clock.Lsi:
                return 32_000;
            case Clock.Lse:
                return 32_768;
            default:
                var input = rcc.Field(0x0C, 0, 2) switch { 1 => msi, 2 => 16_000_000, 3 => rcc.HseHertz, _ => 0 };
                return input / (rcc.Field(0x0C, 4, 3) + 1) * Math.Max(rcc.Field(0x0C, 8, 7), 1) / (rcc.Field(0x0C, 29, 3) + 1);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), Bus.Apb1, bits, channels, interrupt, compare, new(enable == APBENR2 ? APB_FZ2 : APB_FZ1, freeze));
}
