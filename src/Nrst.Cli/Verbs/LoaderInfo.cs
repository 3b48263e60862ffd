using System.Text.Json.Nodes;
using Nrst.Bootloaders.Dfu;
using Nrst.Cli.Output;

namespace Nrst.Cli.Verbs;

/// <summary>What <c>nrst info</c> says of a chip in its loader. Nothing is changed, and the chip stays there.</summary>
internal static class LoaderInfo
{
    public static JsonObject Show(Screen screen, RomSession session)
    {
        var (id, chip) = (session.Loader.Identity, session.Chip);
        screen.Field("loader", $"{id.Kind} at {id.Place}{(id.Version is { } version ? $", version {version}" : "")}{(id.Serial is { } serial ? $", serial {serial}" : "")}");
        screen.Field("chip", chip is { IsKnown: true, IsCertain: true } ? $"{chip.Name}, DEV_ID 0x{chip.Device.DeviceId:X3}" : chip.Name);
        screen.Field("flash", $"{chip.Geometry.SizeKiB} KiB at {chip.Layout.Range.Start}, {InfoVerb.Sectors(chip.Layout)}");
        var layouts = session.Loader is DfuLoader dfu ? dfu.Description.Alternates.Select(alternate => alternate.Layout.Text).ToList() : [];
        foreach (var (number, layout) in layouts.Index())
        {
            screen.Field($"memory {number}", layout);
        }

        screen.Field("protection", chip.ReadProtected ? "the flash cannot be read (RDP); lifting that erases it" : "the flash can be read; a loader does not show which sectors are write-protected");
        foreach (var note in chip.Notes)
        {
            screen.Field("note", note);
        }

        screen.Field("evidence", "tested on the virtual bench only, not on this silicon");
        return new JsonObject
        {
            ["probe"] = Loaders.Probe(session),
            ["chip"] = Loaders.Chip(session),
            ["memories"] = InfoVerb.Memories(chip.Geometry),
            ["layouts"] = new JsonArray([.. layouts.Select(layout => (JsonNode)layout)]),
            ["protection"] = new JsonObject { ["readOutLevel"] = chip.ReadProtected ? 1 : 0 },
            ["evidence"] = "simulated",
        };
    }
}
