namespace Nrst.Targets;

/// <summary>
/// Which file describes which DEV_ID, and where each line keeps its identity code: <c>data/devices/index.txt</c>. It is what
/// lets a command read one device file instead of all. A test holds it against the files.
/// </summary>
internal sealed record DeviceIndex(IReadOnlyList<DeviceIndex.Entry> Entries)
{
    /// <param name="File">Without its extension: <c>stm32h7-74x</c>.</param>
    internal sealed record Entry(string File, IdCodePlace Place, IReadOnlyList<ushort> Ids)
    {
        /// <summary>How the part numbers in this file begin: its name up to the hyphen.</summary>
        public string Prefix { get; } = File.Split('-')[0].ToUpperInvariant();
    }

    /// <summary><c>stm32f4: 0xE004_2000: 0x413 0x419</c>, one file a line; <c>#</c> begins a remark.</summary>
    public static DeviceIndex Parse(string text)
    {
        var entries = new List<Entry>();
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            if (line.Split(": ") is not [var file, var place, var ids])
            {
                throw new InvalidDataException($"index.txt: '{line}' is not a line such as 'stm32f4: 0xE004_2000: 0x413 0x419'.");
            }

            entries.Add(new Entry(file, Notation.IdCode(place, accessPort: 0), [.. ids.Split(' ').Select(id => (ushort)Notation.Hex(id))]));
        }

        return new DeviceIndex(entries);
    }

    /// <summary>The files that can hold a part of this name or beginning of a name, in upper case.</summary>
    public IEnumerable<Entry> For(string name)
    {
        var deepest = Entries.Where(entry => name.StartsWith(entry.Prefix, StringComparison.Ordinal)).Select(entry => entry.Prefix.Length).DefaultIfEmpty(0).Max();
        return Entries.Where(entry => entry.Prefix.StartsWith(name, StringComparison.Ordinal)
            || (entry.Prefix.Length == deepest && name.StartsWith(entry.Prefix, StringComparison.Ordinal)));
    }
}
