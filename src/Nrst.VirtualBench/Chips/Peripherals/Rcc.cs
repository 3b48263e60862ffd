using Nrst.VirtualBench.Chips.Series;

namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>Reset and clock control: the clock tree, the enables, and who caused the last reset, as a series lays them out.</summary>
/// <remarks>Reference manuals, "Reset and clock control". A register with no meaning here keeps what is written.</remarks>
internal sealed class Rcc : IPeripheral
{
    private readonly RccDescription description;
    private readonly ChipOptions options;
    private readonly uint[] registers;
    private readonly uint[] readOnly;
    private readonly Dictionary<Oscillator, long> ready = [];

    public Rcc(RccDescription description, ChipOptions options)
    {
        (this.description, this.options) = (description, options);
        registers = new uint[description.Size / 4];
        readOnly = new uint[description.Size / 4];
        foreach (var oscillator in description.Oscillators)
        {
            readOnly[oscillator.Register / 4] |= oscillator.ReadyMask;
        }

        var status = description.Switch;
        readOnly[status.Register / 4] |= FieldMask(status.Status, status.Bits);
    }

    /// <summary>HCLK, PCLK1 and PCLK2 may have changed.</summary>
    public event Action<long>? ClocksChanged;

    /// <summary>A reset register was written: the enable register of the same bus, the bits newly set, the time.</summary>
    public event Action<uint, uint, long>? PeripheralReset;

    public long Hclk { get; private set; } = 1;

    public long Pclk1 { get; private set; } = 1;

    public long Pclk2 { get; private set; } = 1;

    /// <summary>Timers run at twice their APB clock when that is divided.</summary>
    public long TimerClock1 => Pclk1 == Hclk ? Pclk1 : 2 * Pclk1;

    public long TimerClock2 => Pclk2 == Hclk ? Pclk2 : 2 * Pclk2;

    public uint EnableRegister(uint offset) => registers[offset / 4];

    public uint Read(uint offset, long now)
    {
        if (offset / 4 >= registers.Length)
        {
            return 0;
        }

        var value = registers[offset / 4];
        foreach (var (oscillator, at) in ready)
        {
            value |= oscillator.Register == offset && now >= at ? oscillator.ReadyMask : 0;
        }

        var chosen = description.Switch;
        return offset == chosen.Register ? value | (Field(value, chosen.Field, chosen.Bits) << chosen.Status) : value;
    }

    public void Write(uint offset, uint value, uint mask, long now)
    {
        if (offset / 4 >= registers.Length)
        {
            return;
        }

        ref var register = ref registers[offset / 4];
        var old = register;
        var wanted = ((old & ~mask) | (value & mask)) & ~readOnly[offset / 4];
        wanted = WithResetFlags(offset, old, wanted);
        if (description.Backup is { } backup && offset == backup.Register && (wanted & 1u << backup.Reset) != 0)
        {
            wanted = 1u << backup.Reset;
        }

        wanted = WithSwitch(offset, old, wanted, now);
        // The clock the system runs on cannot be stopped.
        if (Find(InUse) is { } running && running.Register == offset)
        {
            wanted |= running.OnMask;
        }

        register = wanted;
        StartAndStop(offset, wanted, now);
        foreach (var (reset, enable) in description.PeripheralResets)
        {
            if (reset == offset)
            {
                PeripheralReset?.Invoke(enable, wanted & ~old, now);
            }
        }

        UpdateClocks(now);
    }

    public void Reset(long now)
    {
        var (flags, backup) = (description.ResetFlags, description.Backup);
        var kept = new List<(uint Offset, uint Mask, uint Value)> { (flags.Register, flags.Mask, registers[flags.Register / 4] & flags.Mask) };
        if (backup is not null)
        {
            kept.Add((backup.Register, uint.MaxValue, registers[backup.Register / 4]));
        }

        registers.AsSpan().Clear();
        foreach (var (offset, value) in description.ResetValues)
        {
            registers[offset / 4] = value;
        }

        // Only a power reset touches the reset flags and the backup domain.
        foreach (var (offset, mask, value) in kept)
        {
            registers[offset / 4] = (registers[offset / 4] & ~mask) | value;
        }

        foreach (var oscillator in description.Oscillators)
        {
            if (oscillator.Register != backup?.Register)
            {
                ready.Remove(oscillator);
            }

            registers[oscillator.Register / 4] &= ~oscillator.ReadyMask;
            if ((registers[oscillator.Register / 4] & oscillator.OnMask) != 0)
            {
                ready.TryAdd(oscillator, 0);
            }
        }

        UpdateClocks(now);
    }

