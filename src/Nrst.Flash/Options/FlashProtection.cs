using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>Who may read the flash.</summary>
public enum ReadProtection
{
    Level0 = 0,

    /// <summary>A debugger gets no flash. Going back to level 0 erases everything.</summary>
    Level1 = 1,

    /// <summary>No debugger, for ever.</summary>
    Level2 = 2,

    /// <summary>Level 0.5 of chips with TrustZone: a debugger gets the non-secure world only.</summary>
    NonSecureOnly = 5,
}

/// <summary>Why some sectors cannot be changed.</summary>
public enum BarrierKind
{
    /// <summary>WRP: no erase, no program.</summary>
    Write,

    /// <summary>PCROP: code in them runs and cannot be read, so it cannot be changed or compared either.</summary>
    Read,

    /// <summary>They belong to a world a debugger is not let into: secure watermarks, a secure area, the radio's core.</summary>
    Secure,
}

/// <summary>Sectors that cannot be changed, and what would lift that.</summary>
/// <param name="Sectors">Their numbers.</param>
/// <param name="Cause">Which option does it: <c>WRP1A covers them</c>.</param>
/// <param name="Lift">The step that lifts it, in words.</param>
public sealed record Barrier(BarrierKind Kind, IReadOnlySet<int> Sectors, string Cause, string Lift);

/// <summary>The whole flash is closed to a debugger by something that is no read-out protection level.</summary>
/// <param name="Fact">What is so: <c>The product state is closed</c>.</param>
/// <param name="Lift">The step that lifts it, in words.</param>
public sealed record Closure(string Fact, string Cause, string Lift);

/// <summary>What the option bytes in force forbid.</summary>
/// <param name="Registers">The registers it was read from, with their values, for evidence.</param>
public sealed record FlashProtection(ReadProtection Read, IReadOnlyList<Barrier> Barriers, IReadOnlyList<string> Registers)
{
    /// <summary>Null where nothing of the kind holds.</summary>
    public Closure? Closed { get; init; }

    /// <summary>Null where everything may be erased at once, as far as there is a command for it; else why not.</summary>
    public string? NoMassErase { get; init; }

    /// <summary>Numbers of sectors that cannot be erased or programmed.</summary>
    public IReadOnlySet<int> WriteProtected => Barriers.SelectMany(barrier => barrier.Sectors).ToHashSet();

    /// <summary>Numbers of sectors that cannot be read.</summary>
    public IReadOnlySet<int> ReadProtected =>
        Barriers.Where(barrier => barrier.Kind != BarrierKind.Write).SelectMany(barrier => barrier.Sectors).ToHashSet();

    /// <summary>Reads the option registers. Changes nothing.</summary>
    public static FlashProtection ReadFrom(ITargetMemory memory, Device device, BankedLayout layout)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(layout);
        return FlashFamilies.Of(device).ReadProtection(memory, device, layout);
    }

    /// <summary>Refuses before anything is changed, and names what stands in the way.</summary>
    internal void Allow(IEnumerable<FlashSector> changed, bool massErase, BankedLayout layout)
    {
        AllowReading();
        var asked = (massErase ? layout.Sectors : changed).Select(sector => sector.Number).ToHashSet();
        var barred = Barriers.Where(barrier => barrier.Sectors.Overlaps(asked)).ToList();
        if (barred.Count > 0)
        {
            var numbers = barred.SelectMany(barrier => barrier.Sectors.Where(asked.Contains)).Distinct().ToList();
            var sectors = Numbers.Show(numbers);
            var secure = barred.All(barrier => barrier.Kind == BarrierKind.Secure);
            throw new RefusedException(
                secure ? "NRST6004" : "NRST6002",
                $"{sectors} {(numbers.Count == 1 ? "is" : "are")} {(secure ? "not open to a debugger" : "write-protected")}; nothing was changed.")
            {
                LikelyCause = string.Join(" ", barred.Select(barrier => barrier.Cause)),
                Evidence = [string.Join(", ", Registers)],
                Remedies = [.. barred.Select(barrier => barrier.Lift).Distinct().Select(lift => new Remedy(lift, "nrst info"))],
            };
        }
    }

    internal void AllowReading()
    {
        if (Closed is { } closed)
        {
            throw new RefusedException("NRST6003", $"{closed.Fact}; nothing was changed.")
            {
                LikelyCause = closed.Cause,
                Evidence = [string.Join(", ", Registers)],
                Remedies = [new Remedy(closed.Lift, "nrst info")],
            };
        }

        if (Read is ReadProtection.Level1 or ReadProtection.Level2)
        {
            throw new RefusedException("NRST6001", $"The flash is read-protected (level {(int)Read}); nothing was changed.")
            {
                LikelyCause = "RDP in the option bytes was set, by a production tool or by the firmware itself.",
                Evidence = [string.Join(", ", Registers)],
                Remedies = [new Remedy("See the protection. Lifting level 1 erases the whole chip; level 2 cannot be lifted.", "nrst info")],
            };
        }
    }

    /// <summary>RDP as nearly every controller keeps it: 0xAA and 0xCC, and level 1 for all else.</summary>
    internal static ReadProtection LevelOf(byte rdp) =>
        rdp switch { 0xAA => ReadProtection.Level0, 0xCC => ReadProtection.Level2, _ => ReadProtection.Level1 };

    /// <summary>RDP in words.</summary>
    internal static string WordsOf(uint rdp) => LevelOf((byte)rdp) switch
    {
        ReadProtection.Level0 => "level 0, no read-out protection",
        ReadProtection.Level2 => "level 2, no debugger for ever",
        _ => "level 1, a debugger gets no flash; lifting it erases the chip",
    };
}
