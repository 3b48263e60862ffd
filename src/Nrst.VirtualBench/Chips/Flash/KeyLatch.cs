namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>A lock that two keys in a row open, and that a wrong key jams until the next reset.</summary>
/// <param name="jamsWhenOpen">The right keys jam it as well when it is open already (H5, H7, H7RS).</param>
internal sealed class KeyLatch(uint first, uint second, bool jamsWhenOpen = false)
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

        if (half && value == second && (Locked || !jamsWhenOpen))
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
