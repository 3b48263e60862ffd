namespace Nrst.Targets;

/// <summary>What a name led to.</summary>
/// <param name="Found">Null where no part or more than one can be meant.</param>
/// <param name="Candidates">All parts that can be meant, where they are several and differ.</param>
/// <param name="Near">Where none can be meant: names that look alike.</param>
public sealed record PartLookup((Device Device, Part Part)? Found, IReadOnlyList<string> Candidates, IReadOnlyList<string> Near)
{
    private const int MostNear = 5;
    private const int FarthestNear = 3;
    private const int LineLength = 7; // STM32F4

    internal static PartLookup Of(string name, DeviceIndex index, Func<string, IReadOnlyList<Device>> read)
    {
        var asked = name.Trim().ToUpperInvariant();
        if (asked.Length == 0 || !asked.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '-'))
        {
            return new PartLookup(null, [], []);
        }

        var meant = Rows(index.For(asked)).Where(row => PartNames.CanBe(row.Part.Name, asked)).ToArray();

        // A name that is complete means that part, and of two complete ones the longer: STM32L151C6-A, not STM32L151C6.
        var complete = meant.Where(row => asked.Length >= row.Part.Name.Length - (row.Part.Name.Contains('-', StringComparison.Ordinal) ? 1 : 0)).ToArray();
        if (complete.Length > 0)
        {
            var longest = complete.Max(row => row.Part.Name.Length);
            meant = [.. complete.Where(row => row.Part.Name.Length == longest)];
            if (meant.Where(row => asked.StartsWith(row.Part.Name, StringComparison.Ordinal)).ToArray() is [var literal])
            {
                meant = [literal]; // an X can also be the letter of a package
            }
        }

        return meant switch
        {
            [] => new PartLookup(null, [], Alike(asked, index, read)),
            [var only] => new PartLookup(only, [], []),
            _ when AreAlike(meant) => new PartLookup((meant[0].Device, meant[0].Part with { Name = PartNames.Common([.. meant.Select(row => row.Part.Name)]) }), [], []),
            _ => new PartLookup(null, [.. meant.Select(row => row.Part.Name).Order(StringComparer.Ordinal)], []),
        };

        IEnumerable<(Device Device, Part Part)> Rows(IEnumerable<DeviceIndex.Entry> entries) =>
            entries.SelectMany(entry => read(entry.File)).SelectMany(device => device.Parts, (device, part) => (device, part));
    }

    /// <summary>They differ in pins only: one row of a device file.</summary>
    private static bool AreAlike((Device Device, Part Part)[] rows) => rows.All(row =>
        row.Device == rows[0].Device && ReferenceEquals(row.Part.Layouts, rows[0].Part.Layouts) && ReferenceEquals(row.Part.Ram, rows[0].Part.Ram));

    private static string[] Alike(string asked, DeviceIndex index, Func<string, IReadOnlyList<Device>> read)
    {
        var line = asked[..Math.Min(asked.Length, LineLength)];
        DeviceIndex.Entry[] entries = [.. index.For(line)];
        return
        [
            .. (entries.Length > 0 ? entries : index.Entries)
                .SelectMany(entry => read(entry.File))
                .SelectMany(device => device.Parts)
                .Select(part => (part.Name, Distance: PartNames.Distance(part.Name, asked[..Math.Min(asked.Length, part.Name.Length)])))
                .Where(part => part.Distance <= FarthestNear)
                .OrderBy(part => part.Distance).ThenBy(part => part.Name, StringComparer.Ordinal)
                .Take(MostNear)
                .Select(part => part.Name),
        ];
    }
}
