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

        var shared = In($"{file}, {rows.Line}", () => new
        {
            Flash = Flash(rows.Flash),
            Dpidr = Notation.Hex(rows.Dpidr),
            IdCode = new Address(Notation.Hex(rows.IdCode)),
            UniqueId = new Address(Notation.Hex(rows.UniqueId)),
            Memories = rows.Memories.Select(Notation.Range).ToArray(),
        });

        var devices = new List<Device>();
        foreach (var row in rows.Devices)
        {
            var where = $"{file}, {row.Id}";
            var device = In(where, () => new Device(
                checked((ushort)Notation.Hex(row.Id)),
                row.Name,
                row.Manual,
                rows.Core,
                shared.Dpidr,
                shared.IdCode,
                shared.UniqueId,
                shared.Flash with { DualBank = row.SecondBankFrom is not null },
                row.Revisions.Select(Notation.Revision).ToDictionary(revision => revision.Id, revision => revision.Letter),
                [.. row.Memories.Select(Notation.Range), .. shared.Memories],
                [.. row.Parts.SelectMany(part => Parts(where, row, part, shared.Flash.Start))]));
            DeviceChecks.Check(where, device);
            devices.Add(device);
        }

        return devices;
    }

    private static IEnumerable<Part> Parts(string where, DeviceRow device, PartRow row, Address start)
    {
        var ram = device.Ram.Select(Notation.Ram).ToArray();
        foreach (var name in row.Names.Split(' '))
        {
            yield return In($"{where}, {name}", () => new Part(
                name,
                (int)(Notation.Size(row.Size) / 1024),
                [.. row.Sectors.Select(sectors => Notation.Layout(sectors, start, device.SecondBankFrom))],
                ram));
        }
    }

    private static FlashDescription Flash(FlashRow row)
    {
        var (typical, max) = Notation.Times(row.Times.Program);
        return new FlashDescription(
            row.Driver,
            new Address(Notation.Hex(row.Controller)),
            new Address(Notation.Hex(row.At)),
            new Address(Notation.Hex(row.SizeFrom)),
            checked((byte)Notation.Hex(row.Erased)),
            DualBank: false,
            new FlashTimes(typical, max, [.. row.Times.Erase.SelectMany(Notation.EraseTimes)], [.. row.Times.BankErase.SelectMany(Notation.EraseTimes)]));
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
}
