using Nrst.Bootloaders.Dfu;
using Nrst.Targets;

namespace Nrst;

/// <param name="Exact">The layout is the one the loader tells, and not only a part of it.</param>
internal sealed record RomCandidate(Device Device, Part Part, BankedLayout Layout, bool Exact);

/// <summary>Which chips can be behind what a loader tells of its memories.</summary>
internal static class RomCandidates
{
    /// <summary>Those that fit best, none where none fits.</summary>
    public static IReadOnlyList<RomCandidate> Of(DfuDescription description, DfuLayout told)
    {
        var sectors = told.Sectors.ToHashSet();
        var fitting = DeviceDatabase.All
            .SelectMany(device => device.Parts, (device, part) => (Device: device, Part: part))
            .SelectMany(row => row.Part.Layouts, (row, layout) => (row.Device, row.Part, Layout: layout, Agrees: Agree(layout, told, sectors)))
            .Where(row => row.Agrees is not null)
            .Select(row => (Candidate: new RomCandidate(row.Device, row.Part, row.Layout, row.Agrees == true), Score: Score(description, row.Device)))
            .ToList();

        // Only by another memory can one be told from another: so the places of those decide first, and the extent of the flash then.
        var best = fitting.Count == 0 ? 0 : fitting.Max(one => one.Score);
        return [.. fitting.Where(one => one.Score == best).Select(one => one.Candidate).OrderByDescending(candidate => candidate.Exact)];
    }

    /// <summary>True where the two are the same; false where the layout is some of what is told; null where they contradict each other.</summary>
    public static bool? Agree(BankedLayout layout, DfuLayout told) => Agree(layout, told, told.Sectors.ToHashSet());

    private static bool? Agree(BankedLayout layout, DfuLayout told, HashSet<AddressRange> sectors)
    {
        var known = 0;
        foreach (var sector in layout.Sectors)
        {
            if (!sectors.Contains(sector.Range))
            {
                return null;
            }

            known++;
        }

        return known == sectors.Count && told.Flaw is null;
    }

    /// <summary>How well the other memories fit: one for each told one that the device has, and one less for each it has not.</summary>
    private static int Score(DfuDescription description, Device device) => description.Alternates
        .Where(alternate => alternate.Layout.Purpose is DfuPurpose.Options or DfuPurpose.Otp or DfuPurpose.Eeprom)
        .SelectMany(alternate => alternate.Layout.Segments.Select(segment => (alternate.Layout.Purpose, segment.Start)))
        .DistinctBy(told => (told.Purpose, told.Start))
        .Sum(told => Places(device, told.Purpose).ToList() switch
        {
            [] => 0,
            var places => places.Any(place => place.Contains(told.Start)) ? 1 : -1,
        }) - Places(device, DfuPurpose.Options).Count(place => !description.Alternates
            .Where(alternate => alternate.Layout.Purpose is DfuPurpose.Options)
            .Any(alternate => alternate.Layout.Segments.Any(segment => place.Contains(segment.Start))));

    private static IEnumerable<AddressRange> Places(Device device, DfuPurpose purpose) => purpose is DfuPurpose.Eeprom
        ? device.Parts.SelectMany(part => part.Eeprom).Select(eeprom => eeprom.Range)
        : device.OtherMemories
            .Where(memory => memory.Name.StartsWith(purpose is DfuPurpose.Otp ? "OTP" : "option bytes", StringComparison.OrdinalIgnoreCase))
            .Select(memory => memory.Range);
}
