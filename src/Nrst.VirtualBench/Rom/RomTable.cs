using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>The bootloader of one part.</summary>
/// <param name="ProductId">What Get ID answers: the DEV_ID.</param>
/// <param name="LoaderId">The identifier in the ROM.</param>
/// <param name="Version">The protocol version as the USART loader tells it: 0x31.</param>
/// <param name="RamUsed">Bytes from the beginning of the RAM that only the loader may write.</param>
/// <param name="UsartStart">Nanoseconds from reset to where it listens.</param>
internal sealed record RomDescription(
    ushort ProductId, uint LoaderId, uint? LoaderIdAt, byte Version, byte[] Commands, IReadOnlyList<int> Usarts, long UsartStart, uint RamUsed, RomQuirks Quirks)
{
    public DfuDescription? Dfu { get; init; }

    public bool Has(RomQuirks quirk) => (Quirks & quirk) != 0;
}

/// <param name="Start">Nanoseconds from reset to where the device is on the bus.</param>
/// <param name="Serial">Null where it comes from the unique id.</param>
internal sealed record DfuDescription(
    long Start, ushort UsbVersion, ushort Release, int TransferSize, string Product, string? Serial, int StringGap, int? MassPollMs, IReadOnlyList<string> Alternates);

/// <summary>Which bootloader is in which chip.</summary>
internal static partial class RomTable
{
    private const string Resource = "roms.json";
    private const string ClassicProduct = "STM32  BOOTLOADER"; // with two blanks

    private static readonly Lazy<IReadOnlyList<RomRow>> Rows = new(Read);

    /// <summary>Null where the table has none.</summary>
    public static RomDescription? Find(Device device, FlashMap map) => RowOf(device) is { } row ? Describe(row, device.DeviceId, map) : null;

    /// <summary>Where the ROM is, for the chips of which the device data does not tell.</summary>
    public static uint? SystemMemory(Device device) => RowOf(device) is { System: { } at } ? RomNotation.Number(at) : null;

    /// <summary>The sectors in a row as a layout string has them: <c>04*016Kg,01*064Kg</c>.</summary>
    /// <param name="format">Digits of the count, <c>*</c>, digits of the size, and K or a blank: <c>2*3K</c>.</param>
    public static string Segments(FlashMap map, string format)
    {
        var (count, size, unit) = (format[0] - '0', format[2] - '0', format[3]);
        var text = new StringBuilder();
        for (var i = 0; i < map.Units.Count;)
        {
            var length = map.Units[i].Range.Length;
            var first = i;
            while (i < map.Units.Count && map.Units[i].Range.Length == length)
            {
                i++;
            }

            var shown = unit == 'K' ? length / 1024 : length;
            text.Append(text.Length > 0 ? "," : "")
                .Append((i - first).ToString("D" + Math.Max(count, 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))
                .Append('*')
                .Append(shown.ToString("D" + Math.Max(size, 1).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture))
                .Append(unit).Append('g');
        }

        return text.ToString();
    }

    private static RomRow? RowOf(Device device)
    {
        var id = device.DeviceId.ToString("X3", CultureInfo.InvariantCulture);
        return Rows.Value.FirstOrDefault(row => row.Ids.Split(' ').Contains(id));
    }

    private static RomDescription Describe(RomRow row, ushort id, FlashMap map)
    {
        var version = row.Protocol.Split('.');
        var protocol = (byte)(int.Parse(version[0], CultureInfo.InvariantCulture) << 4 | int.Parse(version[1], CultureInfo.InvariantCulture));
        var commands = row.Commands ?? (protocol < 0x30 ? "00 01 02 11 21 31 43 63 73 82 92" : "00 01 02 11 21 31 44 63 73 82 92");
        return new RomDescription(
            id, RomNotation.Number(row.Loader), row.LoaderAt is { } at ? RomNotation.Number(at) : null, protocol,
            [.. commands.Split(' ').Select(code => byte.Parse(code, NumberStyles.HexNumber, CultureInfo.InvariantCulture))],
            row.Usarts, (long)(row.UsartMs * 1e6), RomNotation.Number(row.Ram), Quirks(row.Quirks))
        {
            Dfu = row.Dfu is { } dfu ? Describe(dfu, map) : null,
        };
    }

    private static DfuDescription Describe(DfuRow row, FlashMap map) => new(
        row.Ms * 1_000_000L,
        row.Library ? (ushort)0x0200 : (ushort)0x0100,
        row.BcdDevice is { } release ? (ushort)RomNotation.Number(release) : row.Library ? (ushort)0x0200 : (ushort)0x2200,
        row.Transfer ?? (row.Library ? 1024 : 2048),
        row.Product ?? ClassicProduct,
        row.Serial,
        row.StringGap,
        row.MassPollMs,
        [.. row.Alts.Select(alternate => Written(row, Placeholder().Replace(alternate, found => Segments(map, found.Groups[1].Value))))]);

    private static string Written(DfuRow row, string alternate) =>
        row.Written is [var plain, var really] ? alternate.Replace(plain, really, StringComparison.Ordinal) : alternate;

    /// <summary><c>two-nacks</c> is <see cref="RomQuirks.TwoNacks"/>.</summary>
    private static RomQuirks Quirks(string? names) => (names ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Aggregate(RomQuirks.None, (quirks, name) => quirks | Enum.Parse<RomQuirks>(name.Replace("-", "", StringComparison.Ordinal), ignoreCase: true));

    private static IReadOnlyList<RomRow> Read()
    {
        using var stream = typeof(RomTable).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
        return JsonSerializer.Deserialize(stream, RomJson.Default.RomFile)!.Roms;
    }

    [GeneratedRegex(@"\{(\d\*\d[K ])\}")]
    private static partial Regex Placeholder();
}
