using System.Collections.Concurrent;
using System.Reflection;

namespace Nrst.Targets;

/// <summary>Every chip nrst knows, from the files in <c>data/devices</c>. A file is read and checked when it is first asked for.</summary>
public static class DeviceDatabase
{
    private const int PartNumberLength = 11;

    private static readonly Lazy<DeviceIndex> Index = new(() => DeviceIndex.Parse(Resource("index.txt")));
    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<Device>>> Files = new(StringComparer.Ordinal);
    private static readonly Lazy<IReadOnlyList<Device>> Devices = new(ReadAll);

    /// <summary>All of them. Reads every file: for tests and lists, not for the way to a chip.</summary>
    public static IReadOnlyList<Device> All => Devices.Value;

    /// <summary>Where to look for an identity code, each place once; the lines that share one are told apart by what it says.</summary>
    public static IReadOnlyList<IdCodePlace> IdCodePlaces { get; } = [.. Index.Value.Entries.Select(entry => entry.Place).Distinct()];

    /// <summary>Names of the device files read so far.</summary>
    internal static IEnumerable<string> FilesRead => Files.Keys;

    /// <summary>The device with this DBGMCU_IDCODE.DEV_ID; null where nrst does not know it.</summary>
    public static Device? FindById(ushort deviceId) =>
        Index.Value.Entries.FirstOrDefault(entry => entry.Ids.Contains(deviceId)) is { } entry
            ? Read(entry.File).First(device => device.DeviceId == deviceId)
            : null;

    /// <summary>
    /// The part of this name, in any case. Package and temperature letters may follow (<c>STM32F407VGT6</c>), and so
    /// many letters may be missing that one part remains. Null where no part or more than one has this name.
    /// </summary>
    public static (Device Device, Part Part)? FindPart(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var wanted = name.Trim();
        if (wanted.Length == 0 || !wanted.All(char.IsAsciiLetterOrDigit))
        {
            return null;
        }

        var prefix = (wanted.Length > PartNumberLength ? wanted[..PartNumberLength] : wanted).ToUpperInvariant();
        return Index.Value.For(prefix)
            .SelectMany(entry => Read(entry.File))
            .SelectMany(device => device.Parts, (device, part) => (Device: device, Part: part))
            .Where(row => row.Part.Name.StartsWith(prefix, StringComparison.Ordinal))
            .Take(2)
            .ToArray() is [var only] ? only : null;
    }

    private static List<Device> ReadAll()
    {
        var devices = Index.Value.Entries.SelectMany(entry => Read(entry.File)).ToList();
        DeviceChecks.CheckTogether(devices);
        return devices;
    }

    private static IReadOnlyList<Device> Read(string file) => Files.GetOrAdd(
        file, static file => new Lazy<IReadOnlyList<Device>>(() => DeviceReader.Read(file + ".json", Resource(file + ".json")))).Value;

    private static string Resource(string name)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("devices/" + name)
            ?? throw new InvalidDataException($"index.txt names {name}, and there is no such file.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
