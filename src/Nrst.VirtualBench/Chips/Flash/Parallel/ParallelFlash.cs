using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.Parallel;

/// <summary>The embedded flash interface of the F2, F4 and F7 lines: sectors of several sizes, a choice of parallelism, no error code.</summary>
/// <remarks>
/// RM0090 and RM0385, "Embedded Flash memory". An operation is an interval; its effect is in the cells when it ends. What the F7 calls ERSERR
/// and MER2 are PGSERR and MER1 here: the same bits with the same meaning.
/// </remarks>
internal abstract partial class ParallelFlash : FlashModel
{
    private readonly KeyLatch keys = new(0x4567_0123, 0xCDEF_89AB);
    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F);
    private readonly uint controlBits;
    private readonly OtpPlace otpPlace;
    private uint sr;
    private uint cr;

    /// <param name="controlBits">The bits of CR that exist.</param>
    protected ParallelFlash(FlashContext context, uint controlBits, OtpPlace otp)
        : base(context)
    {
        (this.controlBits, otpPlace) = (controlBits, otp);
        Otp = new byte[otp.Length];
        Otp.AsSpan().Fill(0xFF);
    }

    [Flags]
    protected enum Sr : uint
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

    public override uint[] OptionCells => Options.Cells;

    public override ReadProtection Protection => Options.Protection;

    public override bool HardwareWatchdog => Options.HardwareWatchdog;

    protected override bool ReadsPlainly => base.ReadsPlainly && !Options.BarsReads;

    protected abstract IParallelOptions Options { get; }

    protected bool OptionsOpen => !optionKeys.Locked && Options.Protection != ReadProtection.Level2;

    /// <summary>OPTLOCK and OPTSTRT, as OPTCR shows them.</summary>
    protected uint OptionControl => (optionKeys.Locked ? 1u : 0) | (Operations is [{ ChangesOptions: true }] ? 2u : 0);

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
        }

        return BusStatus.Ok;
    }

    /// <summary>Reads of the registers never wait; writes to CR and the option registers do.</summary>
    protected override bool StallsWhileBusy(uint offset) => offset >= 0x10;

    protected override void OnReset(ResetSource source, long now)
    {
        keys.Reset();
        optionKeys.Reset();
        (sr, cr) = (0, 0);
        Options.Load();
    }

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

        cr = value & controlBits & ~(uint)(Cr.STRT | Cr.LOCK);
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

    protected void Refuse(Sr error)
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
