using System.Globalization;
using System.Reflection;

namespace Nrst.Bootloaders;

/// <summary>What a loader does otherwise than its protocol says. The file of the quirks says what each means.</summary>
public enum RomQuirk
{
    BankTwoStaysBusy,
    NoMassErase,
    StaysAfterLeave,
    GoWithoutAck,
    AckTwice,
}

/// <summary>The rows of <c>data/bootloaders/quirks.txt</c>.</summary>
public static class RomQuirks
{
    private static readonly Lazy<IReadOnlyList<Row>> Rows = new(() => Parse(Resource()));

    private static readonly Dictionary<string, RomQuirk> Names = new()
    {
        ["bank-2-stays-busy"] = RomQuirk.BankTwoStaysBusy,
        ["no-mass-erase"] = RomQuirk.NoMassErase,
        ["stays-after-leave"] = RomQuirk.StaysAfterLeave,
        ["go-without-ack"] = RomQuirk.GoWithoutAck,
        ["ack-twice"] = RomQuirk.AckTwice,
    };

    internal static IReadOnlyList<Row> All => Rows.Value;

    /// <param name="route"><c>dfu</c> or <c>uart</c>.</param>
    /// <param name="deviceId">0 where it is not known; then no quirk is.</param>
    public static IReadOnlySet<RomQuirk> Of(string route, ushort deviceId) =>
        Rows.Value.Where(row => row.Route == route && (row.Ids.Count == 0 || row.Ids.Contains(deviceId))).Select(row => row.Quirk).ToHashSet();

    internal static IReadOnlyList<Row> Parse(string text) =>
    [
        .. text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#')
            .Select(line => line.Split(": ", 4) is [var route, var ids, var quirk, { Length: > 0 } source] && Names.TryGetValue(quirk, out var named)
                ? new Row(route, ids == "*" ? [] : [.. ids.Split(' ').Select(id => ushort.Parse(id.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture))], named, source)
                : throw new InvalidDataException($"quirks.txt: '{line}' is not a line such as 'dfu: 0x450: no-mass-erase: AN2606'.")),
    ];

    private static string Resource()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("bootloaders/quirks.txt")
            ?? throw new InvalidDataException("There is no bootloaders/quirks.txt.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    /// <param name="Ids">Empty for every chip.</param>
    internal sealed record Row(string Route, IReadOnlyList<ushort> Ids, RomQuirk Quirk, string Source);
}
