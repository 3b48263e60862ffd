using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>One option as it is in force: name, value, and what that does.</summary>
/// <param name="Register">The register it was read from: <c>FLASH_OPTR</c>.</param>
/// <param name="Name">As the manual spells it: <c>nRST_STOP</c>.</param>
/// <param name="Meaning">In words for people.</param>
public sealed record OptionReading(string Register, string Name, uint Value, string Meaning)
{
    /// <summary>Reads every option byte of a chip whose controller has a driver. Changes nothing.</summary>
    public static IReadOnlyList<OptionReading> ReadFrom(ITargetMemory memory, Device device)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(device);
        return FlashFamilies.Of(device).ReadOptions(memory, device);
    }
}

/// <summary>A field of an option register, and its values in words.</summary>
/// <param name="Words">The meaning of a value.</param>
internal sealed record OptionBits(string Name, int High, int Low, Func<uint, string> Words)
{
    /// <summary>A single bit.</summary>
    public static OptionBits Bit(string name, int at, string zero, string one) => new(name, at, at, value => value == 0 ? zero : one);

    /// <summary>A field whose values have a meaning each; others are reserved.</summary>
    public static OptionBits Field(string name, int high, int low, params string[] words) =>
        new(name, high, low, value => value < words.Length ? words[value] : "reserved");

    public uint Of(uint register) => register >> Low & (uint)((1UL << (High - Low + 1)) - 1);
}

/// <summary>One option register with its fields.</summary>
internal sealed record OptionRegister(string Name, uint Offset, params OptionBits[] Fields)
{
    public IEnumerable<OptionReading> Read(ITargetMemory memory, Device device) =>
        Decode(memory.Read32(device.Flash.Controller + Offset));

    public IEnumerable<OptionReading> Decode(uint value) =>
        Fields.Select(field => new OptionReading(Name, field.Name, field.Of(value), field.Words(field.Of(value))));
}
