using Nrst.Targets;
using Nrst.VirtualBench.Chips;

namespace Nrst.Specs;

/// <summary>The chips of one series that share a flash controller: where a driver and a model, written apart, have to agree.</summary>
internal sealed record Family(string Series, string Driver, IReadOnlyList<Device> Devices)
{
    public static IReadOnlyList<Family> All { get; } =
    [
        .. DeviceDatabase.All.GroupBy(device => (device.Series, device.Flash.Driver))
            .Select(group => new Family(group.Key.Series, group.Key.Driver, [.. group]))
            .OrderBy(family => family.Name, StringComparer.Ordinal),
    ];

    /// <summary>Those with both sides. A family joins by itself as soon as it has them.</summary>
    public static IEnumerable<Family> Met => All.Where(family => family.HasDriver && family.HasModel);

    public string Name => $"{Series} by {Driver}";

    public bool HasDriver => Devices.All(device => device.Flash.IsProgrammable);

    public bool HasModel => Devices.All(Stm32Chip.CanBe);

    public Part Smallest => Parts.MinBy(part => (part.FlashKiB, part.RamBytes))!;

    private IEnumerable<Part> Parts => Devices.SelectMany(device => device.Parts);

    /// <summary>
    /// The smallest and the largest part, and the largest of each device and of each way to divide the flash; with every sector map
    /// that option bytes can choose.
    /// </summary>
    public IEnumerable<(string Part, string Map)> Geometries() =>
        Devices.SelectMany(device => device.Parts.GroupBy(Division).Select(alike => alike.MaxBy(part => part.FlashKiB)!))
            .Append(Smallest)
            .DistinctBy(part => part.Name)
            .SelectMany(part => part.Layouts, (part, layout) => (part.Name, layout.Condition ?? "always"));

    public override string ToString() => Name;

    private static string Division(Part part) =>
        string.Join(';', part.Layouts.Select(layout => $"{layout.Condition} {layout.Banks.Count} {layout.Range.Length == layout.Length}"));
}
