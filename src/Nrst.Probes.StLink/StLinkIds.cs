using Nrst.Usb;

namespace Nrst.Probes.StLink;

/// <summary>The ST-LINKs that exist, by their USB identity.</summary>
public static class StLinkIds
{
    public const ushort Vendor = 0x0483;

    private static readonly Dictionary<ushort, string> Kinds = new()
    {
        [0x3744] = "ST-LINK/V1",
        [0x3748] = "ST-LINK/V2",
        [0x374A] = "ST-LINK/V2-1",
        [0x374B] = "ST-LINK/V2-1",
        [0x3752] = "ST-LINK/V2-1",
        [0x374D] = "STLINK-V3 loader",
        [0x374E] = "STLINK-V3E",
        [0x374F] = "STLINK-V3",
        [0x3753] = "STLINK-V3",
        [0x3754] = "STLINK-V3",
        [0x3755] = "STLINK-V3PWR loader",
        [0x3757] = "STLINK-V3PWR",
    };

    public static bool IsStLink(ushort vid, ushort pid) => vid == Vendor && Kinds.ContainsKey(pid);

    /// <summary>Whether we can talk to it: the V1 speaks mass storage, and a loader is no probe.</summary>
    public static bool IsSupported(ushort vid, ushort pid) =>
        IsStLink(vid, pid) && pid is not (0x3744 or 0x374D or 0x3755);

    /// <summary>Why a device of the family is of no use to us; null where it is.</summary>
    public static ProbeException? FindProblem(ushort vid, ushort pid) => IsSupported(vid, pid) ? null : StLinkErrors.NotForDebugging(pid);

    /// <summary>The product, as its maker writes it.</summary>
    public static string Kind(ushort pid) => Kinds.GetValueOrDefault(pid, "ST-LINK");

    /// <summary>Interface 0, answers on 0x81; requests go to endpoint 2 on the oldest and to 1 on all others.</summary>
    public static BulkEndpoints Endpoints(ushort pid) => new(0, pid is 0x3744 or 0x3748 ? (byte)0x02 : (byte)0x01, 0x81);

    internal static bool HasMassStorage(ushort pid) => pid is 0x374A or 0x374B or 0x3752;
}
