namespace Nrst.VirtualBench.Chips.Peripherals;

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

/// <summary>What a peripheral or a flash model sees of the chip it sits on.</summary>
internal interface IChipServices
{
    void SetInterrupt(int number, bool level);

    /// <summary>The NMI input of the core: a rising edge.</summary>
    void PendNmi();

    /// <summary>A peripheral has a new <see cref="ITimedPeripheral.NextEvent"/>, perhaps sooner than the core was told.</summary>
    void EventMoved(long when);

    /// <summary>A watchdog, or a request to load the option bytes anew, pulls the reset line.</summary>
    void ResetBy(ResetSource source, long now);

    /// <summary>What a peripheral register holds, for a block that takes a wire from another: PWR tells the flash the voltage range.</summary>
    uint Peek(uint address);

    /// <summary>One cycle of HCLK.</summary>
    long HclkPicoseconds { get; }

    /// <summary>Volts on VDD while the charge pump of the flash works.</summary>
    double VoltsUnderPump { get; }

    /// <summary>The charge pump of the flash has what it needs.</summary>
    bool SupplyFeedsPump { get; }

    /// <summary>VDD is above what the charge pump bears.</summary>
    bool SupplyOverfeedsPump { get; }

    /// <summary>The charge pump of the flash is to work for this time. Answers whether the supply breaks down before its end.</summary>
    bool PumpWorks(long from, long until);

    /// <summary>Software chose how the core is fed, which it can do once after power-on.</summary>
    void CoreSupplyChosen(uint configuration);

    /// <summary>One transfer of a DMA controller; what nobody answers to is lost.</summary>
    void Move(uint from, uint to, int bytes, long now);

    /// <summary>Read-out protection was lifted: what else goes with the flash (backup SRAM, backup registers) goes now.</summary>
    void ProtectionLifted();

    /// <summary>Something the model cannot do as silicon would. Kept once.</summary>
    void Note(string text);
}

/// <summary>Who caused a reset. Where RCC keeps the flag of each is in the table of the series.</summary>
internal enum ResetSource
{
    PowerOn,
    Pin,
    Software,
    IndependentWatchdog,
    WindowWatchdog,

    /// <summary>VDD fell below the level of the brown-out or the power-down reset, and came back.</summary>
    BrownOut,

    /// <summary>OBL_LAUNCH: the option bytes were loaded anew.</summary>
    OptionLoad,
}
