using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash;
using Nrst.VirtualBench.Chips.Peripherals;
using Nrst.VirtualBench.Chips.Series;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Chips;

/// <summary>One STM32, soldered to a board: its core, memories and peripherals, its supply and its reset pin.</summary>
/// <remarks>
/// What a chip has comes from three places: the device data (memories, layouts, times), the table of its series (clocks,
/// peripherals, ports), and its flash model. Nothing here asks which family it is.
/// </remarks>
internal sealed partial class Stm32Chip : IChip, ISwdTarget, ICoreSignals, IChipServices
{
    /// <summary>Every internal reset pulls NRST low for at least this long ("Reset circuit").</summary>
    private const long ResetPulse = 20_000;

    /// <summary>How late the chip may notice that the core has halted, for the counters that stop with it.</summary>
    private const long LongestSlice = 100_000;

    /// <summary>The SWD clock that a chip without VCAP still follows.</summary>
    private const int SteadyKilohertz = 8000;

    private readonly Device device;
    private readonly ChipOptions options;
    private readonly CortexCore core;
    private readonly CortexCore? second;
    private readonly SystemBus bus;
    private readonly SeriesDescription series;
    private readonly FlashModel flash;
    private readonly PeripheralMap peripherals;
    private readonly DebugMcu debugMcu;
    private readonly Rcc rcc;
    private readonly List<string> notes = [];
    private readonly ResetNet net;
    private readonly Supply supply;
    private readonly PhantomTarget phantom = new();
    private bool boot0;
    private uint bootMode;
    private bool supplied;
    private bool powered;
    private bool coreSupplyFailed;
    private bool debugDisabled;
    private bool onlyDebugPort;
    private bool held;
    private bool anyFrozen;
    private long pulseEnd = long.MinValue;
    private long nextWake = long.MaxValue;
    private long clock;

    public Stm32Chip(Device device, Part part, ChipOptions options)
    {
        (this.device, this.options, Part) = (device, options, part);
        series = SeriesCatalogue.Find(device) ?? throw new NotSupportedException($"No series has an {part.Name}.");
        (net, supply) = (new ResetNet(options.Reset), new Supply(options));
        peripherals = new PeripheralMap(this, series.PeripheralWindows);
        var revision = options.Revision ?? device.Revisions.Keys.DefaultIfEmpty((ushort)0x1000).Max();
        debugMcu = new DebugMcu(series.Dbgmcu, (uint)revision << 16 | device.DeviceId);
        debugMcu.Changed += FreezeCounters;
        rcc = peripherals.Add(series.Rcc.At, new Rcc(series.Rcc, options), size: series.Rcc.Size);
        flash = FlashModels.Make(new FlashContext(device, part, options, this, series.FlashInterrupt))
            ?? throw new NotSupportedException($"No model of a {device.Flash.Driver} flash.");
        PutSystemMemory();
        bus = new SystemBus(device, part, series, flash, peripherals, debugMcu, rcc, options);
        core = CoreFactory.Make(device, series, bus, this, options.Silicon);
        second = series.Second(part) is { } other
            ? new CortexCore(CoreTraits.Of(other.Kind) with { InterruptLines = series.InterruptLines }, bus, this)
            : null;
        ports = MakePorts();

        peripherals.ClockEnables = rcc.EnableRegister;
        rcc.PeripheralReset += peripherals.Reset;
        rcc.ClocksChanged += _ => ForCores(each => each.CyclePicoseconds = HclkPicoseconds);
        AddPeripherals();
        flash.Prepare();
        loader = MakeLoader();
    }

    /// <summary>Whether the bench can play this device.</summary>
    public static bool CanBe(Device device) => CoreFactory.Knows(device.Core) && SeriesCatalogue.Find(device) is not null && FlashModels.Known.Contains(device.Flash.Driver);

    public Part Part { get; }

    public double SupplyVolts => supplied ? supply.Volts(clock) : 0;

    public ISwdTarget? Swd => !powered ? (supplied && !options.Supply.HasAnalogSupply && phantom.IsFed(clock) ? phantom : null)
        : !debugDisabled && !coreSupplyFailed && !flash.DebuggerIsCutOff && DebugPinsAreConnected ? this : null;

    public bool ResetIsLow => !powered || net.IsLow(clock);

    public uint Dpidr => options.Silicon.Dpidr ?? device.Dpidr;

    /// <summary>How often the debug port has come out of a power-on reset.</summary>
    public int PowerUps { get; private set; }

    /// <summary>A core supply that misses its capacitor shakes the levels of the debug pins as long as the core works.</summary>
    public bool DisturbsWire(int kilohertz) => !options.Supply.HasCoreCapacitor && kilohertz > SteadyKilohertz && powered && !core.Halted && !held;

    public long HclkPicoseconds => 1_000_000_000_000 / Math.Max(rcc.Hclk, 1);

    /// <summary>The main flash, erased cells included. For whoever loads or inspects the bench from outside time.</summary>
    public Span<byte> Flash => flash.Cells.Bytes;

    public FlashModel FlashModel => flash;

    public FlashStatistics FlashStatistics => flash.Statistics;

    /// <summary>What the model could not do as silicon would, once each.</summary>
    public IReadOnlyList<string> Notes => notes;

    public CortexCore Core => core;

    public bool IsPowered => powered;

