using Nrst.Arm;
using Nrst.Flash;
using Nrst.Targets;

namespace Nrst.Diagnosis.Examining;

/// <summary>Who the chip is, and what its option bytes and status registers say.</summary>
internal sealed class ChipExaminer(IDebugProbe probe, int accessPort, string? named)
{
    public ChipSeen Look()
    {
        var designer = Designer();
        try
        {
            return Look(ChipIdentification.Identify(probe.Words, named, accessPort), designer);
        }
        catch (TargetException problem)
        {
            return new ChipSeen(null, problem, designer, null, null);
        }
    }

    private ChipSeen Look(ChipIdentity chip, int? designer)
    {
        var device = chip.Device;
        var word = Seen(() => (uint?)probe.Memory.Read32(device.Flash.Size.Word));
        return new ChipSeen(device, null, designer, word is { } size ? device.Flash.Size.KiBOf(size) : null, word)
        {
            Options = device.Flash.IsProgrammable ? Seen(() => OptionReading.ReadFrom(probe.Memory, device)) ?? [] : [],
            Protection = device.Flash.IsProgrammable ? Seen(() => FlashProtection.ReadFrom(probe.Memory, device, LayoutOf(device, chip.Named))) : null,
            ResetFlags = Seen(() => ResetFlags.Read(probe.Memory, device)) ?? [],
            DebugBits = Seen(() => DebugBits(device)) ?? [],
            Watchdog = Seen(() => WatchdogLook.Read(probe.Memory, device)),
            BanksSwapped = device.Flash.Swap is { } swap ? Seen(() => (bool?)swap.Holds(probe.Memory.Read32(swap.Field.At))) : null,
            AccessControl = Seen(() => (uint?)probe.Memory.Read32(device.Flash.Controller)),
        };
    }

    private BankedLayout LayoutOf(Device device, Part? part) => FlashGeometry.Read(probe.Memory, device, part).Layout;

    private int? Designer() => Seen(() =>
        probe.Dap is { } dap && new MemAp(dap, (byte)accessPort).ReadRomTable() is { } table ? RomTable.Identify(probe.Memory, table)?.Designer : null);

    private IReadOnlyList<string> DebugBits(Device device) =>
    [
        .. device.Debug.LowPower.Concat(device.Debug.FreezeWatchdogs)
            .Select(bits => (bits, Value: probe.Memory.Read32(bits.At) & bits.Mask))
            .Where(one => one.Value != 0)
            .Select(one => $"DBGMCU register {one.bits.At} has 0x{one.Value:X8} set"),
    ];

    /// <summary>One thing that cannot be read does not hide the others.</summary>
    private static T? Seen<T>(Func<T?> look)
    {
        try
        {
            return look();
        }
        catch (TargetException)
        {
            return default;
        }
    }
}
