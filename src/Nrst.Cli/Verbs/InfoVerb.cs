using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Arm;
using Nrst.Flash;
using Nrst.Targets;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst info</c>: probe, voltage, chip, memories, protection, evidence. Never resets, never halts.</summary>
internal static class InfoVerb
{
    // What nrst claims for every pair of probe and chip, until somebody shows more.
    private const string Evidence = "simulated";

    public static Command Create() => new Command("info", "Probe, voltage, chip, memories, protection; disturbs nothing").WithTarget().Does(Info);

    private static JsonObject Info(Invocation call)
    {
        if (Loaders.Selected(call) is { } loader)
        {
            using var session = Loaders.Open(call, loader);
            return LoaderInfo.Show(call.Screen, session);
        }

        using var target = Connection.Open(call);
        var (id, chip, screen) = (target.Probe.Identity, target.Chip, call.Screen);
        var geometry = target.ReadGeometry();
        var protection = chip.Device.Flash.IsProgrammable ? FlashProtection.ReadFrom(target.Memory, chip.Device, geometry.Layout) : null;
        IReadOnlyList<OptionReading> options = protection is null ? [] : OptionReading.ReadFrom(target.Memory, chip.Device);
        var state = target.Core.ReadState();

        screen.Field("probe", $"{id.Kind}, firmware {id.Firmware}, serial {id.Serial}");
        screen.Field("voltage", target.Volts is { } volts ? string.Create(CultureInfo.InvariantCulture, $"{volts:0.00} V") : "not measured");
        screen.Field("wire", $"SWD at {target.Kilohertz} kHz");
        screen.Field("chip", $"{chip.Name}, DEV_ID 0x{chip.Device.DeviceId:X3}, {chip.Revision}");
        screen.Field("unique id", chip.UniqueId);
        screen.Field("core", $"{chip.Core}, {Words(state)}");
        screen.Field("flash", $"{geometry.SizeKiB} KiB at {geometry.Layout.Range.Start}, {Sectors(geometry.Layout)}");
        foreach (var ram in geometry.Part.Ram)
        {
            screen.Field("ram", $"{ram.Range.Length / 1024} KiB at {ram.Range.Start}, {ram.Name}{(ram.Executes ? "" : ", data only")}");
        }

        screen.Field("protection", protection is null ? "not read: there is no driver for this flash controller yet" : Words(protection));
        foreach (var option in options)
        {
            screen.Field("option", $"{option.Name} = {option.Value:X}: {option.Meaning}");
        }

        screen.Field("evidence", $"{FamilyTable.Words(chip.Device)}; tested on the virtual bench only, not on this silicon");
        return new JsonObject
        {
            ["probe"] = Connection.Probe(target),
            ["chip"] = Connection.Chip(target),
            ["core"] = new JsonObject { ["name"] = chip.Core, ["state"] = char.ToLowerInvariant($"{state}"[0]) + $"{state}"[1..] },
            ["memories"] = Memories(geometry),
            ["protection"] = protection is null ? null : Json(protection),
            ["options"] = new JsonArray([.. options.Select(option => new JsonObject
            {
                ["register"] = option.Register,
                ["name"] = option.Name,
                ["value"] = option.Value,
                ["meaning"] = option.Meaning,
            })]),
            ["evidence"] = Evidence,
            ["agreedBy"] = new JsonArray([.. chip.Device.Evidence.SelectMany(evidence => evidence.AgreedBy).Select(client => (JsonNode)client)]),
        };
    }

    private static JsonObject Json(FlashProtection protection) => new()
    {
        ["readOutLevel"] = (int)protection.Read,
        ["writeProtectedSectors"] = new JsonArray([.. protection.WriteProtected.Order().Select(number => (JsonNode)number)]),
    };

    internal static JsonArray Memories(FlashGeometry geometry) => new(
    [
        new JsonObject
        {
            ["kind"] = "flash",
            ["address"] = $"0x{geometry.Layout.Range.Start.Value:X8}",
            ["bytes"] = geometry.Layout.Range.Length,
            ["sectors"] = new JsonArray([.. geometry.Layout.Sectors.Select(sector => new JsonObject
            {
                ["number"] = sector.Number,
                ["address"] = $"0x{sector.Range.Start.Value:X8}",
                ["bytes"] = sector.Range.Length,
            })]),
        },
        .. geometry.Part.Ram.Select(ram => new JsonObject
        {
            ["kind"] = "ram",
            ["name"] = ram.Name,
            ["address"] = $"0x{ram.Range.Start.Value:X8}",
            ["bytes"] = ram.Range.Length,
        }),
    ]);

    internal static string Sectors(BankedLayout layout)
    {
        var banks = layout.Banks.Select(bank => bank.Layout);
        return (layout.Banks.Count > 1 ? $"{layout.Banks.Count} banks: " : "sectors ") + string.Join(" + ", banks);
    }

    private static string Words(FlashProtection protection)
    {
        var read = protection.Read switch
        {
            ReadProtection.Level0 => "the flash can be read (RDP level 0)",
            ReadProtection.Level1 => "the flash cannot be read by a debugger (RDP level 1); lifting that erases it",
            _ => "no debugger gets in (RDP level 2), for ever",
        };
        var sectors = string.Join(", ", protection.WriteProtected.Order());
        return read + (sectors.Length > 0 ? $"; write-protected sectors: {sectors}" : "; no sector is write-protected");
    }

    private static string Words(CoreState state) => state switch
    {
        CoreState.LockedUp => "locked up",
        CoreState.InReset => "held in reset",
        _ => state.ToString().ToLowerInvariant(),
    };
}
