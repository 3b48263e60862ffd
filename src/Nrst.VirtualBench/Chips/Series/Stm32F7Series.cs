using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>STM32F7: RM0385, RM0410 and RM0431, "Memory map", "RCC register map" and "Debug MCU configuration register".</summary>
/// <remarks>Clocks, timers and serial ports stand where the F4 has them.</remarks>
internal static class Stm32F7Series
{
    private const uint AHB1ENR = Stm32F4Series.AHB1ENR, AHB2ENR = Stm32F4Series.AHB2ENR;
    private const uint APB1ENR = Stm32F4Series.APB1ENR, APB2ENR = Stm32F4Series.APB2ENR;

    public static SeriesDescription? Describe(Device device) => device.DeviceId switch
    {
        0x449 => Make("STM32F74x", "ABCDEFGHIJK", CoreKind.M7F, 98),
        0x451 => Make("STM32F76x", "ABCDEFGHIJK", CoreKind.M7D, 110),
        0x452 => Make("STM32F72x", "ABCDEFGHI", CoreKind.M7F, 104),
        _ => null,
    };

    private static SeriesDescription Make(string name, string ports, CoreKind core, int interrupts) => new()
    {
        Name = name,
        Core = core,
        Rcc = Stm32F4Series.Rcc with
        {
            ResetValues =
            [
                (0x00, 0x0000_0083), (0x04, 0x2400_3010), (0x30, 0x0010_0000), (0x50, 0x7EF7_B7FF), (0x54, 0xF1), (0x58, 3),
                (0x60, 0xFFFF_CBFF), (0x64, 0x04F7_7F33), (0x84, 0x2400_3000), (0x88, 0x2400_3000),
            ],
        },
        Dbgmcu = new DbgmcuDescription(0xE004_2000,
        [
            new(0x04, 0xE7), new(Stm32F4Series.APB1_FZ, uint.MaxValue, Freezes: true), new(Stm32F4Series.APB2_FZ, uint.MaxValue, Freezes: true),
        ])
        {
            Iwdg = new FreezeBit(Stm32F4Series.APB1_FZ, 12),
            Wwdg = new FreezeBit(Stm32F4Series.APB1_FZ, 11),
        },
        FlashInterrupt = 4,
        InterruptLines = interrupts,
        HasBootAlias = false, // ITCM RAM is at address 0; the option bytes say where the vectors are
        PeripheralWindows = [(0x4000_0000, 0x8_0000), (0x5000_0000, 0x6_1000), (0xA000_0000, 0x2000)],
        Blocks =
        [
            .. ports.Select(port => new GpioBlock(port, 0x4002_0000 + ((uint)(port - 'A') * 0x400), new(AHB1ENR, port - 'A'))),
            .. Stm32F4Series.Usarts.Where(usart => usart.Number <= 8).Select(usart => usart with { HasIcr = true }),
            .. Stm32F4Series.Timers,
            new OtherBlock(0x4002_3000, new(AHB1ENR, 12), _ => new CrcCalculator(configurable: true)),
            new DmaBlock(0x4002_6000, new(AHB1ENR, 21), HasStreams: true),
            new OtherBlock(0x4002_6400, new(AHB1ENR, 22), _ => new RegisterFile()),
            new OtherBlock(0x5006_0800, new(AHB2ENR, 6), _ => new Rng()),
            new OtherBlock(0x4000_7000, new(APB1ENR, 28), _ => new Pwr()),
            new SyscfgBlock(0x4001_3800, new(APB2ENR, 14), ModeRegister: null),
            new OtherBlock(0x4001_3C00, null, chip => new Exti(chip)),
            new OtherBlock(0x4001_2000, null, _ => new Adc()),
            new OtherBlock(0x4000_2800, null, _ => new Rtc()),
            new IwdgBlock(0x4000_3000, HasWindow: true),
            new WwdgBlock(0x4000_2C00, new(APB1ENR, 11), 0),
        ],
    };
}
