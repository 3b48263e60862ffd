namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>A lock that two keys in a row open, and that a wrong key jams until the next reset.</summary>
internal sealed class KeyLatch(uint first, uint second)
{
    private bool half;
    private bool jammed;

    public bool Locked { get; private set; } = true;

    public void Key(uint value)
    {
        if (jammed)
        {
            return;
        }

        if (half && value == second)
        {
            (half, Locked) = (false, false);
        }
        else if (!half && value == first)
        {
            half = true;
        }
        else
        {
            (jammed, half, Locked) = (true, false, true);
        }
    }

    public void Lock() => (Locked, half) = (true, false);

    public void Reset() => (Locked, half, jammed) = (true, false, false);
}
