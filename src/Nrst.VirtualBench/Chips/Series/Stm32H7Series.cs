using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash.H7;
using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32H7: RM0433, RM0399, RM0468 and RM0455, "Memory organization", "RCC register map" and "Debug infrastructure".</summary>
/// <remarks>The core runs at HCLK here, which is half of what it can have on silicon.</remarks>
internal static class Stm32H7Series
{
    private const uint APB3ENR = 0xE4, AHB1ENR = 0xD8, AHB2ENR = 0xDC, AHB4ENR = 0xE0, APB1LENR = 0xE8, APB2ENR = 0xF0, APB4ENR = 0xF4;
    // On the H7A the reset status and the enables stand higher than on the others.
    private const uint Higher = 0x60;

    private const uint APB3FZ1 = 0x34, APB1LFZ1 = 0x3C, APB2FZ1 = 0x4C, APB4FZ1 = 0x54;

    private static readonly UsartBlock[] Usarts =
    [
        Usart(1, 0x4001_1000, APB2ENR, 4, 37), Usart(2, 0x4000_4400, APB1LENR, 17, 38), Usart(3, 0x4000_4800, APB1LENR, 18, 39),
        Usart(4, 0x4000_4C00, APB1LENR, 19, 52), Usart(5, 0x4000_5000, APB1LENR, 20, 53), Usart(6, 0x4001_1400, APB2ENR, 5, 71),
        Usart(7, 0x4000_7800, APB1LENR, 30, 82), Usart(8, 0x4000_7C00, APB1LENR, 31, 83), Usart(9, 0x4001_1800, APB2ENR, 6, 155),
        Usart(10, 0x4001_1C00, APB2ENR, 7, 156),
    ];

