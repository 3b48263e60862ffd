namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>A block of registers on the AHB or an APB.</summary>
internal interface IPeripheral
{
    /// <param name="offset">Word-aligned offset from the base address.</param>
    uint Read(uint offset, long now);

    /// <param name="offset">Word-aligned offset from the base address.</param>
    /// <param name="value">The bytes on the lanes of the word they belong to.</param>
    /// <param name="mask">Ones on the lanes that are written.</param>
    void Write(uint offset, uint value, uint mask, long now);

    void Reset(long now);
}

/// <summary>A peripheral in which something happens without anybody accessing it.</summary>
internal interface ITimedPeripheral : IPeripheral
{
    /// <summary>When the next thing happens that somebody outside could notice; <see cref="long.MaxValue"/> if nothing is due.</summary>
    long NextEvent { get; }

    void Advance(long now);
}

/// <summary>What a peripheral sees of the chip it sits on.</summary>
internal interface IChipServices
{
    void SetInterrupt(int number, bool level);

    /// <summary>A peripheral has a new <see cref="ITimedPeripheral.NextEvent"/>, perhaps sooner than the core was told.</summary>
    void EventMoved(long when);

    /// <summary>A watchdog pulls the reset line.</summary>
    void ResetBy(ResetSource source, long now);

    void Note(string text);
}

/// <summary>Who caused a reset; the value is the flag in RCC_CSR.</summary>
internal enum ResetSource : uint
{
    PowerOn = 0x0E00_0000, // PORRSTF, and with it BORRSTF and PINRSTF
    Pin = 0x0400_0000,
    Software = 0x1000_0000,
    IndependentWatchdog = 0x2000_0000,
    WindowWatchdog = 0x4000_0000,
}
