using Nrst.VirtualBench.Boards;

namespace Nrst.Cli.Verbs;

/// <summary>A board of the bench to be diagnosed.</summary>
/// <param name="Expected">The codes of what is wrong with it.</param>
/// <param name="At">Where the image goes; 0 for the start of the flash.</param>
/// <param name="LookFirst">What its fault does is seen before the chip is reset or written, or not at all: a user calls the doctor, and does not flash.</param>
internal sealed record SickBoard(IReadOnlyList<string> Faults, IReadOnlyList<string> Expected, string Chip, string Kind = "v2-1", int Kilohertz = 4000, uint At = 0, bool LookFirst = false);

/// <summary>Every fault of the bench that a debug probe can meet, on three chips where they can have it, and the cause that is to be named.</summary>
internal static class SickBoards
{
    public static IReadOnlyList<SickBoard> All { get; } =
    [
        .. On("no-target-power", "NRST7001", "STM32F407VG STM32G071RB STM32H743ZI"),
        .. On("vtref-unwired", "NRST7002", "STM32F407VG STM32G071RB STM32H743ZI"),
        .. On("vdd-low:1500", "NRST7003", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("vdd-high:3550", "NRST7004", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("vcap-missing", "NRST7005", "STM32F407VG STM32H743ZI STM32F746ZG"),
        .. On("vdda-unconnected", "NRST7006", "STM32F407VG STM32F103C8 STM32L476RG"),
        .. On("pdr-on-low", "NRST7007", "STM32F429ZI STM32H743ZI STM32F746ZG"),
        .. On("brown-out-while-programming:1600", "NRST7008", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("smps-mismatch", "NRST7071", "STM32H725ZG STM32H745ZI STM32H735ZG", kind: "v3"),
        .. On("nrst-push-pull", "NRST7010", "STM32F407VG STM32G071RB STM32H743ZI"),
        .. On("nrst-held-low", "NRST7011", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("nrst-unwired", "NRST7012", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("nrst-is-gpio", "NRST7013", "STM32G071RB STM32C031C6 STM32U073RC"),
        .. On("nrst-slow:800000", "NRST7014", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("swd-disconnected", "NRST7020", "STM32F407VG STM32G071RB STM32H743ZI"),
        .. On("swd-noisy-above:1000", "NRST7021", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("swdio-contention", "NRST7022", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("firmware-remaps-swd", "NRST7023", "STM32F103C8 STM32F407VG STM32L476RG"),
        .. On("debug-switched-off", "NRST7063", "STM32G071RB STM32C031C6 STM32G474RE"),
        .. On("probe-clone", "NRST7030", "STM32F407VG STM32G071RB STM32L476RG", kind: "v2"),
        .. On("probe-firmware-old", "NRST1303", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("usb-unplug-after:100", "NRST1182", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("usb-stall-at:20", "NRST1187", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("usb-answer-lost-at:20", "NRST1181", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("usb-answer-short-at:20", "NRST1302", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("usb-answer-late-at:20", "NRST1181", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("usb-extra-packet-at:20", "NRST1302", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("clone-mcu", "NRST7040", "STM32F103C8 STM32F407VG STM32F103RB"),
        .. On("foreign-mcu", "NRST7041", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("flash-size-unreadable", "NRST7043", "STM32F407VG STM32G071RB STM32H743ZI"),
        .. On("flash-smaller", "NRST7091", "STM32F407VG", at: 0x08080000),
        .. On("flash-smaller", "NRST7091", "STM32L476RG", at: 0x08080000),
        .. On("flash-smaller", "NRST7091", "STM32H743ZI", at: 0x08100000),
        .. On("firmware-sleeps", "NRST7050", "STM32L476RG STM32F407VG STM32G071RB"),
        .. On("firmware-watchdog", "NRST7051", "STM32F407VG STM32G071RB STM32L476RG", lookFirst: true),
        .. On("firmware-dma", "NRST7052", "STM32F407VG STM32G071RB STM32L476RG", lookFirst: true),
        .. On("firmware-hangs-bus", "NRST7053", "STM32F407VG STM32L476RG STM32H743ZI"),
        .. On("firmware-locks-up", "NRST7054", "STM32F407VG STM32G071RB STM32H743ZI", lookFirst: true),
        .. On("firmware-rewrites-flash", "NRST7055", "STM32F407VG STM32G071RB STM32L476RG", lookFirst: true),
        .. On("debug-state-left", "NRST7056", "STM32F407VG STM32G071RB STM32L476RG", lookFirst: true),
        .. On("dbgmcu-left", "NRST7086", "STM32F407VG STM32L476RG STM32H743ZI", lookFirst: true),
        .. On("rdp1", "NRST7060", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("rdp-regression-unfinished", "NRST7061", "STM32WLE5CC STM32L476RG STM32G071RB"),
        .. On("rdp2", "NRST7062", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("boot-lock", "NRST7062", "STM32G071RB STM32C031C6 STM32G474RE"),
        .. On("write-protected:0", "NRST7065", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("pcrop", "NRST7067", "STM32L476RG STM32G071RB STM32WB55RG"),
        .. On("secure-area", "NRST7067", "STM32G071RB STM32G474RE STM32WB55RG", lookFirst: true),
        .. On("trustzone", "NRST7068", "STM32L552ZE STM32U575ZI STM32H563ZI"),
        .. On("product-state-closed", "NRST7069", "STM32H563ZI STM32H573ZI STM32H503RB"),
        .. On("core-boot-disabled", "NRST7070", "STM32H745ZI STM32H755ZI STM32H747XI", kind: "v3"),
        .. On("bank-swapped", "NRST7080", "STM32H743ZI STM32U575ZI STM32H563ZI"),
        .. On("empty-check-stale", "NRST7085", "STM32G071RB STM32C031C6 STM32L433RC", lookFirst: true),
        .. On("ecc-damage:0x08000040", "NRST7081", "STM32H743ZI STM32L476RG STM32G071RB"),
        .. On("erase-interrupted:0", "NRST7083", "STM32F407VG STM32G071RB STM32L476RG", lookFirst: true),
        .. On("flash-errors-left", "NRST7082", "STM32H743ZI STM32F407VG STM32G071RB"),
        .. On("flash-suspended", "NRST7084", "STM32WB55RG STM32WLE5CC STM32WB35CC"),
        .. On("flash-ignores-commands", "NRST7087", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("flash-ignores-erase", "NRST7087", "STM32L073RZ STM32F407VG STM32G071RB"),
        .. On("flash-never-finishes", "NRST7088", "STM32L476RG STM32F407VG STM32G071RB"),
        .. On("flash-stuck-bit:0x08000010", "NRST7089", "STM32F407VG STM32G071RB STM32L476RG"),
        .. On("flash-weak-erase:0", "NRST7090", "STM32F407VG STM32G071RB STM32L476RG"),
    ];

    /// <summary>A healthy board of every line, on each kind of probe in turn.</summary>
    public static IReadOnlyList<SickBoard> Healthy { get; } =
    [
        .. Targets.DeviceDatabase.All.Where(device => BoardStore.HasModelOf(device)).Select((device, i) =>
            new SickBoard([], [], device.Parts[0].Name, Kinds[i % Kinds.Length], LookFirst: true)),
    ];

    /// <summary>Each of what can be wrong around a chip together with each of what can be wrong in it, as far as one does not hide the other.</summary>
    public static IReadOnlyList<SickBoard> Pairs { get; } =
    [
        .. from around in Around
           from inside in Inside
           where !Hides(around.Fault, inside.Fault)
           select new SickBoard([around.Fault, inside.Fault], [around.Code, inside.Code], "STM32F407VG", "v2", LookFirst: true),
    ];

    private static (string Fault, string Code)[] Around =>
    [
        ("vtref-unwired", "NRST7002"), ("vdd-high:3550", "NRST7004"), ("nrst-push-pull", "NRST7010"), ("nrst-unwired", "NRST7012"), ("nrst-slow:100000", "NRST7014"),
        ("swd-noisy-above:1000", "NRST7021"), ("probe-clone", "NRST7030"),
    ];

    private static (string Fault, string Code)[] Inside =>
    [
        ("clone-mcu", "NRST7040"), ("firmware-watchdog", "NRST7051"), ("firmware-dma", "NRST7052"), ("firmware-rewrites-flash", "NRST7055"),
        ("firmware-locks-up", "NRST7054"), ("debug-state-left", "NRST7056"), ("dbgmcu-left", "NRST7086"), ("rdp1", "NRST7060"), ("write-protected:0", "NRST7065"),
        ("erase-interrupted:0", "NRST7083"), ("flash-errors-left", "NRST7082"), ("flash-size-unreadable", "NRST7043"),
    ];

    /// <summary>A supply that is measured wrongly is not measured; a copy of a probe measures the same voltage always.</summary>
    private static bool Hides(string around, string inside) => around == "nrst-push-pull" && inside == "firmware-watchdog";

    private static string[] Kinds => ["v2", "v2-1", "v3"];

    private static IEnumerable<SickBoard> On(string fault, string code, string chips, string kind = "v2-1", uint at = 0, bool lookFirst = false) =>
        chips.Split(' ').Select(chip => new SickBoard([fault], [code], chip, kind, At: at, LookFirst: lookFirst));
}
