using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.F4;

/// <summary>The embedded flash interface of the F2 and F4 lines: sectors of several sizes, a choice of parallelism, no error code.</summary>
/// <remarks>RM0090, "Embedded Flash memory interface". An operation is an interval; its effect is in the cells when it ends.</remarks>
internal sealed partial class F4Flash : FlashModel
{
    private const uint OtpAt = 0x1FFF_7800;
    private const int OtpLength = 528;

    private readonly KeyLatch keys = new(0x4567_0123, 0xCDEF_89AB);
    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F);
    private readonly F4Traits traits;
    private readonly bool dualBank;
    private uint sr;
    private uint cr;

    public F4Flash(FlashContext context)
        : base(context)
    {
        traits = F4Traits.Of(context.Device.DeviceId);
        dualBank = traits.HasTwoBanks;
        Options = new F4OptionBytes(traits, dualBank);
        Otp = new byte[OtpLength];
        Otp.AsSpan().Fill(0xFF);
        Information
            .Bootloader(0x1FFF_0000, 0x7800, 0x2000_3000)
            .Window(OtpAt, 0x400)
            .Window(0x1FFF_C000, 16)
            .Window(0x1FFE_C000, 16)
            .Put(traits.BootloaderId.At, [traits.BootloaderId.Value])
            .Put(OtpAt, Otp)
            .Put(0x1FFF_7BF0, (ushort)0)
            .PutWords(0x1FFF_C000, 16, offset => Options.Mirror(1, offset));
        if (dualBank)
        {
            Information.PutWords(0x1FFE_C000, 16, offset => Options.Mirror(2, offset));
        }
    }

    [Flags]
    private enum Sr : uint
    {
        EOP = 1 << 0,
        OPERR = 1 << 1,
        WRPERR = 1 << 4,
        PGAERR = 1 << 5,
        PGPERR = 1 << 6,
        PGSERR = 1 << 7,
        RDERR = 1 << 8,
        BSY = 1 << 16,
    }

    [Flags]
    private enum Cr : uint
    {
        PG = 1 << 0,
        SER = 1 << 1,
        MER = 1 << 2,
        MER1 = 1 << 15,
        STRT = 1 << 16,
        EOPIE = 1 << 24,
        ERRIE = 1 << 25,
        LOCK = 1u << 31,
    }

    public override IReadOnlyList<FlashRegister> Registers =>
    [
        new(0x00, "ACR", 0, traits.Acr),
        new(0x04, "KEYR", uint.MaxValue),
        new(0x08, "OPTKEYR", uint.MaxValue),
        new(0x0C, "SR", traits.HasSprmod ? 0x0001_01F3u : 0x0001_00F3),
        new(0x10, "CR", traits.Cr),
        new(0x14, "OPTCR", 0x0FFF_FFEF | traits.WriteProtectMask | (traits.HasSprmod ? Sprmod : 0) | (dualBank ? 1u << 4 | 1u << 30 : 0)),
        new(0x18, "OPTCR1", dualBank ? 0x0FFF_0000u : 0),
    ];

    public override uint[] OptionCells => Options.Cells;

    public override ReadProtection Protection => Options.Protection;

    public override bool HardwareWatchdog => Options.HardwareWatchdog;

    protected override bool ReadsPlainly => !Options.Sprmod;

    private F4OptionBytes Options { get; }

    private uint Psize => (cr >> 8) & 3;

    private bool Starved => Psize switch
    {
        0 => false,
        1 => Volts < 2.1,
        2 => Volts < 2.7,
        _ => true, // x64 needs 8 to 9 V on VPP, which no board of the bench has
    };

    /// <summary>The option bytes live in a 16 KiB sector of their own that is erased and written anew.</summary>
    private long OptionTime => Timing.Unit(16 * 1024, 32) + (2 * Timing.Program);

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        0x0C => sr | (IsBusy() ? (uint)Sr.BSY : 0),
        0x10 => cr | (keys.Locked ? (uint)Cr.LOCK : 0),
        0x14 => Options.Optcr | (optionKeys.Locked ? 1u : 0) | (Operations is [{ ChangesOptions: true }] ? 2u : 0),
        0x18 => Options.Optcr1,
        _ => 0, // KEYR and OPTKEYR are write-only
    };

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        switch (offset)
        {
            case 0x04:
                keys.Key(bits);
                break;
            case 0x08:
                optionKeys.Key(bits);
                break;
            case 0x0C:
                sr &= ~(bits & 0x1F3);
                UpdateInterrupt();
                break;
            case 0x10:
                WriteControl((cr & ~mask) | bits, access.Now);
                break;
            case 0x14:
                WriteOptions((Options.Optcr & ~mask) | bits, access.Now);
                break;
            case 0x18 when dualBank && OptionsOpen:
                Options.Optcr1 = ((Options.Optcr1 & ~mask) | bits) & 0x0FFF_0000;
                break;
        }

        return BusStatus.Ok;
    }

    /// <summary>Reads of the registers never wait; writes to CR and the option registers do.</summary>
    protected override bool StallsWhileBusy(uint offset) => offset is 0x10 or 0x14 or 0x18;

    protected override void OnReset(ResetSource source, long now)
    {
        keys.Reset();
        optionKeys.Reset();
        (sr, cr) = (0, 0);
        Options.Load();
    }

    protected override uint OptionInForce(uint offset) => Options.Cells[offset == 0x18 ? 1 : 0];

    protected override void Ended(FlashOperation operation)
    {
        cr &= ~(uint)Cr.STRT;
        if (Has(Cr.EOPIE))
        {
            sr |= (uint)Sr.EOP;
        }

        UpdateInterrupt();
    }

    private void WriteControl(uint value, long now)
    {
        // The manual: while locked, CR cannot be written; nothing complains.
        if (keys.Locked)
        {
            return;
        }

        cr = value & traits.Cr & ~(uint)(Cr.STRT | Cr.LOCK);
        if ((value & (uint)Cr.STRT) != 0)
        {
            StartErase(now);
        }

        if ((value & (uint)Cr.LOCK) != 0)
        {
            keys.Lock();
        }

        UpdateInterrupt();
    }

    private bool Has(Cr bit) => (cr & (uint)bit) != 0;

    private void Refuse(Sr error)
    {
        sr |= (uint)error;
        // OPERR reports only to those who asked for the interrupt.
        if (Has(Cr.ERRIE))
        {
            sr |= (uint)Sr.OPERR;
        }

        UpdateInterrupt();
    }

    private void UpdateInterrupt() => SetInterrupt(
        ((sr & (uint)Sr.EOP) != 0 && Has(Cr.EOPIE)) || ((sr & (uint)Sr.OPERR) != 0 && Has(Cr.ERRIE)));
}
