using Nrst.Targets;

namespace Nrst.Perf;

/// <summary>One image for one chip, and what the silicon needs for it.</summary>
/// <param name="Script">OpenOCD's target script; null where OpenOCD does not know the chip.</param>
/// <param name="StFlash">st-flash 1.7 knows the chip.</param>
/// <param name="HashHertz">The clock at which a hash over the image is taken to run, at 2.5 cycles a byte.</param>
internal sealed record FlashCase(string Name, string Part, int Bytes, string? Script, bool StFlash, double HashHertz)
{
    private const double HashCycles = 2.5;

    public static IReadOnlyList<FlashCase> All { get; } =
    [
        new("F103", "STM32F103RB", 65_536, "stm32f1x", true, 8e6),
        new("F407", "STM32F407VG", 70_468, "stm32f4x", true, 60e6),
        new("H743", "STM32H743ZI", 66_744, "stm32h7x", true, 64e6),
        new("H725", "STM32H725ZG", 383_624, "stm32h7x", true, 64e6),
        new("L073", "STM32L073RZ", 66_748, "stm32l0", true, 16e6),
        new("L476", "STM32L476RG", 262_144, "stm32l4x", true, 24e6),
        new("G071", "STM32G071RB", 65_536, "stm32g0x", true, 64e6),
        new("H563", "STM32H563ZI", 524_288, null, false, 64e6),
    ];

    /// <summary>Seconds of a hash over the image with the chip's own CRC unit.</summary>
    public double Hash => Bytes * HashCycles / HashHertz;

    public SiliconTime Silicon(bool max) => SiliconTime.Of(Part, Bytes, max);

    /// <summary>
    /// What no programmer can beat: the erase, the programming, and the hash, one after the other. The transfer hides behind the erase and the
    /// programming, as far as they last.
    /// </summary>
    public double Bound(Setting setting)
    {
        var (erase, program) = Silicon(setting.MaxTimes);
        var transfer = (Bytes + 3) / 4 * setting.Probe.SecondsPerWord;
        return erase + Math.Max(program, transfer - erase) + Hash;
    }

    /// <summary>The same for the one erase unit that this byte of the image is in, with what the image has there.</summary>
    public double SectorBound(Setting setting, int at)
    {
        var part = DeviceDatabase.FindPart(Part)!.Value;
        var start = part.Device.Flash.Start.Value;
        var sector = part.Part.Layouts[0].Sectors.Single(one => one.Range.Start.Value <= start + (uint)at && start + (uint)at <= one.Range.Last.Value);
        var from = (int)(sector.Range.Start.Value - start);
        var bytes = Math.Min(Bytes - from, (int)sector.Range.Length);
        var (to, before) = (SiliconTime.Of(Part, from + bytes, setting.MaxTimes), from == 0 ? default : SiliconTime.Of(Part, from, setting.MaxTimes));
        var transfer = (bytes + 3) / 4 * setting.Probe.SecondsPerWord;
        var (erase, program) = (to.Erase - before.Erase, to.Program - before.Program);
        return erase + Math.Max(program, transfer - erase) + Hash;
    }

    /// <summary>The same for a chip that is blank already.</summary>
    public double BlankBound(Setting setting) =>
        Math.Max(Silicon(setting.MaxTimes).Program, (Bytes + 3) / 4 * setting.Probe.SecondsPerWord) + Hash;
}

/// <summary>Seconds that the flash itself is busy for, from the device data: page by page, at the widest parallelism that 3.3 V allows.</summary>
internal readonly record struct SiliconTime(double Erase, double Program)
{
    /// <param name="bytes">Of an image at the beginning of the flash.</param>
    /// <param name="max">The longest times instead of the typical.</param>
    public static SiliconTime Of(string part, int bytes, bool max)
    {
        var (device, found) = DeviceDatabase.FindPart(part)!.Value;
        var (flash, times) = (device.Flash, device.Flash.Times);
        var end = flash.Start.Value + (uint)bytes;
        var erase = found.Layouts[0].Sectors.Where(sector => sector.Range.Start.Value < end).Sum(sector =>
            times.Erase.Where(one => one.UnitBytes == sector.Range.Length).MaxBy(one => one.Bits) is { } one ? Seconds(one.Typical, one.Max)
                : throw new InvalidOperationException($"No erase time for {sector.Range.Length} bytes of {part}."));
        var (typical, longest) = times.ProgramAt.MaxBy(one => one.Bits) is { } widest ? (widest.Typical, widest.Max) : (times.ProgramTypical, times.ProgramMax);

        // A row that takes no longer than a word (L0, L1) is how everybody programs; other rows want a mass erase first.
        var unit = flash.Burst is { } row && times.Burst is { } burst && burst.Typical <= typical ? row : flash.WriteUnit;
        return new SiliconTime(erase, (bytes + unit - 1) / unit * Seconds(typical, longest));

        double Seconds(TimeSpan typical, TimeSpan longest) => (max ? longest : typical).TotalSeconds;
    }
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
