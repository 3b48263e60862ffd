using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32WBA: RM0493 and RM0515, "Memory organization", "RCC register map" and "Debug support (DBG)". No radio.</summary>
internal static class Stm32WbaSeries
{
    private const uint AHB1ENR = 0x88, AHB2ENR = 0x8C, APB1ENR1 = 0x9C, APB2ENR = 0xA4, APB7ENR = 0xA8, APB1LFZR = 0x08, APB2FZR = 0x10;

    public static SeriesDescription? Describe(Device device) => device.DeviceId is 0x492 or 0x4B0
        ? new SeriesDescription
        {
            Name = "STM32WBA",
            Rcc = Rcc,
            Dbgmcu = new DbgmcuDescription(0xE004_4000,
            [
                new(0x04, 0xF6), new(APB1LFZR, uint.MaxValue, Freezes: true), new(0x0C, uint.MaxValue), new(APB2FZR, uint.MaxValue, Freezes: true),
                new(0x24, uint.MaxValue), new(0x28, uint.MaxValue),
            ])
            {
                Iwdg = new FreezeBit(APB1LFZR, 12),
                Wwdg = new FreezeBit(APB1LFZR, 11),
            },
            FlashInterrupt = 6,
            InterruptLines = 72,
            FlashClock = new EnableBit(AHB1ENR, 8),
            HasBootAlias = false,
            HasSecureAliases = true,
            PeripheralWindows = [(0x4000_0000, 0x1000_0000)],
            Blocks =
            [
                .. "ABCH".Select(port => new GpioBlock(port, 0x4202_0000 + ((uint)(port - 'A') * 0x400), new(AHB2ENR, port - 'A'))),
                new UsartBlock(1, 0x4001_3800, new(APB2ENR, 14), Bus.Apb2, 46, HasIcr: true),
                new UsartBlock(2, 0x4000_4400, new(APB1ENR1, 17), Bus.Apb1, 47, HasIcr: true),
                new TimerBlock(1, 0x4001_2C00, new(APB2ENR, 11), Bus.Apb2, 16, 4, 38, 40, new(APB2FZR, 11)),
                new TimerBlock(2, 0x4000_0000, new(APB1ENR1, 0), Bus.Apb1, 32, 4, 41, null, new(APB1LFZR, 0)),
                new TimerBlock(3, 0x4000_0400, new(APB1ENR1, 1), Bus.Apb1, 16, 4, 42, null, new(APB1LFZR, 1)),
                new OtherBlock(0x4002_3000, new(AHB1ENR, 12), _ => new CrcCalculator(configurable: true)),
                new OtherBlock(0x4003_0400, null, _ => new InstructionCache()),
                new OtherBlock(0x420C_0800, new(AHB2ENR, 18), _ => new Rng()),
                new OtherBlock(0x4600_0400, new(APB7ENR, 1), _ => new RegisterFile()),
                new OtherBlock(0x4600_7800, null, _ => new Rtc()),
                new IwdgBlock(0x4000_3000, HasWindow: true),
                new WwdgBlock(0x4000_2C00, new(APB1ENR1, 11), 0),
            ],
        }
        : null;

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4602_0C00,
        ResetValues = [(0x00, 0x0000_0100), (0x34, 0x0101_0280), (AHB1ENR, 0xC000_0100), (AHB2ENR, 0x4000_0000)],
        Oscillators =
        [
            new(Clock.Hsi, 0x00, 8, 10, 1_000), new(Clock.Hse, 0x00, 16, 17, 2_000_000), new(Clock.Pll, 0x00, 24, 25, 50_000),
            new(Clock.Lse, 0xF0, 0, 1, 500_000_000), new(Clock.Lsi, 0xF0, 26, 27, 80_000),
        ],
        Switch = new ClockSwitch(0x1C, 0, 2, 2, [Clock.Hsi, null, Clock.Hse, Clock.Pll]),
        // HPRE has three bits here; those of a reset and of the usual firmware divide by nothing.
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
        PeripheralResets = [(0x60, AHB1ENR), (0x64, AHB2ENR), (0x74, APB1ENR1), (0x7C, APB2ENR), (0x80, APB7ENR)],
    };

    private static long Hertz(ClockRegisters rcc, Clock clock)
    {
        const long Hsi = 16_000_000, Hse = 32_000_000;
        switch (clock)
        {
            case Clock.Hsi:
                return Hsi;
            case Clock.Hse:
                return Hse;
            default:
                var input = rcc.Field(0x28, 0, 2) switch { 2 => Hsi, 3 => Hse, _ => 0 };
                return input / (rcc.Field(0x28, 8, 3) + 1) * (rcc.Field(0x34, 0, 9) + 1) / (rcc.Field(0x34, 24, 7) + 1);
        }
    }
}
