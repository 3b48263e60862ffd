using Nrst.Targets;
using Nrst.VirtualBench.Chips.Stm32F4.Peripherals;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>One STM32F4, soldered to a board: its core, memories and peripherals, its supply and its reset pin.</summary>
internal sealed partial class Stm32F4Chip : IChip, ISwdTarget, ICoreSignals, IChipServices
{
    /// <summary>Every internal reset pulls NRST low for at least this long ("Reset circuit").</summary>
    private const long ResetPulse = 20_000;

    /// <summary>How late the chip may notice that the core has halted, for the counters that stop with it.</summary>
    private const long LongestSlice = 100_000;

    private readonly Device device;
    private readonly ChipOptions options;
    private readonly CortexCore core;
    private readonly SystemBus bus;
    private readonly FlashController flash;
    private readonly PeripheralMap peripherals;
    private readonly DebugMcu debugMcu;
    private readonly Rcc rcc;
    private readonly List<string> notes = [];
    private readonly bool boardHoldsReset;
    private bool powered;
    private bool debugDisabled;
    private bool probeHoldsReset;
    private bool held;
    private bool anyFrozen;
    private long pulseEnd = long.MinValue;
    private long clock;

    public Stm32F4Chip(Device device, Part part, ChipOptions options)
    {
        (this.device, this.options, Part) = (device, options, part);
        var traits = Stm32F4Traits.Of(device.DeviceId);
        boardHoldsReset = options.Faults.OfType<NrstHeldLow>().Any();
        peripherals = new PeripheralMap(this);
        debugMcu = new DebugMcu(device, options.Revision ?? device.Revisions.Keys.DefaultIfEmpty((ushort)0x1000).Max());
        flash = new FlashController(device, part, traits, options, this);
        var system = new SystemMemory(device, part, traits, options, flash);
        bus = new SystemBus(part, traits, flash, system, peripherals, debugMcu);
        core = new CortexCore(CoreTraits.Of(CoreKind.M4F), bus, this);
        flash.ProtectionLifted = bus.ClearBackupSram;

        rcc = peripherals.Add(0x4002_3800, new Rcc(options));
        peripherals.ClockEnables = rcc.EnableRegister;
        rcc.PeripheralReset += peripherals.Reset;
        rcc.ClocksChanged += _ => core.CyclePicoseconds = HclkPicoseconds;
        peripherals.Add(0x4002_3C00, flash);
        AddPeripherals(traits);
    }

    public Part Part { get; }

    public double SupplyVolts => powered ? options.SupplyVolts : 0;

    public ISwdTarget? Swd => powered && !debugDisabled ? this : null;

    public bool ResetIsLow => !powered || probeHoldsReset || boardHoldsReset || clock < pulseEnd;

    public uint Dpidr => device.Dpidr;

    public uint AhbApIdr => core.Traits.AhbApIdr;

    public uint AhbApBase => core.Traits.AhbApBase;

    public long HclkPicoseconds => 1_000_000_000_000 / Math.Max(rcc.Hclk, 1);

    /// <summary>The main flash, erased cells included. For whoever loads or inspects the bench from outside time.</summary>
    public Span<byte> Flash => flash.Bytes;

    public FlashStatistics FlashStatistics => flash.Statistics;

    /// <summary>What the model could not do as silicon would, once each.</summary>
    public IReadOnlyList<string> Notes => notes;

    public CortexCore Core => core;

    public bool IsPowered => powered;

    /// <summary>VDD rises; the core starts when the power-on reset is over and nobody holds NRST.</summary>
    public void PowerOn(long now)
    {
        clock = now;
        powered = true;
        held = false;
        debugMcu.PowerOn();
        bus.PowerOn();
        flash.PowerOn(now);
        debugDisabled = flash.Options.Protection == ReadProtection.Level2;
        rcc.PowerOn(now);
        core.PowerOnReset(now);
        Reset(ResetSource.PowerOn, now);
    }

    /// <summary>VDD falls. Flash, option bytes and OTP stay; a running erase is torn off.</summary>
    public void PowerOff(long now)
    {
        RunUntil(now);
        flash.Reset(now);
        powered = false;
    }

    public void DriveReset(bool low, long now)
    {
        RunUntil(now);
        if (low == probeHoldsReset)
        {
            return;
        }

        probeHoldsReset = low;
        if (powered && low)
        {
            Reset(ResetSource.Pin, now);
        }
        else if (powered)
        {
            LetGo(now);
        }
    }

