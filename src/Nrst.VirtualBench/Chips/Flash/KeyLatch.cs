namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>A lock that two keys in a row open, and that a wrong key jams until the next reset.</summary>
internal sealed class KeyLatch(uint first, uint second)
{
    private bool half;

    public bool Locked { get; private set; } = true;

    /// <summary>A wrong key came: no key opens the lock any more.</summary>
    public bool Jammed { get; private set; }

    public void Key(uint value)
    {
        if (Jammed)
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
            (Jammed, half, Locked) = (true, false, true);
        }
    }

    public void Lock() => (Locked, half) = (true, false);

    public void Reset() => (Locked, half, Jammed) = (true, false, false);
}
