using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32H5: RM0481 and RM0492, "Memory organization", "RCC register map" and "Debug support (DBG)".</summary>
/// <remarks>The C5 has what the H5 has, at another clock: nothing but its header is known.</remarks>
internal static class Stm32H5Series
{
    private const uint AHB1ENR = 0x88, AHB2ENR = 0x8C, APB1LENR = 0x9C, APB2ENR = 0xA4, APB3ENR = 0xA8;
    private const uint APB1FZR1 = 0x08, APB2FZR = 0x10;

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_3800, APB2ENR, 14, 58), Usart(2, 0x4000_4400, APB1LENR, 17, 59), Usart(3, 0x4000_4800, APB1LENR, 18, 60),
        Usart(4, 0x4000_4C00, APB1LENR, 19, 61), Usart(5, 0x4000_5000, APB1LENR, 20, 62),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_2C00, APB2ENR, 11, 16, 4, 42, 44, 11), Timer(2, 0x4000_0000, APB1LENR, 0, 32, 4, 45, null, 0),
        Timer(3, 0x4000_0400, APB1LENR, 1, 16, 4, 46, null, 1), Timer(6, 0x4000_1000, APB1LENR, 4, 16, 0, 49, null, 4),
        Timer(7, 0x4000_1400, APB1LENR, 5, 16, 0, 50, null, 5),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x474 => Make("STM32H503", 3, 64_000_000, hasTrustZone: false),
        0x478 or 0x484 => Make("STM32H5", 5, 64_000_000, hasTrustZone: true),
        0x44E or 0x44F or 0x45A => Make("STM32C5", 5, 96_000_000, hasTrustZone: false),
        _ => null,
    };

    private static SeriesDescription Make(string name, int usarts, long hsi, bool hasTrustZone) => new()
    {
        Name = name,
        Rcc = Rcc(hsi),
        Dbgmcu = new DbgmcuDescription(0x4402_4000,
        [
            new(0x04, 0xF6), new(APB1FZR1, uint.MaxValue, Freezes: true), new(0x0C, uint.MaxValue, Freezes: true),
            new(APB2FZR, uint.MaxValue, Freezes: true), new(0x14, uint.MaxValue), new(0x20, uint.MaxValue),
        ])
        {
            Iwdg = new FreezeBit(APB1FZR1, 12),
            Wwdg = new FreezeBit(APB1FZR1, 11),
        },
        FlashInterrupt = 6,
        InterruptLines = 134,
        HasBootAlias = false,
        HasSecureAliases = hasTrustZone,
        Ports = [new(0, PortKind.Debug, 0x5477_0002, 0xE00E_0003, DbgmcuAt: 0xE004_4000), new(1, PortKind.Core)],
        PeripheralWindows = [(0x4000_0000, 0x1000_0000)],
        Blocks =
        [
            .. "ABCDEFGHI".Select(port => new GpioBlock(port, 0x4202_0000 + ((uint)(port - 'A') * 0x400), new(AHB2ENR, port - 'A'))),
            .. Usarts.Where(usart => usart.Number <= usarts),
            .. Timers,
            new OtherBlock(0x4002_3000, new(AHB1ENR, 12), _ => new CrcCalculator(configurable: true)),
            new OtherBlock(0x4003_0400, null, _ => new InstructionCache()),
            new OtherBlock(0x420C_0800, new(AHB2ENR, 18), _ => new Rng()),
            new OtherBlock(0x4402_0800, null, _ => new VoltageScaling()),
            new OtherBlock(0x4400_0400, new(APB3ENR, 1), _ => new RegisterFile()),
            new OtherBlock(0x4400_7800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000, HasWindow: true),
            new WwdgBlock(0x4000_2C00, new(APB1LENR, 11), 0),
        ],
    };

    /// <param name="hsi">Without a divider; a reset leaves it divided by two.</param>
    private static RccDescription Rcc(long hsi) => new()
    {
        At = 0x4402_0C00,
        ResetValues = [(0x00, 0x0000_0029), (0x34, 0x0101_0280), (0x3C, 0x0101_0280), (0x44, 0x0101_0280), (AHB1ENR, 0xD000_0100), (AHB2ENR, 0xC000_0000)],
        Oscillators =
        [
            // What the H5 calls CSI takes the place of an MSI.
            new(Clock.Hsi, 0x00, 0, 1, 4_000), new(Clock.Msi, 0x00, 8, 9, 2_000), new(Clock.Other, 0x00, 12, 13, 3_500),
            new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Pll, 0x00, 24, 25, 50_000), new(Clock.Other, 0x00, 26, 27, 50_000),
            new(Clock.Other, 0x00, 28, 29, 50_000), new(Clock.Lse, 0xF0, 0, 1, 500_000_000), new(Clock.Lsi, 0xF0, 26, 27, 80_000),
        ],
        Switch = new ClockSwitch(0x1C, 0, 3, 2, [Clock.Hsi, Clock.Msi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x20, 0),
        Apb1 = new Divider(0x20, 4),
        Apb2 = new Divider(0x20, 8),
        Hertz = (rcc, clock) => Hertz(rcc, clock, hsi),
        ResetFlags = new ResetFlags(0xF4, 0xFC00_0000, 23, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // BORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
            [ResetSource.WindowWatchdog] = 0x4000_0000,
        }),
        Backup = new BackupDomain(0xF0, 16),
        PeripheralResets = [(0x60, AHB1ENR), (0x64, AHB2ENR), (0x74, APB1LENR), (0x7C, APB2ENR), (0x80, APB3ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock, long undivided)
    {
        const long Csi = 4_000_000;
        var hsi = undivided >> (int)rcc.Field(0x00, 3, 2);
        switch (clock)
        {
            case Clock.Hsi:
                return hsi;
            case Clock.Msi:
                return Csi;
            case Clock.Hse:
                return rcc.HseHertz;
            default:
                var input = rcc.Field(0x28, 0, 2) switch { 1 => hsi, 2 => Csi, 3 => rcc.HseHertz, _ => 0 };
                var (m, n, p) = (Math.Max(rcc.Field(0x28, 8, 6), 1), rcc.Field(0x34, 0, 9) + 1, rcc.Field(0x34, 9, 7) + 1);
                return input / m * n / p;
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, compare,
            new(enable == APB2ENR ? APB2FZR : APB1FZR1, freeze));
}
