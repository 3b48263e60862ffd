namespace Nrst.VirtualBench.Chips;

/// <summary>What a chip keeps without power.</summary>
/// <param name="Flash">The main flash, from its first byte.</param>
/// <param name="OptionBytes">The programmed option words, in the order of the controller's registers.</param>
/// <param name="Otp">The one-time programmable bytes and their lock bytes; empty where there are none.</param>
internal sealed record ChipState(byte[] Flash, uint[] OptionBytes, byte[] Otp)
{
    /// <summary>What only some families have: data EEPROM, key storage, words whose error code is broken.</summary>
    public IReadOnlyList<byte[]> Others { get; init; } = [];
}
