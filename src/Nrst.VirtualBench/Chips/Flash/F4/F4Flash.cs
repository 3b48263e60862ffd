using Nrst.VirtualBench.Chips.Flash.Parallel;

namespace Nrst.VirtualBench.Chips.Flash.F4;

/// <summary>The flash of the F2 and F4 lines. RM0090, "Embedded Flash memory interface".</summary>
internal sealed class F4Flash : ParallelFlash
{
    private const uint Sprmod = 1u << 31, TwoBankOptions = 1u << 4 | 1u << 30;

    private static readonly OtpPlace s_otp = new(0x1FFF_7800, 32);

    private readonly F4Traits traits;
    private readonly F4OptionBytes options;

    public F4Flash(FlashContext context)
        : this(context, F4Traits.Of(context.Device.DeviceId))
    {
    }

    private F4Flash(FlashContext context, F4Traits traits)
        : base(context, traits.Cr, s_otp)
    {
        this.traits = traits;
        options = new F4OptionBytes(traits);
        Information
            .Bootloader(0x1FFF_0000, 0x7800, 0x2000_3000)
            .Window(s_otp.At, 0x400)
            .Window(0x1FFF_C000, 16)
            .Window(0x1FFE_C000, 16)
            .Put(traits.BootloaderId.At, [traits.BootloaderId.Value])
            .Put(s_otp.At, Otp)
            .Put(0x1FFF_7BF0, (ushort)0)
            .PutWords(0x1FFF_C000, 16, offset => options.Mirror(1, offset));
        if (traits.HasTwoBanks)
        {
            Information.PutWords(0x1FFE_C000, 16, offset => options.Mirror(2, offset));
        }
    }

    public override IReadOnlyList<FlashRegister> Registers =>
    [
        new(0x00, "ACR", 0, traits.Acr),
        new(0x04, "KEYR", uint.MaxValue),
        new(0x08, "OPTKEYR", uint.MaxValue),
        new(0x0C, "SR", traits.HasSprmod ? 0x0001_01F3u : 0x0001_00F3),
        new(0x10, "CR", traits.Cr),
        new(0x14, "OPTCR", 0x0FFF_FFEF | traits.WriteProtectMask | (traits.HasSprmod ? Sprmod : 0) | (traits.HasTwoBanks ? TwoBankOptions : 0)),
        new(0x18, "OPTCR1", traits.HasTwoBanks ? 0x0FFF_0000u : 0),
    ];

    protected override IParallelOptions Options => options;

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        0x14 => options.Control | OptionControl,
        0x18 => options.Optcr1,
        _ => base.Get(offset, access),
    };

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        switch (offset)
        {
            case 0x14:
                var writable = 0xFFEC | traits.WriteProtectMask | 0x0FFF_0000 | (traits.HasSprmod ? Sprmod : 0) | (traits.HasTwoBanks ? TwoBankOptions : 0);
                WriteOptionControl((options.Control & ~mask) | bits, writable, access.Now);
                return BusStatus.Ok;
            case 0x18 when traits.HasTwoBanks && OptionsOpen:
                options.Optcr1 = ((options.Optcr1 & ~mask) | bits) & 0x0FFF_0000;
                return BusStatus.Ok;
            default:
                return base.Set(offset, bits, mask, access);
        }
    }

    protected override uint OptionInForce(uint offset) => options.Cells[offset == 0x18 ? 1 : 0];

    /// <summary>SPRMOD goes only together with level 1 -> 0, and while it stands its sectors cannot be taken out; else nothing is changed.</summary>
    protected override bool MayProgramOptions(bool lifted)
    {
        var takenOut = options.Cells[0] & ~options.Control & traits.WriteProtectMask;
        return !options.Sprmod || lifted || ((options.Control & Sprmod) != 0 && takenOut == 0);
    }
}
