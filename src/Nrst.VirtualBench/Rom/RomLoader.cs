using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

/// <summary>What the chip does for its bootloader.</summary>
internal interface IRomHost
{
    /// <summary>Takes stack pointer and program counter from a vector table; a system reset where they cannot be right.</summary>
    void Jump(uint vectors, long now);

    void Reset(long now);

    /// <summary>A byte leaves a TX pin.</summary>
    void Sent(int usart, byte value, long now);

    IReadOnlyList<byte> UniqueId { get; }

    /// <summary>A debugger has halted the core.</summary>
    bool IsHalted { get; }
}

/// <summary>Which interface has the loader for itself until the next reset.</summary>
internal enum RomInterface
{
    None,
    Usb,
    Usart,
}

/// <summary>
/// The bootloader in the ROM, as behaviour: no image of it exists here, but what it does it does from inside the chip, as a master of the
/// same bus, with the same flash controller, its refusals and its times.
/// </summary>
/// <remarks>It runs while the core is in the system memory and not halted. AN2606, AN3155, AN3156.</remarks>
internal sealed class RomLoader
{
    private const byte GetChecksum = 0xA1;

    private readonly IRomHost _host;
    private readonly FlashModel _flash;
    private readonly Device _device;
    private IEnumerator<long>? _work;
    private Action? _then;
    private long _wake;

    public RomLoader(IRomHost host, IBus bus, FlashModel flash, Device device, Part part, ChipOptions options)
    {
        (_host, _flash, _device, Faults) = (host, flash, device, options.Rom);
        Rom = Describe();
        Bus = new RomBus(bus, flash);
        Memory = new RomMemory(Rom, flash, device, part);
        Timing = new FlashTiming(device.Flash.Times, options.FlashTimes);
        Flash = RomFlashes.Make(Bus, flash, device, Rom.Has(RomQuirks.LosesTail));
        Usart = new UsartLoader(this);
    }

    /// <summary>What it is, with the layout that the option bytes chose when it was started.</summary>
    public RomDescription Rom { get; private set; }

    public RomFaults Faults { get; }

    public RomBus Bus { get; }

    public RomMemory Memory { get; }

    /// <summary>Null where the loader's flash code is not known.</summary>
    public RomFlash? Flash { get; }

    public FlashTiming Timing { get; }

    public FlashMap Map => _flash.Map;

    public UsartLoader Usart { get; }

    /// <summary>The core is in the loader.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>Counted up each time the core enters the loader.</summary>
    public int Generation { get; private set; }

    /// <summary>When the core entered it last.</summary>
    public long Started { get; private set; }

    public RomInterface Selected { get; set; }

    /// <summary>Something crashed it: nothing answers until a reset.</summary>
    public bool IsDead { get; set; }

    /// <summary>It cannot answer: it crashed, or a debugger has halted the core.</summary>
    public bool IsSilent => IsDead || _host.IsHalted;

    public bool IsWorking => _work is not null;

    public bool IsReadProtected => _flash.Protection != ReadProtection.Level0;

    /// <summary>A chip that was found empty, and would go into its bootloader without BOOT0 too.</summary>
    public bool WasEmpty
    {
        get
        {
            var pin = _flash.Boot0;
            _flash.Boot0 = false;
            var empty = _flash.BootAddress == _flash.Information.SystemMemory?.Start.Value;
            _flash.Boot0 = pin;
            return empty;
        }
    }

    /// <summary>When something will happen by itself.</summary>
    public long NextEvent => !IsRunning || IsDead ? long.MaxValue : Math.Min(_work is not null ? _wake : long.MaxValue, Usart.NextEvent);

    /// <summary>When the device appears on the USB; <see cref="long.MaxValue"/> where it never does.</summary>
    public long OnTheBus => IsRunning && Rom.Dfu is { } dfu && Selected != RomInterface.Usart ? Started + dfu.Start : long.MaxValue;

    /// <summary>12 hexadecimal digits of the unique id, as the maker's USB library makes them.</summary>
    public string Serial
    {
        get
        {
            var id = _host.UniqueId.ToArray();
            var (first, second, third) = (BitConverter.ToUInt32(id, 0), BitConverter.ToUInt32(id, 4), BitConverter.ToUInt32(id, 8));
            return $"{first + third:X8}{second >> 16:X4}";
        }
    }

    public void Start(long now)
    {
        (IsRunning, IsDead, Selected, Started) = (true, false, RomInterface.None, now);
        Rom = Describe();
        Generation++;
        _work = null;
        Flash?.Parallelism = 8;
        Usart.Start(now);
    }

    public void Stop()
    {
        IsRunning = false;
        _work = null;
        Usart.Stop();
    }

    /// <summary>Does something that takes time, from now on.</summary>
    public void Do(IEnumerable<long> work, long now, Action then)
    {
        (_work, _wake, _then) = (work.GetEnumerator(), now, then);
        Go(now);
    }

    public void RunUntil(long now)
    {
        while (NextEvent is var next && next <= now)
        {
            if (_work is not null && _wake == next)
            {
                Go(now);
            }
            else
            {
                Usart.RunUntil(next);
            }
        }
    }

    public void Jump(uint vectors, long now) => _host.Jump(vectors, now);

    public void Reset(long now) => _host.Reset(now);

    public void Sent(int usart, byte value, long now) => _host.Sent(usart, value, now);

    private RomDescription Describe()
    {
        var rom = RomTable.Find(_device, _flash.Map) ?? throw new NotSupportedException($"The table of bootloaders has none for {_device.Name}.");
        var quirks = rom.Quirks | Faults.Quirks;
        return rom with
        {
            Quirks = quirks,
            Commands = (quirks & RomQuirks.Checksum) != 0 && !rom.Commands.Contains(GetChecksum) ? [.. rom.Commands, GetChecksum] : rom.Commands,
        };
    }

    private void Go(long now)
    {
        while (_work is { } work && _wake <= now && !IsDead)
        {
            Bus.Now = _wake;
            if (work.MoveNext())
            {
                _wake = Math.Max(work.Current, Bus.Now);
                continue;
            }

            // What comes next may start other work, or reset the chip.
            _work = _work == work ? null : _work;
            _then?.Invoke();
            return;
        }
    }
}
