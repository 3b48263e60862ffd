using Nrst.Targets;

namespace Nrst.Diagnosis.Examining;

/// <summary>Whether the program has set the independent watchdog: its prescaler and reload registers are then not as a reset leaves them.</summary>
/// <remarks>"Independent watchdog (IWDG)" of every manual: IWDG_PR at 4, divider 4 shifted by its value; IWDG_RLR at 8, 0xFFF after a reset.</remarks>
internal static class WatchdogLook
{
    // LSI is 32 kHz, or 37 to 40 kHz on old lines; its tolerance is wider than that.
    private const double Hertz = 32_000;
    private const uint AfterReset = 0xFFF;

    public static TimeSpan? Read(ITargetMemory memory, Device device)
    {
        var at = new Address(device.Series is "STM32H7" or "STM32H7RS" ? 0x5800_4800u : 0x4000_3000);
        var (prescaler, reload) = (memory.Read32(at + 4) & 7, memory.Read32(at + 8) & AfterReset);
        return (prescaler, reload) is (0, AfterReset) or (0, 0)
            ? null
            : TimeSpan.FromSeconds(4 * (1 << (int)prescaler) * reload / Hertz);
    }
}
