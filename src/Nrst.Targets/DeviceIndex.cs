namespace Nrst.Targets;

/// <summary>
/// Which file describes which DEV_ID, and where each line keeps its identity code: <c>data/devices/index.txt</c>. It is what
/// lets a command read one device file instead of all. A test holds it against the files.
/// </summary>
internal sealed record DeviceIndex(IReadOnlyList<DeviceIndex.Entry> Entries)
{
    /// <param name="File">Without its extension: <c>stm32h7-4x</c>.</param>
    internal sealed record Entry(string File, string Core, IReadOnlyList<IdCodePlace> Places, IReadOnlyList<ushort> Ids)
    {
        /// <summary>How the part numbers in this file begin: its name up to the hyphen.</summary>
        public string Prefix { get; } = File.Split('-')[0].ToUpperInvariant();
    }

    /// <summary><c>stm32f4: Cortex-M4F: 0xE004_2000: 0x413 0x419</c>, one file a line; <c>#</c> begins a remark.</summary>
    public static DeviceIndex Parse(string text)
    {
        var entries = new List<Entry>();
        foreach (var line in Lines(text))
        {
            if (line.Split(": ") is not [var file, var core, var places, var ids])
            {
                throw new InvalidDataException($"index.txt: '{line}' is not a line such as 'stm32f4: Cortex-M4F: 0xE004_2000: 0x413 0x419'.");
            }

            entries.Add(new Entry(
                file,
                core,
                [.. places.Split(", ").Select(place => Notation.IdCode(place, accessPort: 0))],
                [.. ids.Split(' ').Select(id => (ushort)Notation.Hex(id))]));
        }

        return new DeviceIndex(entries);
    }

    public static IEnumerable<string> Lines(string text) => text
        .Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        .Where(line => !line.StartsWith('#'));

    /// <summary>The files that can hold a part of this name or beginning of a name; <c>X</c> stands for any letter.</summary>
    public IEnumerable<Entry> For(string name)
    {
        var fitting = Entries.Where(entry => PartNames.Fits(entry.Prefix, name)).ToArray();
        var deepest = fitting.Where(entry => entry.Prefix.Length <= name.Length).Select(entry => entry.Prefix.Length).DefaultIfEmpty(0).Max();
        return fitting.Where(entry => entry.Prefix.Length >= deepest || name.Contains('X', StringComparison.Ordinal));
    }
}
