using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nrst.VirtualBench.Boards;

/// <summary>Counters of a board at one moment.</summary>
internal readonly record struct StatisticsSnapshot(
    long Exchanges, long BytesOut, long BytesIn, long Total, long Host, long Usb, long Swd, ChipTimes Chip)
{
    public static StatisticsSnapshot Of(VirtualBoard board) => new(
        board.Device.Exchanges,
        board.Device.BytesOut,
        board.Device.BytesIn,
        board.VirtualClock.Nanoseconds,
        board.VirtualClock.Spent(TimeKind.Host),
        board.VirtualClock.Spent(TimeKind.Usb),
        board.VirtualClock.Spent(TimeKind.Swd),
        board.ChipTimes);
}

/// <summary>What one client did with one board.</summary>
internal sealed record ClientStatistics(string Board, long Exchanges, long BytesOut, long BytesIn, ClientSeconds Seconds);

/// <summary>Virtual seconds. Host, usb and swd add up to the total; core and flash run beside them.</summary>
internal sealed record ClientSeconds(
    double Total, double Host, double Usb, double Swd, double Core, double FlashErase, double FlashProgram);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ClientStatistics))]
internal sealed partial class StatisticsJson : JsonSerializerContext;

/// <summary>One JSON line per client, appended.</summary>
internal sealed class StatisticsFile(string path)
{
    private readonly Lock _gate = new();

    public void Append(string board, StatisticsSnapshot from, StatisticsSnapshot to)
    {
        var line = JsonSerializer.Serialize(
            new ClientStatistics(
                board,
                to.Exchanges - from.Exchanges,
                to.BytesOut - from.BytesOut,
                to.BytesIn - from.BytesIn,
                new ClientSeconds(
                    Seconds(to.Total - from.Total),
                    Seconds(to.Host - from.Host),
                    Seconds(to.Usb - from.Usb),
                    Seconds(to.Swd - from.Swd),
                    Seconds(to.Chip.Core - from.Chip.Core),
                    Seconds(to.Chip.FlashErase - from.Chip.FlashErase),
                    Seconds(to.Chip.FlashProgram - from.Chip.FlashProgram))),
            StatisticsJson.Default.ClientStatistics);
        lock (_gate)
        {
            File.AppendAllText(path, line + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        }
    }

    private static double Seconds(long nanoseconds) => nanoseconds / 1e9;
}
