namespace Nrst.Targets;

/// <summary>A chip that can be told by its identity code and has no row: <c>data/devices/recognised.txt</c>.</summary>
/// <param name="Why">Why nrst cannot program it.</param>
public sealed record RecognisedChip(ushort DeviceId, string Name, IdCodePlace Place, string Why)
{
    /// <summary><c>0x500: STM32MP15x: 0x5008_1000: no internal flash</c>, one a line; <c>#</c> begins a remark.</summary>
    internal static IReadOnlyList<RecognisedChip> Parse(string text) =>
    [
        .. DeviceIndex.Lines(text).Select(line => line.Split(": ") is [var id, var name, var place, var why]
            ? new RecognisedChip((ushort)Notation.Hex(id), name, Notation.IdCode(place, accessPort: 0), why)
            : throw new InvalidDataException($"recognised.txt: '{line}' is not a line such as '0x500: STM32MP15x: 0x5008_1000: no internal flash'.")),
    ];
}
