namespace Nrst.Flash;

/// <summary>Options that many lines have under the same name and with the same effect; where they lie is each line's own.</summary>
internal static class CommonOptions
{
    /// <summary>Bits 7:0.</summary>
    public static OptionBits Rdp { get; } = new("RDP", 7, 0, FlashProtection.WordsOf);

    /// <summary>IWDG_SW, IWDG_STOP, IWDG_STDBY and WWDG_SW, from bit 16 on.</summary>
    public static IReadOnlyList<OptionBits> Watchdogs { get; } =
    [
        OptionBits.Bit("IWDG_SW", 16, "the independent watchdog starts with the chip", "the independent watchdog is started by software"),
        OptionBits.Bit("IWDG_STOP", 17, "the independent watchdog stands still in Stop", "the independent watchdog runs in Stop"),
        OptionBits.Bit("IWDG_STDBY", 18, "the independent watchdog stands still in Standby", "the independent watchdog runs in Standby"),
        OptionBits.Bit("WWDG_SW", 19, "the window watchdog starts with the chip", "the window watchdog is started by software"),
    ];

    /// <summary>BOOT_LOCK, bit 16 of FLASH_SECR.</summary>
    public static OptionBits BootLock { get; } = OptionBits.Bit(
        "BOOT_LOCK", 16, "the boot place is chosen", "boots from main flash only; with read-out protection level 1 the debug port is closed");

    /// <summary>nSWBOOT0 and nBOOT0, bits 26 and 27.</summary>
    public static IReadOnlyList<OptionBits> SoftwareBoot { get; } =
    [
        OptionBits.Bit("nSWBOOT0", 26, "nBOOT0 decides where to boot", "the BOOT0 pin decides where to boot"),
        OptionBits.Bit("nBOOT0", 27, "boots from the second place", "boots from main flash"),
    ];

    /// <summary>nBOOT_SEL, nBOOT1 and nBOOT0, from bit 24 on.</summary>
    public static IReadOnlyList<OptionBits> BootSelect { get; } =
    [
        OptionBits.Bit("nBOOT_SEL", 24, "the BOOT0 pin decides where to boot", "nBOOT0 decides where to boot"),
        NBoot1(25),
        OptionBits.Bit("nBOOT0", 26, "boots from the second place", "boots from main flash"),
    ];

    /// <summary>nRST_STOP, nRST_STDBY and nRST_SHDW, from this bit on.</summary>
    public static IReadOnlyList<OptionBits> LowPowerResets(int from) =>
    [
        OptionBits.Bit("nRST_STOP", from, "entering Stop resets", "entering Stop does not reset"),
        OptionBits.Bit("nRST_STDBY", from + 1, "entering Standby resets", "entering Standby does not reset"),
        OptionBits.Bit("nRST_SHDW", from + 2, "entering Shutdown resets", "entering Shutdown does not reset"),
    ];

    /// <summary>BOR_LEV of the low-power lines: three bits from this one on.</summary>
    public static OptionBits BrownOut(int from) => OptionBits.Field("BOR_LEV", from + 2, from, "1.7 V", "2.0 V", "2.2 V", "2.5 V", "2.8 V");

    public static OptionBits NBoot1(int at) =>
        OptionBits.Bit("nBOOT1", at, "RAM is the second place to boot from", "system memory is the second place to boot from");

    /// <summary>NRST_MODE and IRHEN, from this bit on.</summary>
    public static IReadOnlyList<OptionBits> ResetPin(int from) =>
    [
        OptionBits.Field(
            "NRST_MODE", from + 1, from,
            "reserved", "NRST is a reset input only", "NRST is a GPIO: no reset by its pin", "NRST is reset input and output"),
        OptionBits.Bit("IRHEN", from + 2, "a reset by the chip is a pulse on NRST", "a reset by the chip holds NRST until it is low"),
    ];
}
