namespace Nrst.Specs.Faults;

/// <summary>What OpenOCD does on a board with a fault.</summary>
internal enum Deed
{
    /// <summary>Connects, resets and halts, programs with verify, dumps.</summary>
    Program,

    /// <summary>The same with NRST for every reset, low while it connects.</summary>
    ProgramByPin,

    /// <summary>Halts without a reset, erases, writes, compares and dumps.</summary>
    HotPlug,

    /// <summary>Resets and halts, dumps, and compares the dump with what it dumped.</summary>
    ReadTwice,

    /// <summary>Halts, dumps, lets the program start anew, and compares.</summary>
    RunBetween,

    /// <summary>Asks access port 1 who it is.</summary>
    AskPort,
}

/// <summary>One fault on one board.</summary>
/// <param name="At">Where in the flash.</param>
internal sealed record FaultyRun(string Fault, string Part, string Script, string Kind = "v2", Deed Deed = Deed.Program, uint At = 0x0800_0000);

/// <summary>A run for every fault of the catalogue, on a chip that makes it plain.</summary>
internal static class FaultyRuns
{
    private const string F4 = "STM32F407VG", Script4 = "stm32f4x";

    public static IReadOnlyList<FaultyRun> All { get; } =
    [
        new("no-target-power", F4, Script4),
        new("vtref-unwired", F4, Script4),
        new("vdd-low:1500", "STM32G071RB", "stm32g0x"),
        new("vdd-high:3550", F4, Script4),
        new("vcap-missing", "STM32H743ZI", "stm32h7x_dual_bank", "v3"),
        new("vdda-unconnected", F4, Script4),
        new("pdr-on-low", "STM32F429ZI", Script4),
        new("brown-out-while-programming:1600", F4, Script4),
        new("smps-mismatch", "STM32H725ZG", "stm32h7x", "v3"),
        new("nrst-push-pull", F4, Script4),
        new("nrst-held-low", F4, Script4),
        new("nrst-unwired", F4, Script4, Deed: Deed.ProgramByPin),
        new("nrst-is-gpio", "STM32G071RB", "stm32g0x", Deed: Deed.ProgramByPin),
        new("nrst-slow:800000", F4, Script4, Deed: Deed.ProgramByPin),
        new("swd-disconnected", F4, Script4),
        new("swd-noisy-above:1000", F4, Script4),
        new("swdio-contention", F4, Script4),
        new("firmware-remaps-swd", "STM32F103C8", "stm32f1x"),
        new("debug-switched-off", "STM32G071RB", "stm32g0x"),
        new("probe-clone", F4, Script4),
        new("probe-firmware-old", F4, Script4),
        new("usb-unplug-after:100", F4, Script4),
        new("usb-stall-at:40", F4, Script4),
        new("usb-answer-lost-at:40", F4, Script4),
        new("usb-answer-short-at:40", F4, Script4),
        new("usb-answer-late-at:40", F4, Script4),
        new("usb-extra-packet-at:40", F4, Script4),
        new("clone-mcu", "STM32F103C8", "stm32f1x"),
        new("foreign-mcu", F4, Script4),
        new("flash-size-unreadable", F4, Script4),
        new("flash-smaller", F4, Script4, At: 0x0808_0000),
        new("firmware-sleeps", "STM32L476RG", "stm32l4x"),
        new("firmware-watchdog", F4, Script4),
        new("firmware-dma", F4, Script4, Deed: Deed.HotPlug),
        new("firmware-hangs-bus", F4, Script4, Deed: Deed.HotPlug),
        new("firmware-locks-up", F4, Script4, Deed: Deed.HotPlug),
        new("firmware-rewrites-flash", F4, Script4, Deed: Deed.RunBetween),
        new("debug-state-left", F4, Script4, Deed: Deed.HotPlug),
        new("dbgmcu-left", F4, Script4, Deed: Deed.HotPlug),
        new("rdp1", F4, Script4),
        new("rdp-regression-unfinished", "STM32WLE5CC", "stm32wlx"),
        new("rdp2", F4, Script4),
        new("boot-lock", "STM32G071RB", "stm32g0x"),
        new("write-protected:0", F4, Script4),
        new("pcrop", "STM32L476RG", "stm32l4x"),
        new("secure-area", "STM32G071RB", "stm32g0x", Deed: Deed.HotPlug),
        new("trustzone", "STM32L552ZE", "stm32l5x"),
        new("product-state-closed", "STM32H563ZI", "", "v3", Deed.AskPort),
        new("core-boot-disabled", "STM32H745ZI", "stm32h7x_dual_bank", "v3"),
        new("bank-swapped", "STM32H743ZI", "stm32h7x_dual_bank"),
        new("empty-check-stale", "STM32G071RB", "stm32g0x"),
        new("ecc-damage:0x08000040", "STM32H743ZI", "stm32h7x_dual_bank", Deed: Deed.ReadTwice),
        new("erase-interrupted:0", F4, Script4, Deed: Deed.ReadTwice),
        new("flash-errors-left", "STM32H743ZI", "stm32h7x_dual_bank", Deed: Deed.HotPlug),
        new("flash-suspended", "STM32WB55RG", "stm32wbx", Deed: Deed.HotPlug),
        new("flash-ignores-commands", F4, Script4),
        new("flash-ignores-erase", "STM32L073RZ", "stm32l0_dual_bank"),
        new("flash-never-finishes", "STM32L476RG", "stm32l4x"),
        new("flash-stuck-bit:0x08000010", F4, Script4),
        new("flash-weak-erase:0", F4, Script4),
    ];

    public static IReadOnlyList<string> Commands(FaultyRun run, string image, string dump, int length)
    {
        var at = $"0x{run.At:x8}";
        string[] resets = ["reset_config srst_only srst_nogate connect_assert_srst"];
        string[] program = ["init", "reset halt", $"program {{{image}}} {at} verify", $"dump_image {{{dump}}} {at} {length}"];
        return run.Deed switch
        {
            Deed.Program => program,
            Deed.ProgramByPin => [.. resets, .. program],
            Deed.HotPlug =>
            [
                "init", "halt", $"flash write_image erase {{{image}}} {at}", $"verify_image {{{image}}} {at}", $"dump_image {{{dump}}} {at} {length}",
            ],
            Deed.ReadTwice => ["init", "reset halt", $"dump_image {{{dump}}} {at} {length}", $"verify_image {{{dump}}} {at}"],
            Deed.RunBetween => ["init", "halt", $"dump_image {{{dump}}} {at} {length}", "reset", "sleep 100", "halt", $"verify_image {{{dump}}} {at}"],
            _ =>
            [
                "source [find target/swj-dp.tcl]", "swj_newdap chip cpu -expected-id 0", "dap create chip.dap -chain-position chip.cpu",
                "target create chip.cpu cortex_m -dap chip.dap -ap-num 1", "adapter speed 1000", "init", "chip.dap info 1",
            ],
        };
    }
}
