using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>A core with flash and RAM and nothing else on a board: what a debugger needs to be shown.</summary>
internal sealed class BareChip(CoreKind kind, uint dpidr) : IBoardChip, ISwdTarget, IMemoryPort
{
    private bool _powered;

    public TestMachine Machine { get; } = new(kind);

    public double SupplyVolts => 3.3;

    public ISwdTarget? Swd => _powered ? this : null;

    public bool ResetIsLow { get; private set; }

    public uint Dpidr => dpidr;

    public uint Idr => Machine.Core.Traits.AhbApIdr;

    public uint Base => Machine.Core.Traits.AhbApBase;

    public uint ResetCsw => 0x2300_0002;

    public IMemoryPort? Port(byte number) => number == 0 ? this : null;

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

    public BusStatus Read(uint address, int bytes, out uint value, bool secure, ref long now)
    {
        RunUntil(now);
        return Machine.Core.Owns(address)
            ? Machine.Core.ReadPpb(address, bytes, out value, debugger: true, now)
            : Machine.Read(address, bytes, out value, BusMaster.Debugger, ref now);
    }

    public BusStatus Write(uint address, int bytes, uint value, bool secure, ref long now)
    {
        RunUntil(now);
        return Machine.Core.Owns(address)
            ? Machine.Core.WritePpb(address, bytes, value, debugger: true, now)
            : Machine.Write(address, bytes, value, BusMaster.Debugger, ref now);
    }
}
