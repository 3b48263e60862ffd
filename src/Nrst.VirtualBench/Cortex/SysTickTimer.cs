namespace Nrst.VirtualBench.Cortex;

/// <summary>SYST_CSR, SYST_RVR, SYST_CVR: a 24-bit down counter that is computed when asked, not stepped.</summary>
internal sealed class SysTickTimer
{
    private long _base; // picoseconds at which the counter held _value
    private uint _value;
    private bool _counting;

    public bool Enabled { get; private set; }

    public bool InterruptEnabled { get; private set; }

    public bool UsesCoreClock { get; private set; }

    public bool CountFlag { get; private set; }

    public uint Reload { get; private set; }

    public void Reset()
    {
        (Enabled, InterruptEnabled, UsesCoreClock, CountFlag, _counting) = (false, false, false, false, false);
        (Reload, _value) = (0, 0);
    }

    /// <summary>Stops time for the counter: its clock changes, or the core halts.</summary>
    public void Freeze(long picoseconds, long cycle)
    {
        _value = Value(picoseconds, cycle);
        _counting = false;
    }

    public void Thaw(long picoseconds)
    {
        _base = picoseconds;
        _counting = Enabled;
    }

    /// <summary>The time in picoseconds at which the counter reaches zero next; null if it does not.</summary>
    public long? NextZero(long cycle) => !_counting || (_value == 0 && Reload == 0)
        ? null
        : _base + (_value > 0 ? _value : Reload + 1L) * Period(cycle);

    /// <summary>The counter has come down to zero at <paramref name="picoseconds"/>.</summary>
    public void ReachZero(long picoseconds) => (_base, _value, CountFlag) = (picoseconds, 0, true);

    public uint Value(long picoseconds, long cycle)
    {
        if (!_counting)
        {
            return _value;
        }

        var ticks = (picoseconds - _base) / Period(cycle);
        if (ticks <= _value)
        {
            return _value - (uint)ticks;
        }

        return Reload == 0 ? 0 : Reload - (uint)((ticks - _value - 1) % (Reload + 1L));
    }

    public uint ReadControl(bool clears)
    {
        var value = (Enabled ? 1u : 0) | (InterruptEnabled ? 2u : 0) | (UsesCoreClock ? 4u : 0) | (CountFlag ? 1u << 16 : 0);
        CountFlag &= !clears;
        return value;
    }

    public void WriteControl(uint value) =>
        (Enabled, InterruptEnabled, UsesCoreClock) = ((value & 1) != 0, (value & 2) != 0, (value & 4) != 0);

    public void WriteReload(uint value) => Reload = value & 0xFF_FFFF;

    public void ClearValue() => (_value, CountFlag) = (0, false);

    private long Period(long cycle) => UsesCoreClock ? cycle : cycle * 8; // STM32 feeds HCLK/8 as the external clock
}
