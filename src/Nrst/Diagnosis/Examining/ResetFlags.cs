using Nrst.Targets;

namespace Nrst.Diagnosis.Examining;

/// <summary>The register of RCC that says what reset the chip last. It is read and never cleared.</summary>
/// <remarks>
/// From the chapter "RCC control/status register (RCC_CSR)" of RM0008, RM0091, RM0090, RM0351, RM0440, RM0444, RM0377, RM0038, RM0434 and RM0461, and
/// "RCC reset status register (RCC_RSR)" of RM0433. Lines that are not here say nothing.
/// </remarks>
internal static class ResetFlags
{
    private static readonly (int Bit, string Name)[] s_classic =
        [(26, "PINRSTF"), (27, "PORRSTF"), (28, "SFTRSTF"), (29, "IWDGRSTF"), (30, "WWDGRSTF"), (31, "LPWRRSTF")];

    private static readonly (int Bit, string Name)[] s_withBrownOut =
        [(25, "BORRSTF"), (26, "PINRSTF"), (27, "PORRSTF"), (28, "SFTRSTF"), (29, "IWDGRSTF"), (30, "WWDGRSTF"), (31, "LPWRRSTF")];

    private static readonly (int Bit, string Name)[] s_lowPower =
        [(25, "OBLRSTF"), (26, "PINRSTF"), (27, "BORRSTF"), (28, "SFTRSTF"), (29, "IWDGRSTF"), (30, "WWDGRSTF"), (31, "LPWRRSTF")];

    private static readonly (int Bit, string Name)[] s_h7 =
        [(21, "BORRSTF"), (22, "PINRSTF"), (23, "PORRSTF"), (24, "SFTRSTF"), (26, "IWDG1RSTF"), (28, "WWDG1RSTF"), (30, "LPWRRSTF")];

    public static IReadOnlyList<string> Read(ITargetMemory memory, Device device)
    {
        if (PlaceOf(device.Series) is not var (at, flags))
        {
            return [];
        }

        var value = memory.Read32(new Address(at));
        return [.. flags.Where(flag => (value >> flag.Bit & 1) != 0).Select(flag => flag.Name)];
    }

    private static (uint At, (int Bit, string Name)[] Flags)? PlaceOf(string series) => series switch
    {
        "STM32F0" or "STM32F1" or "STM32F3" => (0x4002_1024, s_classic),
        "STM32F2" or "STM32F4" or "STM32F7" => (0x4002_3874, s_withBrownOut),
        "STM32L0" => (0x4002_1050, s_classic),
        "STM32L1" => (0x4002_3834, s_classic),
        "STM32L4" or "STM32L4+" or "STM32G4" or "STM32L5" => (0x4002_1094, s_lowPower),
        "STM32G0" or "STM32C0" => (0x4002_1060, s_lowPower),
        "STM32WB" or "STM32WL" => (0x5800_0094, s_lowPower),
        "STM32H7" => (0x5802_44D0, s_h7),
        _ => null,
    };
}
