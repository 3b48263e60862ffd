using System.Globalization;

namespace Nrst.Bootloaders.Dfu;

/// <summary>What a DFU device can do wrong, in words.</summary>
internal static class DfuErrors
{
    private static Remedy PowerOff => new("Power the board off and on with BOOT0 high, so that its loader starts anew, and try again.", "nrst list");

    public static ProbeException NotInItsLoader(DfuStatus status) => new("NRST1501", "The device offers DFU and is not in its loader: its program runs.")
    {
        LikelyCause = "The program has a DFU interface of its own, to be left for the loader on request.",
        Evidence = [status.ToString()],
        Remedies = [new("Reset the board with BOOT0 high, so that it starts in its loader.", "nrst list")],
    };

    public static ProbeException NeverIdle(IReadOnlyList<string> seen) => new("NRST1502", "The DFU device does not come to rest.")
    {
        LikelyCause = "An operation of an earlier program still runs on it, or its loader hangs.",
        Evidence = [.. seen.TakeLast(4)],
        Remedies = [PowerOff],
    };

    public static ProbeException NoStatus(int received) => new("NRST1502", $"The DFU device answered a question for its state with {received} bytes instead of {DfuStatus.Length}.")
    {
        LikelyCause = "Its loader is confused, or it is no DFU device.",
        Remedies = [PowerOff],
    };

    public static ProbeException ShortRead(AddressRange where, int received) => new("NRST1503", $"The DFU device sent {received} of the {where.Length} bytes at {where.Start}.")
    {
        LikelyCause = "The memory ends there, or the loader lost its place.",
        Remedies = [PowerOff],
    };

    public static FlashException StaysBusy(AddressRange where, string doing, TimeSpan after) => new(
        "NRST2502", where, string.Create(CultureInfo.InvariantCulture, $"The loader is busy with the {doing} at {where.Start} since {after.TotalSeconds:0.0} s and does not come to an end."))
    {
        LikelyCause = "The flash hangs, or the loader has lost sight of it; the limit is twice the longest time in the data sheet.",
        Remedies = [PowerOff],
    };

    public static RefusedException ReadProtected(DfuStatus status, string doing) => new("NRST6501", $"The chip is read-protected, so its loader does not {Verb(doing)}; nothing was changed by this.")
    {
        LikelyCause = "RDP in the option bytes was set, by a production tool or by the firmware itself.",
        Evidence = [status.ToString()],
        Remedies = [new Remedy("Lift the protection with a debug probe. That erases the whole chip.", "nrst info")],
    };

    public static Exception Failed(DfuStatus status, AddressRange where, string doing, ProbeException? inner) => new FlashException(
        "NRST2501", where, $"The loader refuses the {doing} at {where.Start}.", inner)
    {
        LikelyCause = status.Status == DfuStatus.ErrTarget
            ? "The address is in no memory that the loader gives access to."
            : "The flash did not take it, or the loader was not ready.",
        Evidence = [status.ToString()],
        Remedies = [new Remedy("See which memories the loader has.", "nrst info --probe dfu"), PowerOff],
    };

    private static string Verb(string doing) => doing switch { "read" => "read it", "erase" => "erase it", "write" => "program it", _ => "point into it" };
}
