using Nrst.Targets;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>What a flash model is made from.</summary>
/// <param name="Interrupt">The line of the NVIC that the controller pulls.</param>
internal sealed record FlashContext(Device Device, Part Part, ChipOptions Options, IChipServices Chip, int Interrupt);

/// <summary>The flash of one die: cells, registers, option bytes, and what a bus master meets there.</summary>
/// <remarks>
/// This class has what no controller does differently: operations that take time and end in an effect, masters that wait for
/// them, the faults a board can ask for, the memory of who was attached, counters, and what is put away without power. A family
/// adds its registers (<see cref="Get"/>, <see cref="Set"/>), what a write into the cells does (<see cref="WriteCells"/>), its option
/// bytes, and every refusal of its manual.
/// </remarks>
internal abstract partial class FlashModel
{
    protected const int AllBanks = 0b11;

    // How the device data names what is not main flash.
    protected const string SystemMemoryName = "system memory", OtpName = "OTP", OptionBytesName = "option bytes";

    private readonly Dictionary<uint, uint> stored = [];
    private readonly Dictionary<uint, FlashRegister> registers = [];
    private readonly FlashContext context;
    private readonly FlashSpecimen specimen;
    private readonly CoreRipple? ripple;
    private readonly uint missingFrom;

    protected FlashModel(FlashContext context)
    {
        this.context = context;
        var flash = context.Device.Flash;
        Cells = new FlashCells(flash.Start.Value, context.Part.FlashKiB * 1024, flash.ErasedValue, context.Options.Flash);
        Timing = new FlashTiming(flash.Times, context.Options.FlashTimes);
        specimen = context.Options.Flash;
        ripple = context.Options.Supply.HasCoreCapacitor ? null : new CoreRipple();
        missingFrom = context.Options.Silicon.HasHalfTheFlash ? (uint)Cells.Bytes.Length / 2 : uint.MaxValue;
        MainStart = flash.Start.Value;
        Map = FlashMap.Of(context.Part, _ => 0);
        Information
            .Put(context.Device.UniqueId.At.Value, context.Options.UniqueId)
            .Put(flash.Size.At.Value, context.Options.Silicon.SizeRegister ?? (ushort)context.Part.FlashKiB);
    }

    /// <summary>Every register of the block, for the model itself and for whoever compares it with the manual.</summary>
    public abstract IReadOnlyList<FlashRegister> Registers { get; }

    /// <summary>Where the registers are; a second one where the chip has a secure alias.</summary>
    public virtual IReadOnlyList<FlashRegisterBlock> RegisterBlocks => [new(context.Device.Flash.Controller.Value, 0x400)];

    /// <summary>Every address range at which the flash answers: main cells with their aliases, and the information block.</summary>
    public IReadOnlyList<AddressRange> Windows =>
    [
        .. MainWindows().Select(window => new AddressRange(new Address(window.Start), window.Length)),
        .. Information.Windows,
    ];

    public FlashCells Cells { get; }

    /// <summary>One-time programmable bytes, with their lock bytes where there are any.</summary>
    public byte[] Otp { get; protected init; } = [];

    /// <summary>The programmed option words, in the order of the registers.</summary>
    public abstract uint[] OptionCells { get; }

    public InformationBlock Information { get; } = new();

    /// <summary>The erase units under the present option bytes.</summary>
    public FlashMap Map { get; private set; }

    public FlashStatistics Statistics { get; private set; } = new();

    /// <summary>The level in force.</summary>
    public abstract ReadProtection Protection { get; }

    /// <summary>The debug port is closed for good, or until an option load says otherwise.</summary>
    public virtual bool DebugDisabled => Protection == ReadProtection.Level2;

    /// <summary>Firmware has switched the debug pins off (DBG_SWEN); a reset brings them back.</summary>
    public virtual bool DebuggerIsCutOff => false;

    /// <summary>The option bytes start the independent watchdog at reset.</summary>
    public virtual bool HardwareWatchdog => false;

    /// <summary>The option bytes start the window watchdog at reset.</summary>
    public virtual bool HardwareWindowWatchdog => false;

    /// <summary>The level of the BOOT0 pin when the last reset ended.</summary>
    public bool Boot0 { get; set; }

    /// <summary>Where the core finds its vectors after a reset: what BOOT0 and the option bytes say.</summary>
    /// <remarks>BOOT1, where it is a pin, is held low.</remarks>
    public virtual uint BootAddress => Boot0 && Protection != ReadProtection.Level2 ? SystemStart : MainStart;

    /// <summary>Where a second core finds its vectors after a reset.</summary>
    public virtual uint SecondBootAddress => MainStart;

    /// <summary>A second core runs after a reset; else it stays in reset.</summary>
    public virtual bool SecondCoreBoots => true;

    /// <summary>An access port has reached into this chip since it got power. Read-out protection does not forget that before power-off.</summary>
    public bool DebuggerSeen { get; private set; }

