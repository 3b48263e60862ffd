namespace Nrst.Perf.Loaders;

/// <summary>How the loader in the ROM is reached.</summary>
internal enum LoaderRoute
{
    Usb,
    Serial,
}

/// <summary>One image for one chip in its loader.</summary>
internal sealed record LoaderCase(LoaderRoute Route, string Name, string Part, int Bytes)
{
    public const int Baud = 115_200;

    /// <summary>Start, eight bits, parity, stop.</summary>
    private const double SecondsPerCharacter = 11.0 / Baud;

    /// <summary>
    /// Beside the bytes of a block, of a write and of a read alike: the command and its complement, address and checksum, the length and a checksum, and
    /// three acknowledges.
    /// </summary>
    private const int CharactersPerBlock = 12;

    private const int SerialBlock = 256;

    public static IReadOnlyList<LoaderCase> All { get; } =
    [
        new(LoaderRoute.Usb, "F072", "STM32F072RB", 65_536),
        new(LoaderRoute.Usb, "F407", "STM32F407VG", 131_072),
        new(LoaderRoute.Usb, "F746", "STM32F746ZG", 131_072),
        new(LoaderRoute.Usb, "G0B1", "STM32G0B1RE", 131_072),
        new(LoaderRoute.Usb, "G474", "STM32G474RE", 131_072),
        new(LoaderRoute.Usb, "H743", "STM32H743ZI", 131_072),
        new(LoaderRoute.Usb, "L073", "STM32L073RZ", 66_748),
        new(LoaderRoute.Usb, "L476", "STM32L476RG", 131_072),
        new(LoaderRoute.Usb, "U575", "STM32U575ZI", 131_072),
        new(LoaderRoute.Usb, "WB55", "STM32WB55RG", 131_072),
        new(LoaderRoute.Serial, "F103", "STM32F103RB", 32_768),
        new(LoaderRoute.Serial, "F407", "STM32F407VG", 32_768),
        new(LoaderRoute.Serial, "G071", "STM32G071RB", 32_768),
        new(LoaderRoute.Serial, "H743", "STM32H743ZI", 32_768),
        new(LoaderRoute.Serial, "L073", "STM32L073RZ", 32_768),
        new(LoaderRoute.Serial, "L476", "STM32L476RG", 32_768),
    ];

    /// <summary>Its loader can be told the supply, and programs more bits at a time for it.</summary>
    public bool TakesSupply => Route is LoaderRoute.Usb && Part[..7] is ("STM32F2" or "STM32F4" or "STM32F7");

    /// <summary>Seconds that the frames of a write, or of a read, of the whole image are on the line.</summary>
    public double Line => (Bytes + (CharactersPerBlock * ((Bytes + SerialBlock - 1) / SerialBlock))) * SecondsPerCharacter;
}

/// <summary>What a program did with a chip in its loader, on the board's clock.</summary>
/// <param name="FlashErase">Seconds that the flash erased, which lie within the others.</param>
/// <param name="Phases">nrst's own; null for the others.</param>
internal sealed record LoaderMeasurement(
    LoaderCase Case, string Tool, string Job, double Seconds, double FlashErase, double FlashProgram, Flash.FlashSeconds? Phases)
{
    /// <summary>Why there is no figure; null where there is one.</summary>
    public string? Failure { get; init; }
}