    public void RunUntil(long now)
    {
        if (!powered)
        {
            clock = Math.Max(clock, now);
            return;
        }

        while (clock < now)
        {
            var until = Math.Min(Math.Min(now, NextLook()), Math.Max(clock + 1, NextEvent()));
            core.SliceEnd = until;
            core.RunUntil(until);
            clock = Math.Max(clock, Math.Min(core.Now, until));
            FreezeCounters(clock);
            peripherals.Advance(clock);
            LetGo(clock);
        }
    }

    public BusStatus Read(uint address, int bytes, out uint value, ref long now)
    {
        Debugged(now);
        if (core.Owns(address))
        {
            return core.ReadPpb(address, bytes, out value, true, now);
        }

        if (!IsBitBand(address))
        {
            return bus.Read(address, bytes, out value, BusMaster.Debugger, ref now);
        }

        var status = bus.Read(BitBandByte(address), 1, out value, BusMaster.Debugger, ref now);
        value = (value >> (int)((address >> 2) & 7)) & 1;
        return status;
    }

    public BusStatus Write(uint address, int bytes, uint value, ref long now)
    {
        Debugged(now);
        if (core.Owns(address))
        {
            return core.WritePpb(address, bytes, value, true, now);
        }

        if (!IsBitBand(address))
        {
            return bus.Write(address, bytes, value, BusMaster.Debugger, ref now);
        }

        var status = bus.Read(BitBandByte(address), 1, out var old, BusMaster.Debugger, ref now);
        var bit = 1u << (int)((address >> 2) & 7);
        return status != BusStatus.Ok ? status
            : bus.Write(BitBandByte(address), 1, (value & 1) != 0 ? old | bit : old & ~bit, BusMaster.Debugger, ref now);
    }

    void ICoreSignals.SystemResetRequested(long now) => Reset(ResetSource.Software, now);

    void IChipServices.SetInterrupt(int number, bool level) => core?.SetInterrupt(number, level);

    void IChipServices.EventMoved(long when) => core.SliceEnd = Math.Min(core.SliceEnd, when);

    void IChipServices.ResetBy(ResetSource source, long now) => Reset(source, now);

    void IChipServices.Note(string text)
    {
        if (!notes.Contains(text))
        {
            notes.Add(text);
        }
    }

    /// <summary>The flash contents, option bytes and OTP, as they outlive the supply.</summary>
    public ChipState Save() => new([.. flash.Bytes], [.. flash.Options.Cells], [.. flash.Otp]);

    /// <summary>Gives the chip a past. To be done before <see cref="PowerOn"/>.</summary>
    public void Load(ChipState state)
    {
        if (state.Flash.Length != flash.Bytes.Length || state.OptionBytes.Length != 2 || state.Otp.Length != flash.Otp.Length)
        {
            throw new ArgumentException($"The saved state is not that of an {Part.Name}.", nameof(state));
        }

        state.Flash.CopyTo(flash.Bytes, 0);
        state.OptionBytes.CopyTo(flash.Options.Cells, 0);
        state.Otp.CopyTo(flash.Otp, 0);
        flash.Reset(clock);
    }

    // The AHB-AP sits inside the processor, on the core's side of its bit-band wrappers.
    private bool IsBitBand(uint address) => core.Traits.HasBitBand && address >> 25 is 0x2200_0000 >> 25 or 0x4200_0000 >> 25;

    private static uint BitBandByte(uint alias) => (alias & 0xF000_0000) + ((alias & 0x01FF_FFFF) >> 5);

    private void Debugged(long now)
    {
        RunUntil(now);
        if (!flash.DebuggerSeen)
        {
            flash.DebuggerAttached();
        }
    }

    private long NextLook() =>
        (debugMcu.Apb1Freeze | debugMcu.Apb2Freeze) != 0 && !core.Halted ? clock + LongestSlice : long.MaxValue;

    private long NextEvent() => Math.Min(held && clock < pulseEnd ? pulseEnd : long.MaxValue, peripherals.NextEvent);

    /// <summary>A system reset: everything but the debug part of the core, DBGMCU, the backup domain and RCC_CSR.</summary>
    private void Reset(ResetSource source, long now)
    {
        // The internal sources drive the pin, so PINRSTF is set with every one of them.
        rcc.FlagReset(source | ResetSource.Pin);
        peripherals.Reset(now);
        bus.MemoryMode = 0;
        debugDisabled |= flash.Options.Protection == ReadProtection.Level2;
        if (source != ResetSource.Pin)
        {
            pulseEnd = now + ResetPulse;
        }

        (held, bus.InReset) = (true, true);
        core.HoldInReset(true, now);
        core.SliceEnd = Math.Min(core.SliceEnd, now);
    }

    private void LetGo(long now)
    {
        if (held && !probeHoldsReset && !boardHoldsReset && now >= pulseEnd)
        {
            (held, bus.InReset) = (false, false);
            core.HoldInReset(false, now);
        }
    }
}
