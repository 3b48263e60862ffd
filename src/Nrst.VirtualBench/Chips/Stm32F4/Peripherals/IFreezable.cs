namespace Nrst.VirtualBench.Chips.Stm32F4.Peripherals;

/// <summary>A counter that DBGMCU can stop while the core is halted.</summary>
internal interface IFreezable
{
    void Freeze(bool frozen, long now);
}
