using Nrst.VirtualBench.Chips.Flash.WordBuffer;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.H5;

/// <summary>The embedded flash memory of the STM32H5 and STM32C5: one write buffer for both banks, flags cleared in a register of their own.</summary>
/// <remarks>
/// RM0481 and RM0492, "Embedded flash memory (FLASH)"; the C5 from its header. TrustZone can be switched on in the option bytes, but the secure
/// side, key storage and the high-cycle data area are not played.
/// </remarks>
internal sealed partial class H5Flash : BufferedFlash
{
    private const uint OPTSR_CUR = 0x50, OPTSR2_CUR = 0x70, NSBOOTR_CUR = 0x80, OTPBLR_CUR = 0x90, EDATA1R_CUR = 0xF0;
    private const uint SecureRegisters = 0x5002_2000, SecureFlash = 0x0C00_0000;

    private readonly KeyLatch keys = new(0x4567_0123, 0xCDEF_89AB, jamsWhenOpen: true);
    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F, jamsWhenOpen: true);
    private readonly WordBuffer.WordBuffer buffer = new(16);
    private readonly H5Traits traits;
    private uint sr, cr, opsr, eccdetr, interrupted;

    public H5Flash(FlashContext context)
        : this(context, H5Traits.Of(context.Device, context.Part))
    {
    }

    private H5Flash(FlashContext context, H5Traits traits)
        : base(context, traits.Options(), 16)
    {
        this.traits = traits;
        Registers = traits.Registers(traits.Options());
        Otp = new byte[traits.OtpLength];
        Otp.AsSpan().Fill(0xFF);
        Information.Window(traits.OtpAt, (uint)Otp.Length).Put(traits.OtpAt, Otp);
        PutSystemMemories();
    }

    [Flags]
    private enum Sr : uint
    {
        BSY = 1 << 0,
        WBNE = 1 << 1,
        EOP = 1 << 16,
        WRPERR = 1 << 17,
        PGSERR = 1 << 18,
        STRBERR = 1 << 19,
        INCERR = 1 << 20,
        OPTCHANGEERR = 1 << 23,
    }

    private enum Cr : uint
    {
        LOCK = 1 << 0,
        PG = 1 << 1,
        SER = 1 << 2,
        BER = 1 << 3,
        FW = 1 << 4,
        STRT = 1 << 5,
        MER = 1 << 15,
        BKSEL = 1u << 31,
    }

    private enum Optcr : uint
    {
        OPTLOCK = 1 << 0,
        OPTSTRT = 1 << 1,
        SWAP_BANK = 1u << 31,
    }

    public override IReadOnlyList<FlashRegister> Registers { get; }

    public override IReadOnlyList<FlashRegisterBlock> RegisterBlocks => traits.HasTrustZone
        ? [.. base.RegisterBlocks, new(SecureRegisters, 0x400, Secure: true)]
        : base.RegisterBlocks;

    /// <summary>Open and provisioning let a debugger in; closed and locked (and the levels 2 of the C5) do not.</summary>
    public override ReadProtection Protection => State is 0x5C or 0x72 or 0xD1 or 0xC6 ? ReadProtection.Level2 : ReadProtection.Level0;

    public override bool HardwareWatchdog => (Current(OPTSR_CUR) & 1 << 3) == 0;

    public override bool HardwareWindowWatchdog => (Current(OPTSR_CUR) & 1 << 4) == 0;

    /// <summary>NSBOOTADD is the address but for its lowest byte; a high BOOT0 chooses the bootloader.</summary>
    public override uint BootAddress => Boot0 && Protection == ReadProtection.Level0 ? SystemStart : Current(NSBOOTR_CUR) & ~0xFFu;

    protected override IReadOnlyList<uint> MainAliases => traits.HasTrustZone ? [SecureFlash] : [];

    private byte State => (byte)(Current(OPTSR_CUR) >> 8);

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        0x18 => opsr,
        0x1C => (optionKeys.Locked ? 1u : 0) | (Operations is [{ ChangesOptions: true }] ? 2u : 0) | (Swapped ? (uint)Optcr.SWAP_BANK : 0),
        0x20 => sr | (IsBusy() ? (uint)Sr.BSY : 0) | (buffer.IsEmpty ? 0 : (uint)Sr.WBNE),
        0x28 => cr | (keys.Locked ? 1u : 0),
        0x104 => eccdetr,
        _ when IsCurrent(offset) => Current(offset),
        _ when IsWanted(offset) => Wanted(offset),
        _ => 0,
    };

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        switch (offset)
        {
            case 0x04:
                return Key(keys, bits);
            case 0x0C:
                return Key(optionKeys, bits);
            case 0x1C:
                WriteOptionControl(bits, access.Now);
                break;
            case 0x28:
                WriteControl((cr & ~mask) | bits, access.Now);
                break;
            case 0x30:
                sr &= ~bits;
                UpdateInterrupt();
                break;
            case 0x104 when (bits & EccDetected) != 0:
                eccdetr = 0;
                break;
            case var _ when IsWanted(offset) && !optionKeys.Locked:
                Want(offset, bits, mask);
                break;
        }

        return BusStatus.Ok;
    }

    /// <summary>Writes to the control register and to the wanted options wait for the operation; everything else answers at once.</summary>
    protected override bool StallsWhileBusy(uint offset) => offset is 0x1C or 0x28 || IsWanted(offset);

    protected override void OnReset(ResetSource source, long now)
    {
        keys.Reset();
        optionKeys.Reset();
        buffer.Clear();
        (sr, cr, eccdetr) = (0, 0, 0);
        (opsr, interrupted) = (interrupted, 0);
        LoadOptions((Current(OPTSR_CUR) & 1u << 31) != 0);
    }

    protected override uint OptionInForce(uint offset) => offset == 0x1C ? (Swapped ? (uint)Optcr.SWAP_BANK : 0) : Current(offset);

    protected override void Ended(FlashOperation operation)
    {
        cr &= ~(uint)Cr.STRT;
        sr |= (uint)Sr.EOP;
        UpdateInterrupt();
    }

    /// <summary>A wrong key, or the keys of an open lock, lock until the next reset, and the bus says so.</summary>
    private static BusStatus Key(KeyLatch latch, uint value)
    {
        latch.Key(value);
        return latch.Jammed ? BusStatus.Error : BusStatus.Ok;
    }

    private bool Has(Cr bit) => (cr & (uint)bit) != 0;

    private void WriteControl(uint value, long now)
    {
        // While locked, CR cannot be written; nothing complains.
        if (keys.Locked)
        {
            return;
        }

        cr = value & ~(uint)(Cr.LOCK | Cr.FW | Cr.STRT);
        if ((value & (uint)Cr.FW) != 0 && !buffer.IsEmpty)
        {
            ProgramBuffer(now);
        }

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

    private BusStatus Refuse(Sr error)
    {
        sr |= (uint)error;
        UpdateInterrupt();
        return BusStatus.Ok;
    }

    /// <summary>The enables stand in CR where the flags stand in SR.</summary>
    private void UpdateInterrupt() => SetInterrupt((sr & cr & traits.Flags) != 0);
}
