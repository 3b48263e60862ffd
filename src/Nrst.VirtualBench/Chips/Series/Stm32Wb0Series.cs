using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32WB0: RM0530, "Memory organization" and "RCC register map". There is no DBGMCU.</summary>
internal static class Stm32Wb0Series
{
    private const uint AHBENR = 0x50, APB1ENR = 0x58;

    public static SeriesDescription? Describe(Device device) => device.DeviceId is 0x01E or 0x028 or 0x032
        ? new SeriesDescription
        {
            Name = "STM32WB0",
            Rcc = Rcc,
            Dbgmcu = new DbgmcuDescription(0xFFFF_FC00, []),
            FlashInterrupt = 0,
            InterruptLines = 32,
            HasBootAlias = false,
            PeripheralWindows = [(0x4000_0000, 0x1000_0000)],
            Blocks =
            [
                // SYSCFG: DIE_ID, and JTAG_ID with the maker's code below the number of the device.
                new OtherBlock(0x4000_0000, null, _ => new RegisterFile((0x04, (uint)device.DeviceId << 12 | 0x041))),
                new GpioBlock('A', 0x4800_0000, new(AHBENR, 2)),
                new GpioBlock('B', 0x4810_0000, new(AHBENR, 3)),
                new UsartBlock(1, 0x4100_4000, new(APB1ENR, 10), Bus.Apb1, 8, HasIcr: true),
                new OtherBlock(0x4820_0000, new(AHBENR, 12), _ => new CrcCalculator(configurable: true)),
                new IwdgBlock(0x4000_3000, HasWindow: true),
            ],
        }
        : null;

    private static RccDescription Rcc { get; } = new()
    {
        At = 0x4840_0000,
        // HSI is ready; the 64 MHz of its PLL are divided by four.
        ResetValues = [(0x00, 0x0000_0400), (0x08, 0x0000_0240), (AHBENR, 0x0000_000C)],
        Oscillators =
        [
            new(Clock.Lsi, 0x00, 2, 3, 80_000), new(Clock.Lse, 0x00, 4, 5, 500_000_000), new(Clock.Other, 0x00, 13, 14, 50_000),
            new(Clock.Hse, 0x00, 16, 17, 2_000_000),
        ],
        Switch = new ClockSwitch(0x08, 1, 3, 1, [Clock.Hsi, Clock.Hse]),
        Ahb = new Divider(0x0C, 0),
        Apb1 = new Divider(0x0C, 8),
        Apb2 = new Divider(0x0C, 8),
        Hertz = (rcc, clock) => (clock == Clock.Hse ? 32_000_000 : 64_000_000) >> (int)rcc.Field(0x08, 5, 3),
        ResetFlags = new ResetFlags(0x94, 0x7C00_0000, 23, new Dictionary<ResetSource, uint>
        {
            [ResetSource.PowerOn] = 0x0C00_0000, // PORRSTF and PADRSTF
            [ResetSource.Pin] = 0x0400_0000,
            [ResetSource.Software] = 0x1000_0000,
            [ResetSource.IndependentWatchdog] = 0x2000_0000,
        }),
        PeripheralResets = [(0x30, AHBENR), (0x38, APB1ENR)],
    };
}