    /// <summary>VDD rises; the core starts when the power-on reset is over and nobody holds NRST.</summary>
    public void PowerOn(long now)
    {
        clock = now;
        supplied = true;
        if (!supply.Suffices)
        {
            return;
        }

        powered = true;
        bus.PowerOn();
        flash.PowerOn(now);
        rcc.PowerOn(now);
        nextWake = now + (options.WakePulseNanoseconds ?? long.MaxValue / 2);
        PowerReset(ResetSource.PowerOn, now);
    }

    /// <summary>VDD falls. Flash, option bytes and OTP stay; a running erase is torn off.</summary>
    public void PowerOff(long now)
    {
        RunUntil(now);
        if (powered)
        {
            flash.Reset(ResetSource.PowerOn, now);
        }

        (supplied, powered) = (false, false);
    }

    /// <summary>The board holds the BOOT0 pin at a level. The next reset looks at it.</summary>
    public void DriveBoot0(bool high) => boot0 = high;

    public void DriveReset(bool low, long now)
    {
        RunUntil(now);
        if (low == net.ProbePulls)
        {
            return;
        }

        net.Probe(low, now);
        if (powered && low && PinResets && net.IsLow(now))
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
        while (clock < now && powered && !coreSupplyFailed)
        {
            var until = Math.Min(Math.Min(now, NextLook()), Math.Max(clock + 1, NextEvent()));
            if (RunsLoader())
            {
                until = Math.Max(clock + 1, Math.Min(until, loader!.NextEvent));
                core.SliceEnd = until;
                core.LoiterUntil(until);
                loader.RunUntil(Math.Min(core.Now, until));
            }
            else
            {
                core.SliceEnd = until;
                core.RunUntil(until);
            }

            var reached = Math.Min(core.Now, until);
            if (second is not null)
            {
                // The other core follows to where the first has come, so that neither sees the other's future.
                second.SliceEnd = reached;
                second.RunUntil(reached);
            }

            clock = Math.Max(clock, reached);
            FreezeCounters(clock);
            peripherals.Advance(clock);
            Wake();
            BreakDown();
            LetGo(clock);
        }

        clock = Math.Max(clock, now);
    }

    /// <summary>The flash contents, option bytes and OTP, as they outlive the supply.</summary>
    public ChipState Save() => flash.Save();

    /// <summary>Gives the chip a past. To be done before <see cref="PowerOn"/>.</summary>
    public void Load(ChipState state) => flash.Load(state);

    private long NextLook() =>
        debugMcu.FreezesAnything && !core.Halted ? clock + LongestSlice : long.MaxValue;

    private long NextEvent()
    {
        var reset = !held ? long.MaxValue : Math.Min(clock < pulseEnd ? pulseEnd : long.MaxValue, net.NextChange(clock));
        return Math.Min(Math.Min(reset, peripherals.NextEvent), Math.Min(nextWake, supply.BreaksDownAt));
    }

    /// <summary>What a loss of power clears that a system reset does not: the debug part of the cores, DBGMCU, what the flash has seen.</summary>
    private void PowerReset(ResetSource source, long now)
    {
        held = false;
        PowerUps++;
        supply.Recover();
        coreSupplyFailed = false;
        debugMcu.PowerOn();
        debugDisabled = flash.DebugDisabled;
        SetVectors();
        ForCores(each => each.PowerOnReset(now));
        Reset(source, now);
    }

    /// <summary>A system reset: everything but the debug part of the core, DBGMCU, the backup domain and RCC_CSR.</summary>
    private void Reset(ResetSource source, long now)
    {
        if (!ComesThrough(source, now))
        {
            return;
        }

        // The internal sources drive the pin, so PINRSTF is set with every one of them.
        rcc.FlagReset(source);
        flash.Boot0 = boot0;
        flash.Reset(source, now);
        bootMode = BootMode();
        peripherals.Reset(now);
        bus.MemoryMode = null;
        bus.HangsUntil = 0;
        loader?.Stop();
        debugDisabled |= flash.DebugDisabled;
        onlyDebugPort = flash.OnlyDebugPortIsOpen;
        if (source != ResetSource.Pin)
        {
            pulseEnd = now + ResetPulse;
        }

        SetVectors();
        (held, bus.InReset) = (true, true);
        ForCores(each =>
        {
            each.HoldInReset(true, now);
            each.SliceEnd = Math.Min(each.SliceEnd, now);
        });
    }

    /// <summary>What MEM_MODE says after a reset where something is seen at address 0.</summary>
    private uint BootMode() =>
        !series.HasBootAlias ? 0
        : flash.BootAddress == flash.Information.SystemMemory?.Start.Value ? 1u
        : flash.BootAddress == bus.SramStart ? 3u : 0;

    /// <summary>The pin counts as it is when a reset ends, not as it was when it began.</summary>
    private void LookAtBoot0()
    {
        if (flash.Boot0 != boot0)
        {
            flash.Boot0 = boot0;
            bootMode = BootMode();
            SetVectors();
        }
    }

    private void SetVectors()
    {
        core.VectorsAtReset = series.HasBootAlias ? 0 : flash.BootAddress;
        second?.VectorsAtReset = flash.SecondBootAddress;
        core.IsClosedToDebugger = flash.IsSecureOnly;
    }

    private void ForCores(Action<CortexCore> act)
    {
        act(core);
        if (second is not null)
        {
            act(second);
        }
    }
}
