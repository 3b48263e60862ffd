using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32U3: RM0487, "Memory organization", "RCC register map", "PWR register map" and "Debug support (DBG)".</summary>
internal static class Stm32U3Series
{
    private const uint AHB1ENR1 = 0x88, AHB2ENR1 = 0x8C, AHB1ENR2 = 0x94, APB1ENR1 = 0x9C, APB2ENR = 0xA4, APB3ENR = 0xA8;
    private const uint APB1LFZR = 0x08, APB1HFZR = 0x0C, APB2FZR = 0x10;

    public static SeriesDescription? Describe(Device device) => device.DeviceId is 0x454 or 0x42A
        ? new SeriesDescription
        {
            Name = "STM32U3",
            Rcc = Rcc,
            Dbgmcu = new DbgmcuDescription(0xE004_4000,
            [
                new(0x04, 0xF6), new(APB1LFZR, uint.MaxValue, Freezes: true), new(APB1HFZR, uint.MaxValue, Freezes: true),
                new(APB2FZR, uint.MaxValue, Freezes: true), new(0x14, uint.MaxValue), new(0x20, uint.MaxValue),
            ])
            {
                Iwdg = new FreezeBit(APB1LFZR, 12),
                Wwdg = new FreezeBit(APB1LFZR, 11),
            },
            FlashInterrupt = 6,
            InterruptLines = 125,
            FlashClock = new EnableBit(AHB1ENR1, 8),
            HasBootAlias = false,
            HasSecureAliases = true,
            PeripheralWindows = [(0x4000_0000, 0x1000_0000)],
            Blocks =
            [
                .. "ABCDEGH".Select(port => new GpioBlock(port, 0x4202_0000 + ((uint)(port - 'A') * 0x400), new(AHB2ENR1, port - 'A'))),
                new UsartBlock(1, 0x4001_3800, new(APB2ENR, 14), Bus.Apb2, 61, HasIcr: true),
                new UsartBlock(3, 0x4000_4800, new(APB1ENR1, 18), Bus.Apb1, 63, HasIcr: true),
                new TimerBlock(1, 0x4001_2C00, new(APB2ENR, 11), Bus.Apb2, 16, 4, 42, 44, new(APB2FZR, 11)),
                new TimerBlock(2, 0x4000_0000, new(APB1ENR1, 0), Bus.Apb1, 32, 4, 45, null, new(APB1LFZR, 0)),
                new TimerBlock(3, 0x4000_0400, new(APB1ENR1, 1), Bus.Apb1, 32, 4, 46, null, new(APB1LFZR, 1)),
                new OtherBlock(0x4002_3000, new(AHB1ENR1, 12), _ => new CrcCalculator(configurable: true)),
                new OtherBlock(0x4003_0400, null, _ => new InstructionCache()),
                // R1EN, R2EN and BOOSTEN with their answers; a reset leaves range 2.
                new OtherBlock(0x4003_0800, new(AHB1ENR2, 2), _ => new VoltageRanges(0x0C, [(1, 1 << 16), (2, 1 << 17), (1 << 8, 1 << 24)], resetValue: 0x0002_0002)),
                new OtherBlock(0x420C_0800, new(AHB2ENR1, 18), _ => new Rng()),
                new IwdgBlock(0x4000_3000, HasWindow: true),
                new WwdgBlock(0x4000_2C00, new(APB1ENR1, 11), 0),
            ],
        }
        : null;

    /// <summary>There is no PLL: MSIS is one of two oscillators with a divider.</summary>
    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4003_0C00,
        ResetValues = [(0x00, 0x0000_0035), (0x08, 0xA000_0000), (AHB1ENR1, 0x0000_0100)],
        Oscillators =
        [
            new(Clock.Msi, 0x00, 0, 2, 5_000), new(Clock.Other, 0x00, 4, 5, 5_000), new(Clock.Hsi, 0x00, 8, 10, 1_000), new(Clock.Other, 0x00, 12, 13, 3_000),
            new(Clock.Hse, 0x00, 16, 17, 2_000_000, Bypass: 18), new(Clock.Lse, 0xF0, 0, 1, 500_000_000), new(Clock.Lsi, 0xF0, 26, 27, 80_000),
        ],
        Switch = new ClockSwitch(0x1C, 0, 2, 2, [Clock.Msi, Clock.Hsi, Clock.Hse, null]),
        Ahb = new Divider(0x20, 0),
        Apb1 = new Divider(0x20, 4),
        Apb2 = new Divider(0x20, 8),
        Hertz = (rcc, clock) => clock switch
        {
            // MSISSEL: 96 MHz or 24 MHz; MSISDIV divides by 1, 2, 4 or 8.
            Clock.Msi => (rcc.Field(0x08, 31, 1) != 0 ? 24_000_000 : 96_000_000) >> (int)rcc.Field(0x08, 29, 2),
            Clock.Hsi => 16_000_000,
            _ => rcc.HseHertz,
        },
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
        PeripheralResets = [(0x60, AHB1ENR1), (0x64, AHB2ENR1), (0x74, APB1ENR1), (0x7C, APB2ENR), (0x80, APB3ENR)],
    };
}
