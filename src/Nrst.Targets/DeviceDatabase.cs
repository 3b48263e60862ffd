using System.Reflection;

namespace Nrst.Targets;

/// <summary>Every chip nrst knows, from the files in <c>data/devices</c>. Read and checked at first use.</summary>
public static class DeviceDatabase
{
    private const int PartNumberLength = 11;

    private static readonly Lazy<IReadOnlyList<Device>> Devices = new(Load);

    public static IReadOnlyList<Device> All => Devices.Value;

    /// <summary>The device with this DBGMCU_IDCODE.DEV_ID; null where nrst does not know it.</summary>
    public static Device? FindById(ushort deviceId) => All.FirstOrDefault(device => device.DeviceId == deviceId);

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

        var prefix = wanted.Length > PartNumberLength ? wanted[..PartNumberLength] : wanted;
        return All
            .SelectMany(device => device.Parts, (device, part) => (Device: device, Part: part))
            .Where(row => row.Part.Name.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            .Take(2)
            .ToArray() is [var only] ? only : null;
    }

    private static List<Device> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        var devices = new List<Device>();
        foreach (var name in assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (name.StartsWith("devices/", StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                devices.AddRange(DeviceReader.Read(Path.GetFileName(name), reader.ReadToEnd()));
            }
        }

        DeviceChecks.CheckTogether(devices);
        return devices;
    }
}
