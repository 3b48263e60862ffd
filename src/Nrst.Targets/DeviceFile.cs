using System.Text.Json;
using System.Text.Json.Serialization;

namespace Nrst.Targets;

/// <summary>One file of <c>data/devices</c>, in the words it is written in. <see cref="Notation"/> says how each reads.</summary>
/// <param name="Line">The series that all devices of the file belong to.</param>
/// <param name="Crc">Null where the chip has no CRC unit, or nobody could say where.</param>
/// <param name="BusMasters">What writes into RAM or resets the chip without the core, and the bit in RCC that quiets it.</param>
/// <param name="FasterClock">HCLK in Hz, and the steps that lead there from reset.</param>
/// <param name="TrustZone">The option value under which there is a secure world.</param>
/// <param name="Secure">Where that world sees controller and flash, and how far up its RAM is.</param>
internal sealed record DeviceFile(
    string Line,
    FlashRow Flash,
    string Core,
    string Dpidr,
    DebugRow Debug,
    string UniqueId,
    int ResetHertz,
    string? Crc,
    IReadOnlyList<string> Memories,
    IReadOnlyList<DeviceRow> Devices,
    string? TrustZone = null,
    string? Secure = null,
    IReadOnlyList<string>? BusMasters = null,
    IReadOnlyList<string>? FasterClock = null);

/// <param name="Options">Fields of option registers that other rows name.</param>
/// <param name="SecondBankField">What PNB or SNB holds for the first sector of bank 2, where that is not 0.</param>
internal sealed record FlashRow(
    string Driver,
    string Controller,
    string At,
    string SizeFrom,
    string Erased,
    string WriteUnit,
    TimesRow Times,
    string? Burst = null,
    string? EccWord = null,
    int SecondBankField = 0,
    IReadOnlyList<string>? Options = null,
    string? Swap = null);

internal sealed record TimesRow(
    string From, IReadOnlyList<string> Program, IReadOnlyList<string> Erase, IReadOnlyList<string> BankErase, string? Burst = null);

internal sealed record DebugRow(
    int Ap, IReadOnlyList<string> IdCode, IReadOnlyList<string> LowPower, IReadOnlyList<string> FreezeWatchdogs, string? Clock = null);

/// <summary>The devices of one DEV_ID. What stands here and in the file as well holds here.</summary>
/// <param name="SecondBankFrom">The number of the first sector of bank 2, where it does not go on counting from bank 1.</param>
internal sealed record DeviceRow(
    string Id,
    string Name,
    string Manual,
    IReadOnlyList<string> Revisions,
    IReadOnlyList<string> Ram,
    IReadOnlyList<string> Memories,
    IReadOnlyList<PartRow> Parts,
    IReadOnlyList<string>? OtherIds = null,
    int? SecondBankFrom = null,
    string? Core = null,
    string? Dpidr = null,
    string? SecondCore = null,
    string? UniqueId = null,
    string? SizeFrom = null,
    string? Swap = null,
    IReadOnlyList<string>? Evidence = null,
    string? Note = null);

/// <summary>Parts with the same memories.</summary>
/// <param name="Names">Part numbers with blanks between.</param>
/// <param name="Ram">Where it is not that of the device.</param>
internal sealed record PartRow(
    string Names,
    string Size,
    IReadOnlyList<string> Sectors,
    IReadOnlyList<string>? Ram = null,
    IReadOnlyList<string>? Eeprom = null,
    string? Note = null);

[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectRequiredConstructorParameters = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(DeviceFile))]
internal sealed partial class DeviceFileJson : JsonSerializerContext;
