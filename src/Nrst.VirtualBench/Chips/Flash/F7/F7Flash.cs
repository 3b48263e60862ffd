using Nrst.VirtualBench.Chips.Flash.Parallel;

namespace Nrst.VirtualBench.Chips.Flash.F7;

/// <summary>The flash of the F7 line, seen through two buses. RM0385, RM0410 and RM0431, "Embedded Flash memory (FLASH)".</summary>
/// <remarks>Switching between one bank and two leaves every byte at its address here; the silicon interleaves the banks, and mixes them up.</remarks>
internal sealed class F7Flash : ParallelFlash
{
    private const uint ThroughItcm = 0x0020_0000, SystemMemoryThroughItcm = 0x0010_0000, OptionsAt = 0x1FFF_0000;
    private const uint Pcrop = 0xFF, PcropRdp = 1u << 31;

    private readonly F7Traits traits;
    private readonly F7OptionBytes options;

    public F7Flash(FlashContext context)
        : this(context, F7Traits.Of(context.Device.DeviceId))
    {
    }

    private F7Flash(FlashContext context, F7Traits traits)
        : base(context, traits.Cr, traits.Otp)
    {
        this.traits = traits;
        options = new F7OptionBytes(traits);
        PutSystemMemories();
        var system = Information.Windows[0];
        Information
            .Bootloader(SystemMemoryThroughItcm, system.Length, 0x2000_1000)
            .Window(traits.Otp.At, traits.Otp.Length)
            .Put(traits.Otp.At, Otp)
            .Window(OptionsAt, 32)
            .PutWords(OptionsAt, 32, options.Mirror);
    }

    public override IReadOnlyList<FlashRegister> Registers =>
    [
        new(0x00, "ACR", 0, 0x0000_0B0F),
        new(0x04, "KEYR", uint.MaxValue),
        new(0x08, "OPTKEYR", uint.MaxValue),
        new(0x0C, "SR", traits.HasPcrop ? 0x0001_01F3u : 0x0001_00F3),
        new(0x10, "CR", traits.Cr),
        new(0x14, "OPTCR", traits.Options | 0b11),
        new(0x18, "OPTCR1", uint.MaxValue),
        .. traits.HasPcrop ? [new(0x1C, "OPTCR2", Pcrop | PcropRdp)] : (IEnumerable<FlashRegister>)[],
    ];

    public override bool HardwareWindowWatchdog => options.HardwareWindowWatchdog;

    public override uint BootAddress => options.BootAddress(Boot0 && Protection != ReadProtection.Level2);

    protected override IParallelOptions Options => options;

    protected override IReadOnlyList<uint> MainAliases { get; } = [ThroughItcm];

    protected override IReadOnlyList<FlashUnit> ErasedWithProtection =>
        options.PcropFallsWithProtection ? Map.Units : [.. Map.Units.Where(sector => !options.IsReadProtected(sector))];

    /// <summary>The ITCM bus reads flash and does not write it.</summary>
    public override BusStatus WriteMemory(uint address, int bytes, uint value, BusMaster master, ref long now) =>
        address - ThroughItcm < (uint)Cells.Bytes.Length ? BusStatus.Error : base.WriteMemory(address, bytes, value, master, ref now);

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        0x14 => options.Control | OptionControl,
        0x18 => options.Optcr1,
        0x1C => options.Optcr2,
        _ => base.Get(offset, access),
    };

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        switch (offset)
        {
            case 0x14:
                WriteOptionControl((options.Control & ~mask) | bits, traits.Options, access.Now);
                return BusStatus.Ok;
            case 0x18 when OptionsOpen:
                options.Optcr1 = (options.Optcr1 & ~mask) | bits;
                return BusStatus.Ok;
            case 0x1C when OptionsOpen:
                options.Optcr2 = ((options.Optcr2 & ~mask) | bits) & (Pcrop | PcropRdp);
                return BusStatus.Ok;
            default:
                return base.Set(offset, bits, mask, access);
        }
    }

    protected override uint OptionInForce(uint offset) => options.Cells[(offset - 0x14) / 4];

    /// <summary>Sectors of OPTCR2, and the bit that lets them fall, are added at any time, and taken back only by the fall itself.</summary>
    protected override bool MayProgramOptions(bool lifted) =>
        (lifted && options.PcropFallsWithProtection) || (options.Cells[2] & ~options.Optcr2) == 0;
}