    /// <summary>No operation is under way and nothing stands between the bus and the cells: it may take the short way.</summary>
    public bool Quiet { get; private set; }

    protected FlashTiming Timing { get; }

    /// <summary>The first address of the main flash.</summary>
    protected uint MainStart { get; }

    /// <summary>The first address of the system memory.</summary>
    protected uint SystemStart => Information.SystemMemory?.Start.Value ?? MainStart;

    protected IChipServices Chip => context.Chip;

    protected Device Device => context.Device;

    protected Part Part => context.Part;

    /// <summary>Volts on VDD while the charge pump works.</summary>
    protected double Volts => context.Chip.VoltsUnderPump;

    /// <summary>Reads of the main flash fail, and so do writes.</summary>
    protected virtual bool ReadBarred => DebuggerSeen && Protection != ReadProtection.Level0;

    /// <summary>A read finds at an address what the cells of the same offset hold, and nothing can bar it.</summary>
    protected virtual bool ReadsPlainly => !Cells.HasBrokenWords && Cells.Marginal.Count == 0 && ripple is null && missingFrom == uint.MaxValue;

    /// <summary>Further addresses at which the whole main flash is seen: the ITCM of a Cortex-M7, the secure alias.</summary>
    protected virtual IReadOnlyList<uint> MainAliases => [];

    /// <summary>The supply came back.</summary>
    public void PowerOn(long now)
    {
        Statistics = new FlashStatistics();
        PowerReset(now);
    }

    /// <summary>A reset for want of volts: as after power-on, but nobody has begun to count anew.</summary>
    public void PowerReset(long now)
    {
        DebuggerSeen = false;
        IsHalfOpened = false;
        Cells.IsStarved = !context.Chip.SupplyFeedsPump;
        Reset(ResetSource.PowerOn, now);
    }

    /// <summary>Any reset: tears an operation off in the middle, and leaves the registers as the manual says.</summary>
    public void Reset(ResetSource source, long now)
    {
        Settle(now);
        Abort(now);
        stored.Clear();
        foreach (var register in Registers.Where(register => register.Reset != 0))
        {
            stored[register.Offset] = register.Reset & register.NotModelled;
        }

        OnReset(source, now);
        OptionsChanged();
        context.Chip.SetInterrupt(context.Interrupt, false);
    }

    public void DebuggerAttached()
    {
        DebuggerSeen = true;
        UpdateQuiet();
    }

    public BusStatus ReadRegister(FlashRegisterBlock block, uint offset, out uint value, BusMaster master, ref long now)
    {
        Settle(now);
        value = 0;
        if (Find(offset) is not { } register)
        {
            return BusStatus.Ok;
        }

        value = (Get(offset, new RegisterAccess(block, master, now)) & register.Modelled) | (stored.GetValueOrDefault(offset) & register.NotModelled);
        return BusStatus.Ok;
    }

    /// <param name="bits">The value on the lanes that are written, 0 on the others.</param>
    /// <param name="mask">Ones on the lanes that are written.</param>
    public BusStatus WriteRegister(FlashRegisterBlock block, uint offset, uint bits, uint mask, BusMaster master, ref long now)
    {
        Settle(now);
        if (StallsWhileBusy(offset) && !Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (Find(offset) is not { } register)
        {
            return BusStatus.Ok;
        }

        stored[offset] = ((stored.GetValueOrDefault(offset) & ~mask) | bits) & register.NotModelled;
        return Set(offset, bits, mask, new RegisterAccess(block, master, now));
    }

    /// <summary>A read of anything the flash answers at, that cannot take the short way.</summary>
    public virtual BusStatus ReadMemory(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        value = 0;
        if (Locate(address) is { } place)
        {
            var status = !Wait(place.Unit.BankMask, master, ref now) || ReadBarred
                ? BusStatus.Error
                : ReadCells(place, bytes, out value, master, now);
            value = ripple?.Disturb(value, bytes, now) ?? value;
            return status;
        }

        if (!Information.Covers(address) || !Wait(1, master, ref now))
        {
            return BusStatus.Error;
        }

        value = Information.Read(address, bytes);
        return BusStatus.Ok;
    }

    /// <summary>A write into anything the flash answers at: a programming access, or a refusal.</summary>
    public virtual BusStatus WriteMemory(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        if (Locate(address) is not { } place)
        {
            return Information.Covers(address) ? WriteInformation(address, bytes, value, master, ref now) : BusStatus.Error;
        }

        return !Wait(BanksThatBlock(place.Unit), master, ref now) || ReadBarred
            ? BusStatus.Error
            : WriteCells(place, bytes, value, master, now);
    }

    /// <summary>What outlives the supply.</summary>
    public virtual ChipState Save() => new([.. Cells.Bytes], [.. OptionCells], [.. Otp]) { Others = SaveOthers() };

    /// <summary>Takes back what <see cref="Save"/> gave; an <see cref="ArgumentException"/> where it is not that.</summary>
    public virtual void Load(ChipState state)
    {
        if (state.Flash.Length != Cells.Bytes.Length || state.OptionBytes.Length != OptionCells.Length || state.Otp.Length != Otp.Length
            || state.Others.Count != SaveOthers().Count)
        {
            throw new ArgumentException($"The saved state is not that of an {Part.Name}.", nameof(state));
        }

        state.Flash.CopyTo(Cells.Bytes, 0);
        state.OptionBytes.CopyTo(OptionCells, 0);
        state.Otp.CopyTo(Otp, 0);
        LoadOthers(state.Others);
    }

    /// <summary>The value of a register that <see cref="Registers"/> names; what is not <see cref="FlashRegister.Modelled"/> is masked off.</summary>
    protected abstract uint Get(uint offset, RegisterAccess access);

    /// <summary>A write to a register that <see cref="Registers"/> names. An error where the silicon answers with a bus fault.</summary>
    protected abstract BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access);

