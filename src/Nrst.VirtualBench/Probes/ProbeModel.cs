namespace Nrst.VirtualBench.Probes;

/// <summary>A kind of ST-LINK: how USB sees it, and how long it takes for things.</summary>
/// <param name="Key">How a user asks for it: <c>v2-1</c>.</param>
/// <param name="ExchangeNs">
/// A command and its answer, SWD work excluded. Fitted on whole exchanges of real hosts, so the cost of the host's two calls is in it.
/// </param>
/// <param name="WriteWordNs">What the firmware adds to the wire time of each item it writes.</param>
/// <param name="ReadWordNs">The same for reads.</param>
internal sealed record ProbeModel(
    string Key,
    string Product,
    int Hardware,
    ushort ProductId,
    int MaxPacket,
    string DefaultFirmware,
    byte ModeAfterPlug,
    long ExchangeNs,
    long WriteWordNs,
    long ReadWordNs)
{
    public const ushort VendorId = 0x0483;

    /// <summary>Of the first probes of this kind.</summary>
    public string OldestFirmware { get; private init; } = "";

    /// <summary>What copies of this kind tell: a version with a part too many for it, or one too few.</summary>
    public string CopyFirmware { get; private init; } = "";

    /// <summary>What one USB call costs the host, when nothing has to come back.</summary>
    public const long CallNs = 20_000;

    /// <summary>A command block together with the data that goes out after it.</summary>
    public const long CommandAndDataNs = 50_000;

    /// <summary>The same where the host hands both over at once.</summary>
    public const long QueuedNs = 20_000;

    private static readonly ProbeModel[] s_all =
    [
        new("v2", "ST-LINK/V2", 2, 0x3748, 64, "V2J45S7", StLinkMode.Dfu, 200_000, 1_500, 10_900) { OldestFirmware = "V2J17S4", CopyFirmware = "V2J37M26S7" },
        new("v2-1", "ST-LINK/V2-1", 2, 0x374B, 64, "V2J45M31", StLinkMode.MassStorage, 200_000, 1_500, 10_900) { OldestFirmware = "V2J22M5", CopyFirmware = "V2J37S7" },
        new("v3", "STLINK-V3", 3, 0x374E, 512, "V3J13M4B5S1", StLinkMode.MassStorage, 130_000, 1_800, 4_350) { OldestFirmware = "V3J1M1" },
    ];

    public static IReadOnlyList<ProbeModel> All => s_all;

    public static ProbeModel? Find(string key) => Array.Find(s_all, model => model.Key == key);
}

/// <summary>What GET_CURRENT_MODE answers.</summary>
internal static class StLinkMode
{
    public const byte Dfu = 0;
    public const byte MassStorage = 1;
    public const byte Debug = 2;
}
