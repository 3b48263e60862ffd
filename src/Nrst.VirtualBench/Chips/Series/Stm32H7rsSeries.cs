using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32H7R and H7S: RM0477, "Memory organization", "RCC register map" and "Debug infrastructure".</summary>
/// <remarks>What a debugger and a change of the clocks need; no USART, no timer, no external memory.</remarks>
internal static class Stm32H7rsSeries
{
    private const uint AHB1ENR = 0x138, AHB4ENR = 0x140, APB1ENR = 0x148, APB4ENR = 0x154;

    public static SeriesDescription? Describe(Device device) => device.DeviceId == 0x485
        ? new SeriesDescription
        {
            Name = "STM32H7RS",
            Core = CoreKind.M7D,
            Rcc = Rcc,
            Dbgmcu = new DbgmcuDescription(0x5C00_1000,
            [
                new(0x04, 0x0030_0007), new(0x1C, uint.MaxValue), new(0x24, uint.MaxValue), new(0x3C, uint.MaxValue, Freezes: true),
                new(0x4C, uint.MaxValue), new(0x54, uint.MaxValue, Freezes: true),
            ])
            {
                Iwdg = new FreezeBit(0x54, 18),
                Wwdg = new FreezeBit(0x3C, 11),
            },
            FlashInterrupt = 8,
            InterruptLines = 156,
            HasBootAlias = false,
            Ports = [new(0, PortKind.Debug, 0x5477_0002, 0xE00E_0003), new(1, PortKind.Core, 0x8477_0001, 0xE00F_E003)],
            PeripheralWindows = [(0x4000_0000, 0x2000_0000)],
            Blocks =
            [
                .. "ABCDEFGH".Select(port => new GpioBlock(port, 0x5802_0000 + ((uint)(port - 'A') * 0x400), new(AHB4ENR, port - 'A'))),
                new OtherBlock(0x5802_4C00, new(AHB4ENR, 19), _ => new CrcCalculator(configurable: true)),
                new OtherBlock(0x5802_4800, null, chip => new SupplyControl(chip)),
                new OtherBlock(0x5800_0400, new(APB4ENR, 1), _ => new RegisterFile()),
                new IwdgBlock(0x5800_4800, HasWindow: true),
                new WwdgBlock(0x4000_2C00, new(APB1ENR, 11), 3),
            ],
        }
        : null;

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x5802_4400,
        ResetValues = [(0x00, 0x0000_0021), (0x28, 0x0202_0200), (0x30, 0x0101_0280), (0x38, 0x0101_0280), (0x40, 0x0101_0280)],
        Oscillators =
        [
            // What the H7 calls CSI takes the place of an MSI.
            new(Clock.Hsi, 0x00, 0, 2, 4_000), new(Clock.Msi, 0x00, 7, 8, 2_000), new(Clock.Other, 0x00, 12, 13, 3_500),
            new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Pll, 0x00, 24, 25, 50_000), new(Clock.Other, 0x00, 26, 27, 50_000),
            new(Clock.Other, 0x00, 28, 29, 50_000), new(Clock.Lse, 0x70, 0, 1, 500_000_000), new(Clock.Lsi, 0x74, 0, 1, 80_000),
        ],
        Switch = new ClockSwitch(0x10, 0, 3, 3, [Clock.Hsi, Clock.Msi, Clock.Hse, Clock.Pll]),
        Ahb = new Divider(0x1C, 0),
        Apb1 = new Divider(0x20, 0),
        Apb2 = new Divider(0x20, 4),
        Hertz = Hertz,
        ResetFlags = new ResetFlags(0x130, 0x55FA_0000, 16, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x00E0_0000, // PORRSTF, and with it BORRSTF and PINRSTF
            [ResetSource.Pin] = 0x0040_0000,
            [ResetSource.Software] = 0x0100_0000,
            [ResetSource.IndependentWatchdog] = 0x0400_0000,
            [ResetSource.WindowWatchdog] = 0x1000_0000,
        }),
        Backup = new BackupDomain(0x70, 16),
        PeripheralResets = [(0x80, AHB1ENR), (0x88, AHB4ENR), (0x90, APB1ENR), (0x9C, APB4ENR)],
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
}
