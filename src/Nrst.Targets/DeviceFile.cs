using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nrst.Targets;

/// <summary>One file of <c>data/devices</c>, in the words it is written in.</summary>
internal sealed record DeviceFile(
    string Line,
    FlashRow Flash,
    string Core,
    string Dpidr,
    string IdCode,
    string UniqueId,
    IReadOnlyList<string> Memories,
    IReadOnlyList<DeviceRow> Devices);

internal sealed record FlashRow(string Driver, string Controller, string At, string SizeFrom, string Erased, TimesRow Times);

internal sealed record TimesRow(string From, string Program, IReadOnlyList<string> Erase, IReadOnlyList<string> BankErase);

/// <param name="SecondBankFrom">The number of the first sector of bank 2; absent where there is no bank 2.</param>
internal sealed record DeviceRow(
    string Id,
    string Name,
    string Manual,
    IReadOnlyList<string> Revisions,
    IReadOnlyList<string> Ram,
    IReadOnlyList<string> Memories,
    IReadOnlyList<PartRow> Parts,
    int? SecondBankFrom = null);

internal sealed record PartRow(string Names, string Size, IReadOnlyList<string> Sectors);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DeviceFile))]
internal sealed partial class DeviceFileJson : JsonSerializerContext;
