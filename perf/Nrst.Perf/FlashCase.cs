namespace Nrst.Perf;

/// <summary>One image for one chip, and what the silicon needs for it.</summary>
/// <param name="Script">OpenOCD's target script; null where OpenOCD does not know the chip.</param>
/// <param name="StFlash">st-flash 1.7 knows the chip.</param>
/// <param name="Erase">Seconds of erasing what the image touches, typical and longest, at the widest parallelism 3.3 V allows.</param>
/// <param name="Program">The same for programming.</param>
/// <param name="Hash">Seconds of a hash over the image with the chip's own CRC unit.</param>
internal sealed record FlashCase(
    string Name, string Part, int Bytes, string? Script, bool StFlash, (double Typical, double Max) Erase, (double Typical, double Max) Program, double Hash)
{
    /// <summary>From the data sheets' "Flash memory characteristics": so many units of so many seconds.</summary>
    public static IReadOnlyList<FlashCase> All { get; } =
    [
        new("F103", "STM32F103RB", 65_536, "stm32f1x", true, Times(64, 20e-3, 40e-3), Times(32_768, 52.5e-6, 70e-6), 0.020),
        new("F407", "STM32F407VG", 70_468, "stm32f4x", true, (1.55, 3.1), Times(17_617, 16e-6, 100e-6), 0.003),
        new("H743", "STM32H743ZI", 66_744, "stm32h7x", true, (1, 2), Times(2_086, 100e-6, 200e-6), 0.003),
        new("H725", "STM32H725ZG", 383_624, "stm32h7x", true, (3, 6), Times(11_989, 100e-6, 200e-6), 0.015),
        new("L073", "STM32L073RZ", 66_748, "stm32l0", true, Times(522, 3.28e-3, 3.94e-3), Times(1_043, 3.28e-3, 3.94e-3), 0.010),
        new("L476", "STM32L476RG", 262_144, "stm32l4x", true, Times(128, 22.02e-3, 24.47e-3), Times(32_768, 81.69e-6, 90.76e-6), 0.027),
        new("G071", "STM32G071RB", 65_536, "stm32g0x", true, Times(32, 22e-3, 40e-3), Times(8_192, 85e-6, 125e-6), 0.003),
        new("H563", "STM32H563ZI", 524_288, null, false, Times(64, 2e-3, 5e-3), Times(32_768, 31e-6, 62e-6), 0.020),
    ];

    /// <summary>
    /// What no programmer can beat: the erase, the programming, and the hash, one after the other. The transfer hides behind the erase and the
    /// programming, as far as they last.
    /// </summary>
    public double Bound(Setting setting)
    {
        var (erase, program) = setting.MaxTimes ? (Erase.Max, Program.Max) : (Erase.Typical, Program.Typical);
        var transfer = (Bytes + 3) / 4 * setting.Probe.SecondsPerWord;
        return erase + Math.Max(program, transfer - erase) + Hash;
    }

    /// <summary>The same for a chip that is blank already.</summary>
    public double BlankBound(Setting setting) =>
        Math.Max(setting.MaxTimes ? Program.Max : Program.Typical, (Bytes + 3) / 4 * setting.Probe.SecondsPerWord) + Hash;

    private static (double Typical, double Max) Times(int units, double typical, double max) => (units * typical, units * max);
}

/// <summary>A probe at its clock. A word on the wire takes 46 clocks and what the probe's firmware adds.</summary>
/// <param name="Exchange">Seconds of a command and its answer where nothing else is said.</param>
internal sealed record ProbeSetting(string Kind, int Kilohertz, double Exchange, double SecondsPerWord)
{
    public static ProbeSetting V2 { get; } = new("v2", 4_000, 0.20e-3, 13.0e-6);

    public static ProbeSetting V3 { get; } = new("v3", 24_000, 0.13e-3, 3.72e-6);

    public string Name => $"{Kind.ToUpperInvariant()} {Kilohertz / 1000} MHz";
}

/// <summary>How the world around a job is.</summary>
/// <param name="Exchange">Seconds of a command and its answer.</param>
/// <param name="MaxTimes">The flash takes the longest its data sheet allows, else the typical time.</param>
internal sealed record Setting(ProbeSetting Probe, double Exchange, bool MaxTimes = false)
{
    public static Setting Usual(ProbeSetting probe) => new(probe, probe.Exchange);
}
