using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.DoubleWord;

/// <summary>A controller that programs double words with an error code: pages of one size, options behind OPTSTRT and OBL_LAUNCH.</summary>
/// <remarks>
/// Reference manuals of L4, G4, G0 and C0, "Embedded flash memory". What the lines do not have in common is in the traits. An operation
/// is an interval; its effect is in the cells when it ends.
/// </remarks>
internal abstract partial class DoubleWordFlash : FlashModel
{
    protected const int Width = 8;

    private readonly KeyLatch keys = new(0x4567_0123, 0xCDEF_89AB);
    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F);
    private readonly DoubleWordTraits traits;
    private readonly uint[] eccr;
    private uint sr;
    private uint cr;
    private uint acr;
    private bool empty;

    protected DoubleWordFlash(FlashContext context, DoubleWordTraits traits)
        : base(context)
    {
        this.traits = traits;
        eccr = new uint[traits.Eccr.Length];
        OptionCells = [.. traits.Options.Select(option => option.Factory)];
        (shadow, loaded) = ([.. OptionCells], [.. OptionCells]);
        Otp = PutInformation();
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
        MISERR = 1 << 8,
        FASTERR = 1 << 9,
        RDERR = 1 << 14,
        OPTVERR = 1 << 15,

        /// <summary>Those that make the next operation fail as long as they are up.</summary>
        Stale = PROGERR | WRPERR | PGAERR | SIZERR | PGSERR | MISERR | FASTERR,
        Clearable = Stale | EOP | OPERR | RDERR | OPTVERR,
    }

    [Flags]
    private enum Cr : uint
    {
        PG = 1 << 0,
        PER = 1 << 1,
        MER1 = 1 << 2,
        STRT = 1 << 16,
        OPTSTRT = 1 << 17,
        FSTPG = 1 << 18,
        EOPIE = 1 << 24,
        ERRIE = 1 << 25,
        RDERRIE = 1 << 26,
        OBL_LAUNCH = 1 << 27,
        OPTLOCK = 1 << 30,
        LOCK = 1u << 31,
    }

    public override IReadOnlyList<FlashRegister> Registers => traits.Registers;

    public override bool DebuggerIsCutOff => traits.DebugEnable != 0 && (acr & traits.DebugEnable) == 0;

    private Sr Flags => (Sr)sr;

    private uint ShutBits => traits.Securable.Aggregate(0u, (bits, area) => bits | area.Shut);

    protected override uint Get(uint offset, RegisterAccess access)
    {
        if (offset == traits.Sr)
        {
            return sr | BusyBits() | (IsSuspended ? traits.Suspend.Status : 0) | (traits.Empty is { } flag && flag.Register == offset && empty ? 1u << flag.Bit : 0);
        }

        if (offset == traits.Cr)
        {
            return cr | (keys.Locked ? (uint)Cr.LOCK : 0) | (optionKeys.Locked ? (uint)Cr.OPTLOCK : 0);
        }

        if (offset == 0)
        {
            return (acr & (traits.DebugEnable | traits.Suspend.Ask)) | (traits.Empty is { Register: 0 } flag && empty ? 1u << flag.Bit : 0);
        }

        var ecc = Array.IndexOf(traits.Eccr, offset);
        var option = IndexOfOption(offset);
        return ecc >= 0 ? eccr[ecc] : option >= 0 ? shadow[option] : 0;
    }

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        if (offset == traits.Keyr || offset == traits.Optkeyr)
        {
            return Key(offset == traits.Keyr ? keys : optionKeys, bits);
        }

        if (offset == traits.Sr)
        {
            sr &= ~(bits & (uint)Sr.Clearable);
            SetEmpty(offset, bits, mask);
            UpdateInterrupt();
        }
        else if (offset == traits.Cr)
        {
            WriteControl((cr & ~mask) | bits, access.Now);
        }
        else if (offset == 0)
        {
            var suspended = IsSuspended;
            acr = (acr & ~mask) | bits;
            SetEmpty(offset, bits, mask);
            if (suspended && !IsSuspended)
            {
                Resume(access.Now);
            }
        }
        else if (Array.IndexOf(traits.Eccr, offset) is >= 0 and var bank)
        {
            eccr[bank] = (eccr[bank] & ~(bits & EccFlags) & ~(mask & EccInterrupt)) | (bits & EccInterrupt);
        }
        else if (IndexOfOption(offset) is >= 0 and var option && !optionKeys.Locked && Protection != ReadProtection.Level2)
        {
            var writable = traits.Options[option].Writable & mask;
            shadow[option] = (shadow[option] & ~writable) | (bits & writable);
        }

        return BusStatus.Ok;
    }

    /// <summary>Writes to the control and option registers wait for the operation; everything else answers at once.</summary>
    protected override bool StallsWhileBusy(uint offset) => offset == traits.Cr || IndexOfOption(offset) >= 0;

    protected override void OnReset(ResetSource source, long now)
    {
        keys.Reset();
        optionKeys.Reset();
        (sr, cr, acr) = (0, 0, traits.DebugEnable);
        eccr.AsSpan().Clear();
        ForgetWords();
        ForgetErases();
        if (source is ResetSource.PowerOn or ResetSource.OptionLoad)
        {
            LoadOptions();
        }

        loaded.CopyTo(shadow, 0);
    }

    protected override void Ended(FlashOperation operation)
    {
        cr &= ~(uint)(Cr.STRT | Cr.OPTSTRT);
        if (Has(Cr.EOPIE) && !rowFailed)
        {
            sr |= (uint)Sr.EOP;
        }

        rowFailed = false;

        UpdateInterrupt();
    }

    /// <summary>A wrong key locks until the next reset, and the bus says so.</summary>
    private static BusStatus Key(KeyLatch latch, uint value)
    {
        latch.Key(value);
        return latch.Jammed ? BusStatus.Error : BusStatus.Ok;
    }

    private void WriteControl(uint value, long now)
    {
        // While locked, CR cannot be written; nothing complains. OPTSTRT and OBL_LAUNCH are behind OPTLOCK as well.
        if (keys.Locked)
        {
            return;
        }

        var actions = (uint)(Cr.STRT | Cr.OPTSTRT | Cr.OBL_LAUNCH | Cr.LOCK | Cr.OPTLOCK);
        cr = (value & ~actions) | (cr & ShutBits);
        UpdateQuiet();
        if (!Has(Cr.PG) && !Has(Cr.FSTPG))
        {
            ForgetWords();
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

        if ((value & (uint)Cr.OPTLOCK) != 0)
        {
            optionKeys.Lock();
        }

        if ((value & (uint)Cr.LOCK) != 0)
        {
            keys.Lock();
            optionKeys.Lock();
        }

        UpdateInterrupt();
    }

    private void SetEmpty(uint offset, uint bits, uint mask)
    {
        if (traits.Empty is not { } flag || flag.Register != offset || (mask & 1u << flag.Bit) == 0)
        {
            return;
        }

        var bit = (bits & 1u << flag.Bit) != 0;
        empty = flag.Toggles ? empty ^ bit : bit;
    }

    private uint BusyBits()
    {
        var bits = WordsPending ? traits.ConfigurationBusy : 0;
        foreach (var operation in Operations)
        {
            bits |= traits.ConfigurationBusy;
            for (var bank = 0; bank < traits.Busy.Count; bank++)
            {
                bits |= traits.Busy.Count == 1 || (operation.Banks & 1 << bank) != 0 ? traits.Busy[bank] : 0;
            }
        }

        return bits;
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
        ((sr & (uint)Sr.EOP) != 0 && Has(Cr.EOPIE))
        || ((sr & (uint)Sr.OPERR) != 0 && Has(Cr.ERRIE))
        || ((sr & (uint)Sr.RDERR) != 0 && Has(Cr.RDERRIE)));
}
