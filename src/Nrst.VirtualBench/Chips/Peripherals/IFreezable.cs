namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>A counter that DBGMCU can stop while the core is halted.</summary>
internal interface IFreezable
{
    void Freeze(bool frozen, long now);
}