    /// <summary>A write into the cells, when no operation holds it up any more. The banks it needs are free.</summary>
    protected abstract BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now);

    /// <summary>The registers after a reset, and the option bytes loaded where this kind of reset loads them.</summary>
    protected abstract void OnReset(ResetSource source, long now);

    /// <summary>An option register, by its offset, as it is in force: what chooses layouts, exchanges banks, opens a secure world.</summary>
    protected abstract uint OptionInForce(uint offset);

    /// <summary>A read of cells that are free and not barred.</summary>
    protected virtual BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        value = Cells.Read(place.Offset, bytes);
        return BusStatus.Ok;
    }

    /// <summary>A write into the information block; nobody can write there unless the family says how.</summary>
    protected virtual BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now) => BusStatus.Error;

    /// <summary>The banks that must be free before a unit can be programmed: all, unless the banks have controllers of their own.</summary>
    protected virtual int BanksThatBlock(FlashUnit unit) => AllBanks;

    /// <summary>A write to this register waits for the running operation.</summary>
    protected virtual bool StallsWhileBusy(uint offset) => false;

    protected virtual IReadOnlyList<byte[]> SaveOthers() => [];

    protected virtual void LoadOthers(IReadOnlyList<byte[]> others)
    {
    }

    /// <summary>Some layout of this part has more than one bank.</summary>
    protected bool HasTwoBanks => Part.Layouts.Any(layout => layout.Banks.Count > 1);

    /// <summary>The option bytes in force have changed: the layout may be another, and so may be who may read.</summary>
    protected void OptionsChanged()
    {
        Map = FlashMap.Of(Part, at => OptionInForce(at.Value - Device.Flash.Controller.Value));
        UpdateQuiet();
    }

    protected void UpdateQuiet() => Quiet = operations.Count == 0 && !ReadBarred && Map.IsPlain && ReadsPlainly;

    protected void SetInterrupt(bool level) => context.Chip.SetInterrupt(context.Interrupt, level);

    /// <summary>The system memories of the device data with something like a bootloader in them, and the signature around unique id and size.</summary>
    protected void PutSystemMemories()
    {
        foreach (var memory in Device.OtherMemories.Where(memory => memory.Name == SystemMemoryName))
        {
            Information.Bootloader(memory.Range.Start.Value, memory.Range.Length, StackTop);
        }

        foreach (var at in (uint[])[Device.UniqueId.At.Value, Device.Flash.Size.At.Value])
        {
            if (!Information.Covers(at))
            {
                Information.Window(at & ~0xFFu, 0x100);
            }
        }
    }

    private uint StackTop => Part.Ram[0].Range.Start.Value + Math.Min(Part.Ram[0].Range.Length, 0x1000);

    /// <summary>The cell that is seen at an address; null where none is.</summary>
    protected FlashPlace? Locate(uint address)
    {
        foreach (var (start, length) in MainWindows())
        {
            if (address - start < length)
            {
                return At(address - start + MainStart);
            }
        }

        return null;
    }

    private FlashPlace? At(uint address) =>
        Map.At(address) is { } unit && unit.Offset + address - unit.Range.Start.Value is var offset && offset < missingFrom
            ? new FlashPlace(unit, offset)
            : null;

    private IEnumerable<(uint Start, uint Length)> MainWindows()
    {
        // The widest of its maps: option bytes choose another while the bus stays as it is, and a map can have a hole.
        var length = Part.Layouts.Max(layout => layout.Range.Length);
        yield return (MainStart, length);
        foreach (var alias in MainAliases)
        {
            yield return (alias, length);
        }
    }

    private FlashRegister? Find(uint offset)
    {
        if (registers.Count == 0)
        {
            foreach (var register in Registers)
            {
                registers.Add(register.Offset, register);
            }
        }

        return registers.TryGetValue(offset, out var found) ? found : null;
    }
}
