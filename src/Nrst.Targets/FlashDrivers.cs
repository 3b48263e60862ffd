namespace Nrst.Targets;

/// <summary>The controller generations, and which of them nrst can drive. A new driver is one word in <see cref="Written"/>.</summary>
public static class FlashDrivers
{
    /// <summary>There is a driver in Nrst.Flash.</summary>
    public static IReadOnlyList<string> Written { get; } =
    [
        "stm32f0", "stm32f1", "stm32f1xl", "stm32f4", "stm32f7", "stm32g0", "stm32g4", "stm32h5", "stm32h7", "stm32h7ab",
        "stm32h7rs", "stm32l0", "stm32l1", "stm32l4", "stm32l5", "stm32u0", "stm32u3", "stm32u5", "stm32wb", "stm32wb0", "stm32wba", "stm32wl",
    ];

    /// <summary>Every generation the device files may name.</summary>
    public static IReadOnlyList<string> Known { get; } =
    [
        "stm32f0", "stm32f1", "stm32f1xl", "stm32f4", "stm32f7", "stm32l0", "stm32l1", "stm32l4", "stm32g0", "stm32u0", "stm32g4",
        "stm32wb", "stm32wl", "stm32l5", "stm32u5", "stm32u3", "stm32wba", "stm32h5", "stm32h7", "stm32h7ab", "stm32h7rs", "stm32wb0",
    ];

    public static bool IsWritten(string driver) => Written.Contains(driver);
}
