using System.Collections.Concurrent;
using System.Reflection;

namespace Nrst.Targets;

/// <summary>Every chip nrst knows, from the files in <c>data/devices</c>. A file is read and checked when it is first asked for.</summary>
public static class DeviceDatabase
{
    private static readonly Lazy<DeviceIndex> Index = new(() => DeviceIndex.Parse(Resource("index.txt")));
    private static readonly Lazy<IReadOnlyList<RecognisedChip>> RecognisedOnly = new(() => RecognisedChip.Parse(Resource("recognised.txt")));
    private static readonly ConcurrentDictionary<string, Lazy<IReadOnlyList<Device>>> Files = new(StringComparer.Ordinal);
    private static readonly Lazy<IReadOnlyList<Device>> Devices = new(ReadAll);

    /// <summary>All of them. Reads every file: for tests and lists, not for the way to a chip.</summary>
    public static IReadOnlyList<Device> All => Devices.Value;

    /// <summary>Chips that can be told and not programmed.</summary>
    public static IReadOnlyList<RecognisedChip> Recognised => RecognisedOnly.Value;

    /// <summary>Names of the device files read so far.</summary>
    internal static IEnumerable<string> FilesRead => Files.Keys;

    internal static DeviceIndex TheIndex => Index.Value;

    /// <summary>Where the chips with this core keep their identity code, each place once, the commonest first.</summary>
    /// <param name="core">As <see cref="Device.Core"/>, with or without F; null for all.</param>
    public static IReadOnlyList<IdCodePlace> IdCodePlaces(string? core = null) =>
    [
        .. Index.Value.Entries.Where(entry => core is null || entry.Core.TrimEnd('F') == core.TrimEnd('F'))
            .SelectMany(entry => entry.Places)
            .GroupBy(place => place)
            .OrderByDescending(place => place.Count())
            .Select(place => place.Key),
    ];

    /// <summary>The access ports behind which chips keep their core, in the order to try them.</summary>
    public static IReadOnlyList<int> CoreAccessPorts =>
        [.. Index.Value.Entries.Select(entry => entry.Places[0].AccessPort).Distinct().Order()];

    /// <summary>The device with this DBGMCU_IDCODE.DEV_ID; null where nrst does not know it.</summary>
    public static Device? FindById(ushort deviceId) => FindAllById(deviceId) is [var first, ..] ? first : null;

    /// <summary>All devices that answer with this DEV_ID, those first whose own it is. The core tells them apart.</summary>
    public static IReadOnlyList<Device> FindAllById(ushort deviceId) =>
    [
        .. Index.Value.Entries.Where(entry => entry.Ids.Contains(deviceId))
            .SelectMany(entry => Read(entry.File))
            .Where(device => device.DeviceId == deviceId || device.OtherIds.Contains(deviceId))
            .OrderBy(device => device.DeviceId != deviceId),
    ];

    /// <summary>
    /// The part of this name, in any case. Package and temperature letters may follow (<c>STM32F407VGT6</c>), an <c>x</c> may
    /// stand for a letter (<c>stm32g071xb</c>), and so many letters may be missing that one part remains, or parts that differ
    /// in pins only. Null where no part or more than one can be meant; <see cref="Lookup"/> says which.
    /// </summary>
    public static (Device Device, Part Part)? FindPart(string name) => Lookup(name).Found;

    /// <summary>As <see cref="FindPart"/>, with the candidates and the names that look alike.</summary>
    public static PartLookup Lookup(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return PartLookup.Of(name, Index.Value, Read);
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
