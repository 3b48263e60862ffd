using System.CommandLine;
using System.IO.Enumeration;
using System.Text.Json.Nodes;
using Nrst.Cli.Output;
using Nrst.Targets;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst chips [PATTERN]</c>: which chips nrst knows, and how well.</summary>
internal static class ChipsVerb
{
    private static readonly Argument<string?> Pattern = new("PATTERN")
    {
        Description = "Part number, with * and ? for what may be anything, e.g. STM32G0*; without it, all",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<bool> Families = new("--families") { Description = "A table of the families instead: driver, model on the bench, judges" };

    public static Command Create() =>
        new Command("chips", "The part numbers nrst knows: memories, and what supports that they work") { Pattern, Families }.Does(List);

    private static JsonObject List(Invocation call)
    {
        if (call.Line.GetValue(Families))
        {
            return new JsonObject { ["families"] = FamilyTable.Show(call.Screen) };
        }

        var pattern = call.Line.GetValue(Pattern);
        var rows = Find(pattern);
        if (rows.Count == 0)
        {
            throw Unknown(pattern!);
        }

        foreach (var (device, part) in rows)
        {
            Show(call.Screen, device, part);
        }

        return new JsonObject { ["chips"] = new JsonArray([.. rows.Select(row => Describe(row.Device, row.Part))]) };
    }

    private static List<(Device Device, Part Part)> Find(string? pattern)
    {
        if (pattern is not null && !pattern.AsSpan().ContainsAny('*', '?'))
        {
            var lookup = DeviceDatabase.Lookup(pattern);
            if (lookup.Found is { } found)
            {
                return [found];
            }

            pattern += "*"; // a name that stops early means all that go on from there
        }

        return
        [
            .. DeviceDatabase.All
                .SelectMany(device => device.Parts, (device, part) => (device, part))
                .Where(row => pattern is null || FileSystemName.MatchesSimpleExpression(pattern, row.part.Name, ignoreCase: true))
                .OrderBy(row => row.part.Name, StringComparer.Ordinal),
        ];
    }

    private static void Show(Screen screen, Device device, Part part)
    {
        var head = $"{part.Name,-13}  {device.Core["Cortex-".Length..],-4}  {part.FlashKiB,4} KiB flash  {part.RamBytes / 1024,4} KiB RAM  ";
        var layout = Words(part.Layouts[0]);
        var state = FamilyTable.Words(device);
        if (head.Length + layout.Length + 2 + state.Length <= screen.Width)
        {
            screen.Result($"{head}{layout}  {state}");
            return;
        }

        screen.Result(head.TrimEnd());
        foreach (var line in Screen.Wrap($"{layout}; {state}", screen.Width - 4))
        {
            screen.Result("    " + line);
        }
    }

    private static string Words(BankedLayout layout) => string.Join(" + ", layout.Banks.Select(bank => bank.Layout));

    private static JsonObject Describe(Device device, Part part) => new()
    {
        ["part"] = part.Name,
        ["series"] = device.Series,
        ["device"] = device.Name,
        ["deviceId"] = $"0x{device.DeviceId:X3}",
        ["core"] = device.Core,
        ["manual"] = device.Manual,
        ["flashKiB"] = part.FlashKiB,
        ["ramBytes"] = part.RamBytes,
        ["eepromBytes"] = part.Eeprom.Sum(region => (long)region.Range.Length),
        ["layouts"] = new JsonArray([.. part.Layouts.Select(layout => new JsonObject
        {
            ["when"] = layout.Condition,
            ["banks"] = new JsonArray([.. layout.Banks.Select(bank => new JsonObject
            {
                ["number"] = bank.Number,
                ["address"] = $"0x{bank.Layout.Range.Start.Value:X8}",
                ["sectors"] = bank.Layout.ToString(),
            })]),
        })]),
        ["driver"] = device.Flash.Driver,
        ["programmable"] = device.Flash.IsProgrammable,
        ["evidence"] = new JsonArray([.. device.Evidence.Select(evidence => new JsonObject
        {
            ["route"] = evidence.Route,
            ["level"] = evidence.Level,
            ["agreedBy"] = new JsonArray([.. evidence.AgreedBy.Select(client => (JsonNode)client)]),
        })]),
        ["note"] = string.Join(' ', new[] { device.Note, part.Note }.OfType<string>()) is { Length: > 0 } note ? note : null,
    };

    private static UsageException Unknown(string pattern)
    {
        var near = DeviceDatabase.Lookup(pattern.Trim('*')).Near;
        return new UsageException("NRST0118", $"No part number is like '{pattern}'.")
        {
            LikelyCause = near.Count > 0 ? $"Perhaps {near[0]} was meant." : "Part numbers begin with STM32 and the line: STM32F4, STM32G0, STM32H7.",
            Evidence = near.Count > 0 ? ["alike: " + string.Join(' ', near)] : [],
            Remedies = [new("See them all.", "nrst chips")],
        };
    }
}
