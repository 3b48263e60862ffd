using Nrst.VirtualBench.Chips.Series;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips;

// What a debugger reaches through the access ports.
internal sealed partial class Stm32Chip
{
    private readonly IReadOnlyDictionary<byte, IMemoryPort> ports;

    private const long HungPatience = 1_000_000_000;
    private const uint DbgStop = 1 << 1;

    public IMemoryPort? Port(byte number) =>
        ports.GetValueOrDefault(number) is { } port && !(onlyDebugPort && PortPlaces.First(place => place.Number == number).Kind != PortKind.Debug)
            ? port
            : null;

    /// <summary>The chip is in Stop: nothing behind the access ports has a clock, unless DBG_STOP keeps it.</summary>
    public bool IsStopped => core.SleepsDeeply && (debugMcu[0x04] & DbgStop) == 0;

    private bool DebugPinsAreConnected =>
        (!gpios.TryGetValue('A', out var port) || port.CarriesDebug)
        && !(series.DebugPinsOff is { } off && (peripherals.Read(off.At, clock) & off.Mask) == off.Value);

    /// <summary>What keeps a debugger's access from getting anywhere, whatever is at the address.</summary>
    private bool IsOutOfReach(PortKind kind, uint address, ref long now)
    {
        if (IsStopped || (kind == PortKind.Core && !flash.FirstCoreBoots))
        {
            return true;
        }

        if (bus.HangsUntil > now && (CoreOf(kind) is not { } own || !IsOwn(own, address)))
        {
            now += HungPatience;
            return true;
        }

        return flash.IsSecureOnly && address >> 28 < 4;
    }

    /// <summary>One access of a debugger as the core's own port carries it.</summary>
    public BusStatus Read(uint address, int bytes, out uint value, ref long now) =>
        Read(PortKind.Core, address, bytes, out value, BusMaster.Debugger, ref now);

    public BusStatus Write(uint address, int bytes, uint value, ref long now) =>
        Write(PortKind.Core, address, bytes, value, BusMaster.Debugger, ref now);

    private Dictionary<byte, IMemoryPort> MakePorts() =>
        PortPlaces.ToDictionary(place => place.Number, IMemoryPort (place) => new MemoryPort(this, place));

    private IEnumerable<PortPlace> PortPlaces => second is not null && series.Second(Part) is { } other ? [.. series.Ports, other.Port] : series.Ports;

    /// <summary>The core behind a port; null where there is none.</summary>
    private CortexCore? CoreOf(PortKind kind) => kind switch { PortKind.Core => core, PortKind.SecondCore => second, _ => null };

    private BusStatus Read(PortKind kind, uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        Debugged(now);
        value = 0;
        if (IsOutOfReach(kind, address, ref now))
        {
            return BusStatus.Error;
        }

        if (CoreOf(kind) is { } own && IsOwn(own, address))
        {
            return own.ReadPpb(address, bytes, out value, true, now);
        }

        if (kind == PortKind.Debug)
        {
            return BusStatus.Error;
        }

        if (!IsBitBand(kind, address))
        {
            return bus.Read(address, bytes, out value, master, ref now);
        }

        var status = bus.Read(BitBandByte(address), 1, out value, master, ref now);
        value = (value >> (int)((address >> 2) & 7)) & 1;
        return status;
    }

    private BusStatus Write(PortKind kind, uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        Debugged(now);
        if (IsOutOfReach(kind, address, ref now))
        {
            return BusStatus.Error;
        }

        if (CoreOf(kind) is { } own && IsOwn(own, address))
        {
            return own.WritePpb(address, bytes, value, true, now);
        }

        if (kind == PortKind.Debug)
        {
            return BusStatus.Error;
        }

        if (!IsBitBand(kind, address))
        {
            return bus.Write(address, bytes, value, master, ref now);
        }

        var status = bus.Read(BitBandByte(address), 1, out var old, master, ref now);
        var bit = 1u << (int)((address >> 2) & 7);
        return status != BusStatus.Ok ? status
            : bus.Write(BitBandByte(address), 1, (value & 1) != 0 ? old | bit : old & ~bit, master, ref now);
    }

    private bool IsOwn(CortexCore core, uint address) => core.Owns(address) && address - series.Dbgmcu.At >= 0x400;

    // The port sits inside the processor, on the core's side of its bit-band wrappers.
    private bool IsBitBand(PortKind kind, uint address) => CoreOf(kind) is { Traits.HasBitBand: true } && address >> 25 is 0x2200_0000 >> 25 or 0x4200_0000 >> 25;

    private static uint BitBandByte(uint alias) => (alias & 0xF000_0000) + ((alias & 0x01FF_FFFF) >> 5);

    private void Debugged(long now)
    {
        RunUntil(now);
        if (!flash.DebuggerSeen)
        {
            flash.DebuggerAttached();
        }
    }

    private sealed class MemoryPort(Stm32Chip chip, PortPlace place) : IMemoryPort
    {
        private const uint DebugBus = 0xE00E_0000, DebugBusLength = 0x2_0000;

        // What hangs on the debug bus besides DBGMCU: trace components, whose registers only keep what is written.
        private readonly Dictionary<uint, uint> components = [];

        public uint Idr => place.Idr ?? chip.core.Traits.AhbApIdr;

        public uint Base => place.Base ?? chip.core.Traits.AhbApBase;

        public uint ResetCsw => place.ResetCsw;

        public BusStatus Read(uint address, int bytes, out uint value, bool secure, ref long now)
        {
            if (IsComponent(address))
            {
                value = components.GetValueOrDefault(address);
                return BusStatus.Ok;
            }

            return Debug(address) is { } offset ? ReadDebugMcu(offset, bytes, out value, now)
                : chip.Read(place.Kind, address, bytes, out value, secure ? BusMaster.SecureDebugger : BusMaster.Debugger, ref now);
        }

        public BusStatus Write(uint address, int bytes, uint value, bool secure, ref long now)
        {
            if (IsComponent(address))
            {
                components[address] = value;
                return BusStatus.Ok;
            }

            if (Debug(address) is not { } offset)
            {
                return chip.Write(place.Kind, address, bytes, value, secure ? BusMaster.SecureDebugger : BusMaster.Debugger, ref now);
            }

            var lane = (int)(address & 3) * 8;
            chip.RunUntil(now);
            chip.debugMcu.Write(offset & ~3u, value << lane, (bytes == 4 ? uint.MaxValue : (1u << (8 * bytes)) - 1) << lane, now);
            return BusStatus.Ok;
        }

        private bool IsComponent(uint address) =>
            place.Kind == PortKind.Debug && address - DebugBus < DebugBusLength && Debug(address) is null;

        private uint? Debug(uint address) => place.DbgmcuAt is { } at && address - at < 0x400 ? address - at : null;

        // DBGMCU behind a debug port answers whatever the rest of the chip does, NRST low included.
        private BusStatus ReadDebugMcu(uint offset, int bytes, out uint value, long now)
        {
            chip.RunUntil(now);
            value = (chip.debugMcu.Read(offset & ~3u, now) >> (int)((offset & 3) * 8)) & (bytes == 4 ? uint.MaxValue : (1u << (8 * bytes)) - 1);
            return BusStatus.Ok;
        }
    }
}
