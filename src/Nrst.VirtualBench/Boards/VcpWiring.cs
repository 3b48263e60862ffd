namespace Nrst.VirtualBench.Boards;

/// <summary>Which USART of the chip the probe's virtual COM port ends at.</summary>
internal static class VcpWiring
{
    private const int PinCodeAt = 9; // STM32F429Z…
    private const char Pins144 = 'Z';

    /// <summary>As on the maker's boards: USART3 where the package has 144 pins (Nucleo-144), else USART2 (Nucleo-64).</summary>
    public static int DefaultUsart(string chip) => chip.Length > PinCodeAt && chip[PinCodeAt] == Pins144 ? 3 : 2;
}