    public void PowerOn(long now)
    {
        registers.AsSpan().Clear();
        ready.Clear();
        Reset(now);
    }

    public void FlagReset(ResetSource source)
    {
        var flags = description.ResetFlags;
        var own = source == ResetSource.BrownOut && !flags.Flags.ContainsKey(source) ? ResetSource.PowerOn : source;
        registers[flags.Register / 4] |= flags.Flags.GetValueOrDefault(own) | flags.Flags.GetValueOrDefault(ResetSource.Pin);
    }

    private Clock InUse
    {
        get
        {
            var chosen = description.Switch;
            return chosen.Sources[(int)Field(registers[chosen.Register / 4], chosen.Field, chosen.Bits)] ?? Clock.Hsi;
        }
    }

    private uint WithResetFlags(uint offset, uint old, uint wanted)
    {
        var flags = description.ResetFlags;
        if (offset != flags.Register)
        {
            return wanted;
        }

        var remove = (wanted & 1u << flags.Remove) != 0;
        return (wanted & ~flags.Mask & ~(1u << flags.Remove)) | (remove ? 0 : old & flags.Mask);
    }

    /// <summary>A switch to a clock that is not ready is not carried out.</summary>
    private uint WithSwitch(uint offset, uint old, uint wanted, long now)
    {
        var chosen = description.Switch;
        if (offset != chosen.Register)
        {
            return wanted;
        }

        var mask = FieldMask(chosen.Field, chosen.Bits);
        var source = chosen.Sources.ElementAtOrDefault((int)Field(wanted, chosen.Field, chosen.Bits));
        return source is { } clock && IsReady(clock, now) ? wanted : (wanted & ~mask) | (old & mask);
    }

    private void StartAndStop(uint offset, uint wanted, long now)
    {
        foreach (var oscillator in description.Oscillators)
        {
            if (oscillator.Register != offset)
            {
                continue;
            }

            if ((wanted & oscillator.OnMask) == 0)
            {
                ready.Remove(oscillator);
            }
            else
            {
                ready.TryAdd(oscillator, now + StartUp(oscillator, wanted));
            }
        }
    }

    private long StartUp(Oscillator oscillator, uint register) =>
        oscillator.Clock == Clock.Hse && options.HseHertz is null ? long.MaxValue / 2
        : oscillator.Bypass is { } bypass && (register & 1u << bypass) != 0 ? 1_000
        : oscillator.StartUp;

    private Oscillator? Find(Clock clock) => description.Oscillators.FirstOrDefault(oscillator => oscillator.Clock == clock);

    private bool IsReady(Clock clock, long now) =>
        Find(clock) is not { } oscillator || (ready.TryGetValue(oscillator, out var at) && now >= at);

    private void UpdateClocks(long now)
    {
        var sysclk = Math.Max(description.Hertz(new ClockRegisters(registers, options.HseHertz ?? 0), InUse), 1);
        var hpre = Field(registers[description.Ahb.Register / 4], description.Ahb.Field, 4);
        var hclk = hpre < 8 ? sysclk : sysclk >> (int)(hpre < 12 ? hpre - 7 : hpre - 6);
        var (pclk1, pclk2) = (Divided(hclk, description.Apb1), Divided(hclk, description.Apb2));
        if ((hclk, pclk1, pclk2) != (Hclk, Pclk1, Pclk2))
        {
            (Hclk, Pclk1, Pclk2) = (hclk, pclk1, pclk2);
            ClocksChanged?.Invoke(now);
        }
    }

    private long Divided(long hclk, Divider apb)
    {
        var ppre = Field(registers[apb.Register / 4], apb.Field, 3);
        return (ppre & 4) == 0 ? hclk : hclk >> (int)((ppre & 3) + 1);
    }

    private static uint Field(uint register, int shift, int bits) => (register >> shift) & ((1u << bits) - 1);

    private static uint FieldMask(int shift, int bits) => ((1u << bits) - 1) << shift;
}
