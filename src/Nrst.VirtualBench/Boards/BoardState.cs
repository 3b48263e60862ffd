using System.Text.Json.Serialization;

namespace Nrst.VirtualBench.Boards;

/// <summary>A board as it is kept on disk. The chip's memories lie in a file beside it.</summary>
/// <param name="Format">Version of this layout.</param>
/// <param name="Nanoseconds">The board's virtual time when it was put away.</param>
/// <param name="ChipFile">Null until the board was used for the first time.</param>
/// <param name="ChipSha256">Hexadecimal, over the chip file.</param>
internal sealed record BoardState(
    int Format,
    string Chip,
    string Kind,
    string Firmware,
    string Serial,
    double Volts,
    IReadOnlyList<string> Faults,
    long Nanoseconds,
    ProbeState? Probe,
    string? ChipFile,
    string? ChipSha256)
{
    public const int CurrentFormat = 1;

    /// <summary>Where the probe's virtual COM port ends; null for the default of <see cref="VcpWiring"/>.</summary>
    public int? VcpUsart { get; init; }

    /// <summary>The probe tells its serial number as old ones do: a byte a character, instead of two digits.</summary>
    public bool RawSerial { get; init; }

    /// <summary>Somebody took the board's power away and gave it back: what lasts only as long as the supply is gone.</summary>
    public bool PowerCycled { get; init; }

    /// <summary>A program that does nothing is in the flash of the new board, where none of its faults puts another one there.</summary>
    public bool Programmed { get; init; }

    /// <summary>Cells of the flash that an erase has left between both states: first byte and number.</summary>
    public IReadOnlyList<uint[]> Marginal { get; init; } = [];

    /// <summary>The board holds the BOOT0 pin high.</summary>
    public bool Boot0 { get; init; }

    /// <summary>The hub whose translator the board shares with others that name the same; null for a socket of the computer.</summary>
    public string? Hub { get; init; }

    /// <summary>How a USB-serial adapter's DTR and RTS lead to NRST and BOOT0, as <see cref="Boards.BootWiring"/> reads it; null where they lead nowhere.</summary>
    public string? BootWiring { get; init; }
}

/// <param name="Mode">What GET_CURRENT_MODE answers.</param>
internal sealed record ProbeState(byte Mode, int Kilohertz, bool ResetDriven);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(BoardState))]
internal sealed partial class BoardJson : JsonSerializerContext;
