using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32U5: RM0456, "Memory organization", "RCC register map", "PWR register map" and "Debug support (DBG)".</summary>
internal static class Stm32U5Series
{
    private const uint AHB1ENR = 0x88, AHB2ENR1 = 0x8C, AHB2ENR2 = 0x90, AHB3ENR = 0x94, APB1ENR1 = 0x9C, APB1ENR2 = 0xA0, APB2ENR = 0xA4, APB3ENR = 0xA8;
    private const uint APB1FZR1 = 0x08, APB1FZR2 = 0x0C, APB2FZR = 0x10;

    private static readonly long[] MsiKilohertz =
        [48_000, 24_000, 16_000, 12_000, 4_000, 2_000, 1_330, 1_000, 3_072, 1_536, 1_024, 768, 400, 200, 133, 100];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x455 => Make("ABCDEGH", [1, 3, 4, 5]),
        0x482 => Make("ABCDEFGHI", [1, 2, 3, 4, 5]),
        0x476 or 0x481 => Make("ABCDEFGHIJ", [1, 2, 3, 4, 5]),
        _ => null,
    };

    private static SeriesDescription Make(string ports, int[] usarts) => new()
    {
        Name = "STM32U5",
        Rcc = Rcc,
        Dbgmcu = new DbgmcuDescription(0xE004_4000,
        [
            new(0x04, 0xF6), new(APB1FZR1, uint.MaxValue, Freezes: true), new(APB1FZR2, uint.MaxValue, Freezes: true),
            new(APB2FZR, uint.MaxValue, Freezes: true), new(0x14, uint.MaxValue), new(0x20, uint.MaxValue), new(0x28, uint.MaxValue),
        ])
        {
            Iwdg = new FreezeBit(APB1FZR1, 12),
            Wwdg = new FreezeBit(APB1FZR1, 11),
        },
        FlashInterrupt = 6,
        InterruptLines = 141,
        FlashClock = new EnableBit(AHB1ENR, 8),
        HasBootAlias = false,
        HasSecureAliases = true,
        PeripheralWindows = [(0x4000_0000, 0x1000_0000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(port, 0x4202_0000 + ((uint)(port - 'A') * 0x400), new(AHB2ENR1, port - 'A'))),
            .. Usarts.Where(usart => usarts.Contains(usart.Number)),
            .. Timers,
            new OtherBlock(0x4002_3000, new(AHB1ENR, 12), _ => new CrcCalculator(configurable: true)),
            new OtherBlock(0x4003_0400, null, _ => new InstructionCache()),
            new OtherBlock(0x420C_0800, new(AHB2ENR1, 18), _ => new Rng()),
            new OtherBlock(0x4600_0400, new(APB3ENR, 1), _ => new RegisterFile()),
            new OtherBlock(0x4600_7800, null, _ => new Rtc()),
            // VOSRDY and BOOSTRDY in VOSR, ACTVOSRDY and ACTVOS in SVMSR.
            new OtherBlock(0x4602_0800, new(AHB3ENR, 2), _ => new VoltageRanges(0x0C, [(0, 0x8000), (1 << 18, 1 << 14)], copy: (0x3C, 0x0003_0000, 0x8000))),
            new IwdgBlock(0x4000_3000, HasWindow: true),
            new WwdgBlock(0x4000_2C00, new(APB1ENR1, 11), 0),
        ],
    };

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 61), Usart(2, 0x4000_4400, APB1ENR1, 17, 62), Usart(3, 0x4000_4800, APB1ENR1, 18, 63),
        Usart(4, 0x4000_4C00, APB1ENR1, 19, 64), Usart(5, 0x4000_5000, APB1ENR1, 20, 65),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_2C00, APB2ENR, 11, 16, 4, 42, 44, 11), Timer(2, 0x4000_0000, APB1ENR1, 0, 32, 4, 45, null, 0),
        Timer(3, 0x4000_0400, APB1ENR1, 1, 32, 4, 46, null, 1), Timer(4, 0x4000_0800, APB1ENR1, 2, 32, 4, 47, null, 2),
        Timer(5, 0x4000_0C00, APB1ENR1, 3, 32, 4, 48, null, 3), Timer(6, 0x4000_1000, APB1ENR1, 4, 16, 0, 49, null, 4),
        Timer(7, 0x4000_1400, APB1ENR1, 5, 16, 0, 50, null, 5), Timer(8, 0x4001_3400, APB2ENR, 13, 16, 4, 52, 54, 13),
        Timer(15, 0x4001_4000, APB2ENR, 16, 16, 2, 69, null, 16), Timer(16, 0x4001_4400, APB2ENR, 17, 16, 1, 70, null, 17),
        Timer(17, 0x4001_4800, APB2ENR, 18, 16, 1, 71, null, 18),
    ];

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4602_0C00,
        ResetValues =
        [
            (0x00, 0x0000_0035), (0x08, 0x4400_0000), (0x34, 0x0101_0280), (0x3C, 0x0101_0280), (0x44, 0x0101_0280),
            (AHB1ENR, 0xD020_0100), (AHB2ENR1, 0xC000_0000), (AHB3ENR, 0x8000_0000), (0xF4, 0x0000_4400),
        ],
        Oscillators =
        [
            new(Clock.Msi, 0x00, 0, 2, 5_000), new(Clock.Other, 0x00, 4, 5, 5_000), new(Clock.Hsi, 0x00, 8, 10, 1_000), new(Clock.Other, 0x00, 12, 13, 3_000),
            new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Pll, 0x00, 24, 25, 50_000), new(Clock.Other, 0x00, 26, 27, 50_000),
            new(Clock.Other, 0x00, 28, 29, 50_000), new(Clock.Lse, 0xF0, 0, 1, 500_000_000), new(Clock.Lsi, 0xF0, 26, 27, 80_000),
        ],
        Switch = new ClockSwitch(0x1C, 0, 2, 2, [Clock.Msi, Clock.Hsi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x20, 0),
        Apb1 = new Divider(0x20, 4),
        Apb2 = new Divider(0x20, 8),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(0xF4, 0xFE00_0000, 23, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // BORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.OptionLoad] = 0x0200_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        Backup = new BackupDomain(0xF0, 16),
        PeripheralResets =
        [
            (0x60, AHB1ENR), (0x64, AHB2ENR1), (0x68, AHB2ENR2), (0x6C, AHB3ENR), (0x74, APB1ENR1), (0x78, APB1ENR2), (0x7C, APB2ENR), (0x80, APB3ENR),
        ],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        // MSIRGSEL chooses between the range in ICSCR1 and the one that Standby leaves with, in CSR.
        var msi = 1_000 * MsiKilohertz[rcc.Field(0x08, 23, 1) != 0 ? rcc.Field(0x08, 28, 4) : rcc.Field(0xF4, 12, 4)];
        switch (clock)
        {
            case Clock.Msi:
                return msi;
            case Clock.Hsi:
                return 16_000_000;
            case Clock.Hse:
                return rcc.HseHertz;
            default:
                var input = rcc.Field(0x28, 0, 2) switch { 1 => msi, 2 => 16_000_000, 3 => rcc.HseHertz, _ => 0 };
                return input / (rcc.Field(0x28, 8, 4) + 1) * (rcc.Field(0x34, 0, 9) + 1) / (rcc.Field(0x34, 24, 7) + 1);
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, compare,
            new(enable == APB2ENR ? APB2FZR : APB1FZR1, freeze));
}