    private static readonly TimerBlock[] Timers =
    [
        Timer(1, 0x4001_0000, APB2ENR, 0, 16, 4, 25, 27, 0), Timer(2, 0x4000_0000, APB1LENR, 0, 32, 4, 28, null, 0),
        Timer(3, 0x4000_0400, APB1LENR, 1, 16, 4, 29, null, 1), Timer(4, 0x4000_0800, APB1LENR, 2, 16, 4, 30, null, 2),
        Timer(5, 0x4000_0C00, APB1LENR, 3, 32, 4, 50, null, 3), Timer(6, 0x4000_1000, APB1LENR, 4, 16, 0, 54, null, 4),
        Timer(7, 0x4000_1400, APB1LENR, 5, 16, 0, 55, null, 5), Timer(8, 0x4001_0400, APB2ENR, 1, 16, 4, 44, 46, 1),
        Timer(12, 0x4000_1800, APB1LENR, 6, 16, 2, 43, null, 6), Timer(13, 0x4000_1C00, APB1LENR, 7, 16, 1, 44, null, 7),
        Timer(14, 0x4000_2000, APB1LENR, 8, 16, 1, 45, null, 8), Timer(15, 0x4001_4000, APB2ENR, 16, 16, 2, 116, null, 16),
        Timer(16, 0x4001_4400, APB2ENR, 17, 16, 1, 117, null, 17), Timer(17, 0x4001_4800, APB2ENR, 18, 16, 1, 118, null, 18),
    ];

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x450 => Make("STM32H74x", 8, 0, 0x5802_4C00, new(AHB4ENR, 19)),
        0x483 => Make("STM32H72x", 10, 0, 0x5802_4C00, new(AHB4ENR, 19)),
        0x480 => Make("STM32H7Ax", 10, Higher, 0x4002_3000, new(AHB1ENR, 9)),
        _ => null,
    };

    private static SeriesDescription Make(string name, int usarts, uint moved, uint crcAt, EnableBit crc) => new()
    {
        Name = name,
        Core = CoreKind.M7D,
        Rcc = Rcc(moved),
        Dbgmcu = new DbgmcuDescription(0x5C00_1000,
        [
            new(0x04, 0x1070_01BF), new(APB3FZ1, 0x40, Freezes: true), new(0x38, 0x40), new(APB1LFZ1, uint.MaxValue, Freezes: true),
            new(0x40, uint.MaxValue), new(0x44, uint.MaxValue), new(0x48, uint.MaxValue), new(APB2FZ1, uint.MaxValue, Freezes: true),
            new(0x50, uint.MaxValue), new(APB4FZ1, uint.MaxValue, Freezes: true), new(0x58, uint.MaxValue),
        ])
        {
            Iwdg = new FreezeBit(APB4FZ1, 18),
            Wwdg = new FreezeBit(APB3FZ1, 6),
        },
        FlashInterrupt = 4,
        InterruptLines = 163,
        HasBootAlias = false,
        Ports =
        [
            new(0, PortKind.Core, 0x8477_0001, 0xE00F_E003),
            new(1, PortKind.System, 0x8477_0001, 0x0000_0002),
            new(2, PortKind.Debug, 0x5477_0002, 0xE00E_0003, DbgmcuAt: 0xE00E_1000),
        ],
        Second = part => H7Traits.IsDualCore(part) ? new SecondCore(CoreKind.M4F, new PortPlace(3, PortKind.SecondCore, 0x2477_0011, 0xE00F_F003)) : null,
        PeripheralWindows = [(0x4000_0000, 0x2000_0000)],
        Blocks = [.. Blocks(usarts, crcAt, crc).Select(block => block with { Enable = Moved(block.Enable, moved) })],
    };

    private static EnableBit? Moved(EnableBit? bit, uint moved) => bit is { } at ? at with { Register = at.Register + moved } : null;

    private static IEnumerable<Block> Blocks(int usarts, uint crcAt, EnableBit crc) =>
    [
        .. "ABCDEFGHIJK".Select(port => new GpioBlock(port, 0x5802_0000 + ((uint)(port - 'A') * 0x400), new(AHB4ENR, port - 'A'))),
        .. Usarts.Where(usart => usart.Number <= usarts),
        .. Timers,
        new OtherBlock(crcAt, crc, _ => new CrcCalculator(configurable: true)),
        new DmaBlock(0x4002_0000, new(AHB1ENR, 0), HasStreams: true),
        new OtherBlock(0x4802_1800, new(AHB2ENR, 6), _ => new Rng()),
        new OtherBlock(0x5802_4800, null, chip => new SupplyControl(chip)),
        new OtherBlock(0x5800_0400, new(APB4ENR, 1), _ => new RegisterFile()),
        new OtherBlock(0x5800_4000, null, _ => new Rtc()),
        new IwdgBlock(0x5800_4800, HasWindow: true),
        new WwdgBlock(0x5000_3000, new(APB3ENR, 6), 0),
    ];

    private static RccDescription Rcc(uint moved) => new()
    {
        At = 0x5802_4400,
        ResetValues =
        [
            // HSI without a divider; the domains have their clocks.
            (0x00, 0x0000_C021), (0x04, 0x4000_0000), (0x0C, 0x2000_0000), (0x28, 0x0202_0200), (0x2C, 0x01FF_0000), (0x30, 0x0101_0280),
            (0x38, 0x0101_0280), (0x40, 0x0101_0280),
        ],
        Oscillators =
        [
            // What the H7 calls CSI takes the place of an MSI.
            new(Clock.Hsi, 0x00, 0, 2, 4_000), new(Clock.Msi, 0x00, 7, 8, 2_000), new(Clock.Other, 0x00, 12, 13, 3_500),
            new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Pll, 0x00, 24, 25, 50_000), new(Clock.Other, 0x00, 26, 27, 50_000),
            new(Clock.Other, 0x00, 28, 29, 50_000), new(Clock.Lse, 0x70, 0, 1, 500_000_000), new(Clock.Lsi, 0x74, 0, 1, 80_000),
        ],
        Switch = new ClockSwitch(0x10, 0, 3, 3, [Clock.Hsi, Clock.Msi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x18, 0),
        Apb1 = new Divider(0x1C, 4),
        Apb2 = new Divider(0x1C, 8),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(0xD0 + moved, 0x55FA_0000, 16, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x00FA_0000, // PORRSTF, and with it BORRSTF, PINRSTF and those of the domains
            [ResetSource.BrownOut] = 0x0060_0000,
            [ResetSource.Pin] = 0x0042_0000,
            [ResetSource.Software] = 0x0100_0000,
            [ResetSource.IndependentWatchdog] = 0x0400_0000,
            [ResetSource.WindowWatchdog] = 0x1000_0000,
        }),
        Backup = new BackupDomain(0x70, 16),
        PeripheralResets =
        [
            (0x80, AHB1ENR + moved), (0x84, AHB2ENR + moved), (0x88, AHB4ENR + moved), (0x8C, APB3ENR + moved), (0x90, APB1LENR + moved),
            (0x98, APB2ENR + moved), (0x9C, APB4ENR + moved),
        ],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        const long Csi = 4_000_000;
        var hsi = 64_000_000L >> (int)rcc.Field(0x00, 3, 2);
        switch (clock)
        {
            case Clock.Hsi:
                return hsi;
            case Clock.Msi:
                return Csi;
            case Clock.Hse:
                return rcc.HseHertz;
            default:
                var input = rcc.Field(0x28, 0, 2) switch { 0 => hsi, 1 => Csi, 2 => rcc.HseHertz, _ => 0 };
                var (m, n, p) = (Math.Max(rcc.Field(0x28, 4, 6), 1), rcc.Field(0x30, 0, 9) + 1, rcc.Field(0x30, 9, 7) + 1);
                return input / m * n / p;
        }
    }

    private static UsartBlock Usart(int number, uint at, uint enable, int bit, int interrupt) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, interrupt, HasIcr: true);

    private static TimerBlock Timer(
        int number, uint at, uint enable, int bit, int bits, int channels, int interrupt, int? compare, int freeze) =>
        new(number, at, new(enable, bit), enable == APB2ENR ? Bus.Apb2 : Bus.Apb1, bits, channels, interrupt, compare,
            new(enable == APB2ENR ? APB2FZ1 : APB1LFZ1, freeze));
}
