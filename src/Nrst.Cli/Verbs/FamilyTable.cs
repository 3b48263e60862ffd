using System.Text.Json.Nodes;
using Nrst.Cli.Output;
using Nrst.Targets;
using Nrst.VirtualBench.Boards;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst chips --families</c>: for each family its driver, its model on the bench, and who came to the same result; in Markdown.</summary>
internal static class FamilyTable
{
    public static JsonArray Show(Screen screen)
    {
        var families = DeviceDatabase.All
            .GroupBy(device => (device.Series, device.Flash.Driver))
            .OrderBy(family => $"{family.Key.Series} {family.Key.Driver}", StringComparer.Ordinal)
            .Select(family => new Row(family.Key.Series, family.Key.Driver, [.. family]))
            .ToArray();
        screen.Result("| family | driver | DEV_IDs | part numbers | sizes | on the bench | judges | result |");
        screen.Result("|---|---|---|---|---|---|---|---|");
        foreach (var family in families)
        {
            screen.Result(
                $"| {family.Series} | {family.Driver}{(family.IsProgrammable ? "" : ", not yet")} | {family.Devices.Length} | {family.Parts.Length} | {family.Sizes} "
                + $"| {(family.HasModel ? "yes" : "not yet")} | {family.Judges} | {family.Result} |");
        }

        return new JsonArray([.. families.Select(family => family.ToJson())]);
    }

    /// <summary>What supports the claim that nrst works on this device, in words.</summary>
    public static string Words(Device device) => device switch
    {
        { Flash.IsProgrammable: false } => $"described, not programmable yet ({device.Flash.Driver})",
        { Evidence: [] } => $"driver {device.Flash.Driver}, nothing shown yet",
        _ => string.Join("; ", device.Evidence.Select(evidence =>
            $"{evidence.Level} over {evidence.Route.ToUpperInvariant()}{(evidence.AgreedBy.Count > 0 ? ", as " + string.Join(" and ", evidence.AgreedBy) : "")}")),
    };

    private sealed record Row(string Series, string Driver, Device[] Devices)
    {
        public Part[] Parts { get; } = [.. Devices.SelectMany(device => device.Parts)];

        public bool IsProgrammable => Devices.All(device => device.Flash.IsProgrammable);

        public bool HasModel => Devices.All(BoardStore.HasModelOf);

        public string Sizes => (Parts.Min(part => part.FlashKiB), Parts.Max(part => part.FlashKiB)) is var (least, most) && least == most
            ? $"{least} KiB"
            : $"{least} to {most} KiB";

        public string Judges => string.Join(", ", Agreed.Select(client => client.Count == Devices.Length ? client.Name : $"{client.Name} on {client.Count}")) is { Length: > 0 } names
            ? names
            : Devices.Any(device => device.Evidence.Count > 0) ? "none but the manuals" : "none yet";

        public string Result => Devices.All(device => device.Evidence.Count > 0) ? "flashed and proved"
            : Devices.Any(device => device.Evidence.Count > 0) ? "flashed and proved in part" : "nothing shown";

        private IEnumerable<(string Name, int Count)> Agreed => Devices.SelectMany(device => device.Evidence)
            .SelectMany(evidence => evidence.AgreedBy)
            .GroupBy(name => name)
            .Select(name => (name.Key, name.Count()));

        public JsonObject ToJson() => new()
        {
            ["series"] = Series,
            ["driver"] = Driver,
            ["programmable"] = IsProgrammable,
            ["devices"] = Devices.Length,
            ["parts"] = Parts.Length,
            ["model"] = HasModel,
            ["agreedBy"] = new JsonArray([.. Agreed.Select(client => (JsonNode)client.Name)]),
        };
    }
}
