namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>What somebody has programmed into the option bytes before the board came to the bench.</summary>
internal enum OptionWish
{
    /// <summary>Read-out protection of level 1.</summary>
    ReadProtection,

    /// <summary>The last level, or what the line has in its place: no debugger any more.</summary>
    ReadProtectionForGood,

    /// <summary>An erase unit that cannot be erased or programmed; the argument counts them through all banks.</summary>
    WriteProtection,

    /// <summary>An area of which only code can be fetched.</summary>
    CodeOnly,

    /// <summary>Pages at one end of the flash that are shut off from everybody who is not meant to see them.</summary>
    SecureArea,

    /// <summary>TrustZone, and a read protection that leaves a debugger nothing but the non-secure world.</summary>
    TrustZone,

    /// <summary>The last state of the product's life in which it can still be opened.</summary>
    Closed,

    /// <summary>The chip starts in main flash whatever the pin says; with read protection, without a debugger.</summary>
    BootLock,

    /// <summary>NRST is a GPIO.</summary>
    ResetPinIsGpio,

    /// <summary>The banks are exchanged.</summary>
    BanksSwapped,

    /// <summary>The first of two cores does not start.</summary>
    FirstCoreOff,
}
