using System.Text.Json;

namespace Nrst.Targets;

/// <summary>Reads one device file and checks it. A row that cannot be right is an <see cref="InvalidDataException"/> naming file and row.</summary>
internal static class DeviceReader
{
    public static IReadOnlyList<Device> Read(string file, string json)
    {
        DeviceFile rows;
        try
        {
            rows = JsonSerializer.Deserialize(json, DeviceFileJson.Default.DeviceFile) ?? throw new JsonException("The file is empty.");
        }
        catch (JsonException flaw)
        {
            throw new InvalidDataException($"{file}: {flaw.Message}", flaw);
        }

        var shared = In($"{file}, {rows.Line}", () => Shared.Of(rows));
        var devices = new List<Device>();
        foreach (var row in rows.Devices)
        {
            var where = $"{file}, {row.Id}";
            var device = In(where, () => Device(where, rows, shared, row));
            DeviceChecks.Check(where, device);
            devices.Add(device);
        }

        return devices;
    }

    private static Device Device(string where, DeviceFile rows, Shared shared, DeviceRow row)
    {
        var swap = row.Swap is { } own ? OptionNotation.Value(own, shared.Options) : shared.Flash.Swap;
        var layouts = new LayoutReader(shared.Flash.Start, shared.Options, swap, row.SecondBankFrom, (uint)rows.Flash.SecondBankField);
        Part[] parts = [.. row.Parts.SelectMany(part => Parts(where, row, part, layouts))];
        return new Device(
            checked((ushort)Notation.Hex(row.Id)),
            rows.Line,
            row.Name,
            row.Manual,
            row.Core ?? rows.Core,
            row.Dpidr is { } dpidr ? Notation.Hex(dpidr) : shared.Dpidr,
            shared.Debug,
            row.UniqueId is { } unique ? Notation.UniqueId(unique) : shared.UniqueId,
            shared.Flash with
            {
                DualBank = parts.Any(part => part.Layouts.Any(layout => layout.Banks.Count > 1)),
                Size = row.SizeFrom is { } size ? Notation.SizeRegister(size) : shared.Flash.Size,
                Swap = swap,
            },
            row.Revisions.Select(Notation.Revision).ToDictionary(revision => revision.Id, revision => revision.Letter),
            [.. row.Memories.Select(Notation.Range), .. shared.Memories],
            parts)
        {
            OtherIds = [.. (row.OtherIds ?? []).Select(id => checked((ushort)Notation.Hex(id)))],
            ResetHertz = checked((uint)rows.ResetHertz),
            Crc = shared.Crc,
            SecondCore = row.SecondCore is { } second ? Notation.SecondCore(second) : null,
            TrustZone = shared.TrustZone,
            Secure = shared.Secure,
            BusMasters = shared.BusMasters,
            FasterClock = shared.FasterClock,
            Evidence = [.. (row.Evidence ?? []).Select(Notation.Evidence)],
            Note = row.Note,
        };
    }

    private static IEnumerable<Part> Parts(string where, DeviceRow device, PartRow row, LayoutReader layouts)
    {
        var read = In($"{where}, {row.Names.Split(' ')[0]}", () => new Part(
            "",
            (int)(Notation.Size(row.Size) / 1024),
            [.. row.Sectors.SelectMany(layouts.Read)],
            [.. (row.Ram ?? device.Ram).Select(Notation.Ram)])
        {
            Eeprom = [.. (row.Eeprom ?? []).Select(Notation.Range)],
            Note = row.Note,
        });
        return row.Names.Split(' ').Select(name => read with { Name = name });
    }

    private static T In<T>(string where, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception flaw) when (flaw is FormatException or OverflowException or ArgumentException)
        {
            throw new InvalidDataException($"{where}: {flaw.Message}", flaw);
        }
    }

    /// <summary>What all devices of a file have in common.</summary>
    private sealed record Shared(
        FlashDescription Flash,
        IReadOnlyDictionary<string, OptionField> Options,
        uint Dpidr,
        DebugDescription Debug,
        UniqueIdPlace UniqueId,
        CrcUnit? Crc,
        OptionValue? TrustZone,
        SecureAlias? Secure,
        IReadOnlyList<BusMasterReset> BusMasters,
        FasterClock? FasterClock,
        IReadOnlyList<NamedRange> Memories)
    {
        public static Shared Of(DeviceFile rows)
        {
            var options = (rows.Flash.Options ?? []).Select(OptionNotation.Field).ToDictionary(field => field.Name);
            return new Shared(
                FlashOf(rows.Flash, options),
                options,
                Notation.Hex(rows.Dpidr),
                new DebugDescription(
                    rows.Debug.Ap,
                    [.. rows.Debug.IdCode.Select(text => Notation.IdCode(text, rows.Debug.Ap))],
                    rows.Debug.Clock is { } clock ? Notation.Bits(clock) : null,
                    [.. rows.Debug.LowPower.Select(Notation.Bits)],
                    [.. rows.Debug.FreezeWatchdogs.Select(Notation.Bits)]),
                Notation.UniqueId(rows.UniqueId),
                rows.Crc is { } crc ? Notation.Crc(crc) : null,
                rows.TrustZone is { } zone ? OptionNotation.Value(zone, options) : null,
                rows.Secure is { } secure ? Notation.Secure(secure) : null,
                [.. (rows.BusMasters ?? []).Select(Notation.BusMaster)],
                rows.FasterClock is { } faster ? Notation.FasterClock(faster) : null,
                [.. rows.Memories.Select(Notation.Range)]);
        }

        private static FlashDescription FlashOf(FlashRow row, IReadOnlyDictionary<string, OptionField> options) => new(
            row.Driver,
            [.. row.Controller.Split(' ').Select(at => new Address(Notation.Hex(at)))],
            new Address(Notation.Hex(row.At)),
            Notation.SizeRegister(row.SizeFrom),
            checked((byte)Notation.Hex(row.Erased)),
            [.. row.WriteUnit.Split(' ').Select(bytes => (int)Notation.Size(bytes))],
            row.Burst is { } burst ? (int)Notation.Size(burst) : null,
            row.EccWord is { } word ? (int)Notation.Size(word) : null,
            DualBank: false,
            TimeNotation.Times(row.Times))
        {
            Swap = row.Swap is { } swap ? OptionNotation.Value(swap, options) : null,
        };
    }
}
