using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.TwoWorlds;

/// <summary>
/// The controllers with registers for each world of TrustZone: STM32L5 (double words), STM32U5 and STM32WBA (quad-words and bursts of eight),
/// STM32U3 (double words and bursts). Options are loaded by OBL_LAUNCH.
/// </summary>
/// <remarks>
/// RM0438, RM0456, RM0487, RM0493 and RM0515, "Embedded flash memory (FLASH)". TrustZone can be switched on in the option bytes, but the
/// secure side is not played. What is said of the voltage ranges of an STM32L5 is not enforced.
/// </remarks>
internal sealed partial class TwoWorldsFlash : FlashModel
{
    private const uint ECCR = 0x30, OPTR = 0x40, SecureRegisters = 0x5002_2000, SecureFlash = 0x0C00_0000;

    private readonly KeyLatch keys = new(0x4567_0123, 0xCDEF_89AB, jamsWhenOpen: true);
    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F, jamsWhenOpen: true);
    private readonly TwoWorldsTraits traits;
    private readonly IReadOnlyList<(uint Offset, uint Factory, uint Writable)> options;
    private readonly uint pageMask;
    private readonly uint[] shadow;
    private readonly uint[] loaded;
    private uint sr, cr, ecc, eccInterrupt, opsr, interrupted;

    public TwoWorldsFlash(FlashContext context)
        : base(context)
    {
        traits = TwoWorldsTraits.Of(context.Device.DeviceId);
        pageMask = (1u << traits.PageBits) - 1;
        options = traits.Options();
        Registers = traits.Registers();
        OptionCells = [.. options.Select(option => option.Factory)];
        shadow = [.. OptionCells];
        loaded = [.. OptionCells];
        if (context.Device.OtherMemories.FirstOrDefault(memory => memory.Name == OtpName) is { } otp)
        {
            Otp = new byte[otp.Range.Length];
            Otp.AsSpan().Fill(0xFF);
            otpAt = otp.Range.Start.Value;
            Information.Window(otpAt, otp.Range.Length).Put(otpAt, Otp);
        }

        PutSystemMemories();
    }

    [Flags]
    private enum Sr : uint
    {
        EOP = 1 << 0,
        OPERR = 1 << 1,
        PROGERR = 1 << 3,
        WRPERR = 1 << 4,
        PGAERR = 1 << 5,
        SIZERR = 1 << 6,
        PGSERR = 1 << 7,
        OPTWERR = 1 << 13,
        BSY = 1 << 16,
        WDW = 1 << 17,
        Stale = PROGERR | WRPERR | PGAERR | SIZERR | PGSERR | OPTWERR,
        Clearable = EOP | OPERR | Stale,
    }

    [Flags]
    private enum Cr : uint
    {
        PG = 1 << 0,
        PER = 1 << 1,
        MER1 = 1 << 2,
        BKER = 1 << 11,
        BWR = 1 << 14,
        MER2 = 1 << 15,
        STRT = 1 << 16,
        OPTSTRT = 1 << 17,
        EOPIE = 1 << 24,
        ERRIE = 1 << 25,
        OBL_LAUNCH = 1 << 27,
        OPTLOCK = 1 << 30,
        LOCK = 1u << 31,
    }

    public override IReadOnlyList<FlashRegister> Registers { get; }

    public override IReadOnlyList<FlashRegisterBlock> RegisterBlocks => [.. base.RegisterBlocks, new(SecureRegisters, 0x400, Secure: true)];

    public override uint[] OptionCells { get; }

    public override ReadProtection Protection => LevelOf(InForce(OPTR));

    public override bool HardwareWatchdog => (InForce(OPTR) & 1 << 16) == 0;

    public override bool HardwareWindowWatchdog => (InForce(OPTR) & 1 << 19) == 0;

    /// <summary>nSWBOOT0 = 0 lets nBOOT0 speak instead of the pin. The addresses are NSBOOTADD0 and NSBOOTADD1.</summary>
    public override uint BootAddress => ((InForce(OPTR) & 1 << 26) != 0 ? Boot0 : (InForce(OPTR) & 1 << 27) == 0) ? InForce(0x48) & ~0x7Fu : InForce(0x44);

    protected override IReadOnlyList<uint> MainAliases => [SecureFlash];

    protected override uint OptionInForce(uint offset) => InForce(offset);

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        0x20 => sr | (IsBusy() ? (uint)Sr.BSY : 0) | (collected > 0 ? (uint)Sr.WDW : 0), // no WDW on an STM32L5: its mask takes it off
        0x28 => cr | (keys.Locked ? (uint)Cr.LOCK : 0) | (optionKeys.Locked ? (uint)Cr.OPTLOCK : 0),
        ECCR => eccInterrupt | (traits.DoubleErrors == ECCR ? ecc : 0),
        _ when offset == traits.DoubleErrors => ecc,
        _ when offset == traits.Opsr => opsr,
        _ => IndexOf(offset) is >= 0 and var option ? shadow[option] : 0,
    };

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        switch (offset)
        {
            case 0x08:
                return Key(keys, bits);
            case 0x10:
                return Key(optionKeys, bits);
            case 0x20:
                sr &= ~(bits & (uint)Sr.Clearable);
                UpdateInterrupt();
                break;
            case 0x28:
                WriteControl((cr & ~mask) | bits, access.Now);
                break;
            case ECCR:
                eccInterrupt = (eccInterrupt & ~mask) | (bits & EccInterrupt);
                ecc = traits.DoubleErrors == ECCR && (bits & EccDetected) != 0 ? 0 : ecc;
                break;
            case var _ when offset == traits.DoubleErrors:
                ecc = (bits & EccDetected) != 0 ? 0 : ecc;
                break;
            case var _ when IndexOf(offset) is >= 0 and var option && !optionKeys.Locked && Protection != ReadProtection.Level2:
                shadow[option] = ((shadow[option] & ~mask) | bits) & options[option].Writable;
                break;
        }

        return BusStatus.Ok;
    }

    /// <summary>Writes to the control and option registers wait for the operation; everything else answers at once.</summary>
    protected override bool StallsWhileBusy(uint offset) => offset == 0x28 || IndexOf(offset) >= 0;

    protected override void OnReset(ResetSource source, long now)
    {
        keys.Reset();
        optionKeys.Reset();
        (sr, cr, ecc, eccInterrupt, collected) = (0, 0, 0, 0, 0);
        (opsr, interrupted) = (interrupted, 0);
        if (source is ResetSource.PowerOn or ResetSource.OptionLoad)
        {
            OptionCells.CopyTo(loaded, 0);
        }

        loaded.CopyTo(shadow, 0);
    }

    protected override void Ended(FlashOperation operation)
    {
        cr &= ~(uint)(Cr.STRT | Cr.OPTSTRT);
        if (Has(Cr.EOPIE))
        {
            sr |= (uint)Sr.EOP;
        }

        UpdateInterrupt();
    }

    protected override IReadOnlyList<byte[]> SaveOthers() => [Cells.SaveBroken()];

    protected override void LoadOthers(IReadOnlyList<byte[]> others) => Cells.LoadBroken(others[0]);

    private static ReadProtection LevelOf(uint optr) => (byte)optr switch
    {
        0xAA => ReadProtection.Level0,
        0xCC => ReadProtection.Level2,
        _ => ReadProtection.Level1,
    };

    /// <summary>A wrong key, or the keys of an open lock, lock until the next reset, and the bus says so.</summary>
    private static BusStatus Key(KeyLatch latch, uint value)
    {
        latch.Key(value);
        return latch.Jammed ? BusStatus.Error : BusStatus.Ok;
    }

    private int IndexOf(uint offset)
    {
        for (var i = 0; i < options.Count; i++)
        {
            if (options[i].Offset == offset)
            {
                return i;
            }
        }

        return -1;
    }

    private uint InForce(uint offset) => IndexOf(offset) is >= 0 and var option ? loaded[option] : 0;

    private bool Has(Cr bit) => (cr & (uint)bit) != 0;

    private void WriteControl(uint value, long now)
    {
        // While locked, CR cannot be written; nothing complains. OPTSTRT and OBL_LAUNCH are behind OPTLOCK as well.
        if (keys.Locked)
        {
            return;
        }

        // While WDW is up nothing else may be asked for; that the answer is PGSERR, and the words are lost, is inferred.
        if (collected > 0 && (value & (uint)(Cr.STRT | Cr.OPTSTRT)) != 0)
        {
            Refuse(Sr.PGSERR);
            return;
        }

        cr = value & ~(uint)(Cr.STRT | Cr.OPTSTRT | Cr.OBL_LAUNCH | Cr.OPTLOCK | Cr.LOCK);
        if (!Has(Cr.PG))
        {
            collected = 0;
        }

        if ((value & (uint)Cr.STRT) != 0)
        {
            StartErase(now);
        }

        if (!optionKeys.Locked && (value & (uint)Cr.OPTSTRT) != 0)
        {
            StartOptions(now);
        }

        if (!optionKeys.Locked && (value & (uint)Cr.OBL_LAUNCH) != 0)
        {
            Chip.ResetBy(ResetSource.OptionLoad, now);
            return;
        }

        if ((value & (uint)(Cr.OPTLOCK | Cr.LOCK)) != 0)
        {
            optionKeys.Lock();
        }

        if ((value & (uint)Cr.LOCK) != 0)
        {
            keys.Lock();
        }

        UpdateInterrupt();
    }

    private BusStatus Refuse(Sr error)
    {
        collected = 0;
        sr |= (uint)error;
        // OPERR reports only to those who asked for the interrupt.
        if (Has(Cr.ERRIE))
        {
            sr |= (uint)Sr.OPERR;
        }

        UpdateInterrupt();
        return BusStatus.Ok;
    }

    private void UpdateInterrupt() => SetInterrupt(
        ((sr & (uint)Sr.EOP) != 0 && Has(Cr.EOPIE)) || ((sr & (uint)Sr.OPERR) != 0 && Has(Cr.ERRIE)));
}
