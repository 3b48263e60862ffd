namespace Nrst.VirtualBench.Chips.Flash.Parallel;

/// <summary>The option cells, and the registers through which they are seen and changed.</summary>
/// <remarks>A write to OPTCR changes only the register; OPTSTRT copies it into the cells; a reset loads it from them again.</remarks>
internal interface IParallelOptions
{
    /// <summary>What is programmed, in the order of the registers, without OPTLOCK and OPTSTRT.</summary>
    uint[] Cells { get; }

    ReadProtection Protection { get; }

    bool HardwareWatchdog { get; }

    /// <summary>The level that the registers ask for.</summary>
    ReadProtection Asked { get; }

    /// <summary>Some sector may be fetched from and not read.</summary>
    bool BarsReads { get; }

    /// <summary>OPTCR as it was written last.</summary>
    uint Control { get; set; }

    void Load();

    /// <summary>Copies the registers into the cells.</summary>
    void Program();

    bool IsWriteProtected(FlashUnit sector);

    bool IsReadProtected(FlashUnit sector);

    /// <summary>Changes the cells so that a sector cannot be erased or programmed.</summary>
    bool WriteProtect(FlashUnit sector);

    /// <summary>Changes the cells so that a sector can only be executed; false where the die does not know that.</summary>
    bool ReadProtect(FlashUnit sector);
}
