namespace Nrst.VirtualBench.Chips.Flash;

internal enum ReadProtection : byte
{
    Level0,
    Level1,
    Level2,
}

/// <summary>The RDP byte as most families have it.</summary>
internal static class ReadProtectionByte
{
    /// <param name="register">An option register with RDP in bits 15 to 8.</param>
    public static ReadProtection LevelOf(uint register) => (byte)(register >> 8) switch
    {
        0xAA => ReadProtection.Level0,
        0xCC => ReadProtection.Level2,
        _ => ReadProtection.Level1,
    };
}
