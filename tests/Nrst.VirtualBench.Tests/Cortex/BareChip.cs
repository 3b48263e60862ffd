using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>A core with flash and RAM and nothing else on a board: what a debugger needs to be shown.</summary>
internal sealed class BareChip(CoreKind kind, uint dpidr) : IBoardChip, ISwdTarget
{
    private bool _powered;

    public TestMachine Machine { get; } = new(kind);

    public double SupplyVolts => 3.3;

    public ISwdTarget? Swd => _powered ? this : null;

    public bool ResetIsLow { get; private set; }

    public uint Dpidr => dpidr;

    public uint AhbApIdr => Machine.Core.Traits.AhbApIdr;

    public uint AhbApBase => Machine.Core.Traits.AhbApBase;

    public long HclkPicoseconds => Machine.Core.CyclePicoseconds;

    public ChipTimes Times => default;

    public void PowerOn(long now)
    {
        _powered = true;
        Machine.Core.PowerOnReset(now);
    }

    public byte[] Save() => [];

    public void Load(ReadOnlySpan<byte> saved)
    {
    }

    public void DriveReset(bool low, long now)
    {
        ResetIsLow = low;
        Machine.Core.HoldInReset(low, now);
    }

    public void RunUntil(long now) => Machine.Core.RunUntil(now);

    public BusStatus Read(uint address, int bytes, out uint value, ref long now)
    {
        RunUntil(now);
        return Machine.Core.Owns(address)
            ? Machine.Core.ReadPpb(address, bytes, out value, debugger: true, now)
            : Machine.Read(address, bytes, out value, BusMaster.Debugger, ref now);
    }

    public BusStatus Write(uint address, int bytes, uint value, ref long now)
    {
        RunUntil(now);
        return Machine.Core.Owns(address)
            ? Machine.Core.WritePpb(address, bytes, value, debugger: true, now)
            : Machine.Write(address, bytes, value, BusMaster.Debugger, ref now);
    }
}
