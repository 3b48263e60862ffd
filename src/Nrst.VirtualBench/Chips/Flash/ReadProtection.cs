namespace Nrst.VirtualBench.Chips.Flash;

internal enum ReadProtection : byte
{
    Level0,
    Level1,
    Level2,
}
