using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.Pecr;

/// <summary>
/// The flash of L0 and L1: erased cells are zero, a plain store programs a word, half pages are filled word by word, and a data
/// EEPROM of its own is written a byte, a half-word or a word at a time.
/// </summary>
internal abstract partial class PecrFlash : FlashModel
{
    private const uint ACR = 0x00, PECR = 0x04, PDKEYR = 0x08, PEKEYR = 0x0C, PRGKEYR = 0x10, OPTKEYR = 0x14, SR = 0x18, OPTR = 0x1C;
    private const uint Errors = 0x0003_3F00;

    private readonly KeyLatch powerKeys = new(0x0415_2637, 0xFAFB_FCFD);
    private readonly KeyLatch controlKeys = new(0x89AB_CDEF, 0x0203_0405);
    private readonly KeyLatch programKeys = new(0x8C9D_AEBF, 0x1314_1516);
    private readonly KeyLatch optionKeys = new(0xFBEA_D9C8, 0x2425_2627);
    private readonly PecrTraits traits;
    private uint acr, pecr, sr;

    protected PecrFlash(FlashContext context, PecrTraits traits)
        : base(context)
    {
        this.traits = traits;
        PutSystemMemories();
        PutUniqueId(context.Options.UniqueId);
        if (traits.SizeCode is { } code)
        {
            Information.Put(Device.Flash.Size.At.Value, code);
        }

        eeprom = [.. Part.Eeprom.Select(memory => new byte[memory.Range.Length])];
        PutEeprom();
        OptionCells = FactoryOptions();
        PutOptions();
        LoadOptions();
    }

    [Flags]
    private enum Pe : uint
    {
        PELOCK = 1 << 0,
        PRGLOCK = 1 << 1,
        OPTLOCK = 1 << 2,
        PROG = 1 << 3,
        DATA = 1 << 4,

        /// <summary>FTDW on the L1: a write into the EEPROM always erases first.</summary>
        FIX = 1 << 8,
        ERASE = 1 << 9,
        FPRG = 1 << 10,
        EOPIE = 1 << 16,
        ERRIE = 1 << 17,
        OBL_LAUNCH = 1 << 18,
        NZDISABLE = 1 << 22,
    }

    [Flags]
    private enum Sr : uint
    {
        BSY = 1 << 0,
        EOP = 1 << 1,

        /// <summary>ENDHV on the L1: the high voltage is off.</summary>
        HVOFF = 1 << 2,
        READY = 1 << 3,
        WRPERR = 1 << 8,
        PGAERR = 1 << 9,
        SIZERR = 1 << 10,
        OPTVERR = 1 << 11,
        OPTVERRUSR = 1 << 12,
        RDERR = 1 << 13,
        NOTZEROERR = 1 << 16,
        FWWERR = 1 << 17,
    }

    public override IReadOnlyList<FlashRegister> Registers =>
    [
        new(ACR, "ACR", traits.Acr),
        new(PECR, "PECR", traits.Pecr, traits.PecrIdle),
        new(PDKEYR, "PDKEYR", uint.MaxValue),
        new(PEKEYR, "PEKEYR", uint.MaxValue),
        new(PRGKEYR, "PRGKEYR", uint.MaxValue),
        new(OPTKEYR, "OPTKEYR", uint.MaxValue),
        new(SR, "SR", traits.Sr),
        new(OPTR, traits.OptionRegister, traits.Optr),
        .. traits.Wrpr.Select(register => new FlashRegister(register.Offset, register.Name, register.Bits)),
    ];

    protected override bool ReadsPlainly => base.ReadsPlainly && halfPage is null && !GuardsReads;

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        ACR => acr,
        PECR => pecr
            | (controlKeys.Locked ? (uint)Pe.PELOCK : 0)
            | (programKeys.Locked ? (uint)Pe.PRGLOCK : 0)
            | (optionKeys.Locked ? (uint)Pe.OPTLOCK : 0),
        SR => sr | (uint)Sr.READY | (uint)(IsBusy() ? Sr.BSY : Sr.HVOFF),
        _ => OptionInForce(offset),
    };

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        switch (offset)
        {
            case ACR:
                WriteAccessControl((acr & ~mask) | bits);
                break;
            case PECR when !controlKeys.Locked:
                WriteControl((pecr & ~mask) | bits, access.Now);
                break;
            case PDKEYR:
                return Key(powerKeys, bits);
            case PEKEYR:
                return Key(controlKeys, bits);
            // Both need PECR itself to be open.
            case PRGKEYR when !controlKeys.Locked:
                return Key(programKeys, bits);
            case OPTKEYR when !controlKeys.Locked:
                return Key(optionKeys, bits);
            case SR:
                sr &= ~(bits & (Errors | (uint)Sr.EOP));
                UpdateInterrupt();
                break;
        }

        return BusStatus.Ok;
    }

    protected override bool StallsWhileBusy(uint offset) => offset == PECR;

    protected override void OnReset(ResetSource source, long now)
    {
        foreach (var latch in (KeyLatch[])[powerKeys, controlKeys, programKeys, optionKeys])
        {
            latch.Reset();
        }

        (acr, pecr, sr, halfPage) = (0, 0, 0, null);
        if (source is ResetSource.PowerOn or ResetSource.OptionLoad)
        {
            LoadOptions();
        }

        sr |= mismatches;
    }

    protected override void Ended(FlashOperation operation)
    {
        sr |= (uint)Sr.EOP;
        UpdateInterrupt();
    }

    private static BusStatus Key(KeyLatch latch, uint value)
    {
        latch.Key(value);
        return latch.Jammed ? BusStatus.Error : BusStatus.Ok;
    }

    private bool Has(Pe bit) => (pecr & (uint)bit) != 0;

    private void WriteAccessControl(uint value)
    {
        const uint LATENCY = 1, PRFTEN = 2, ACC64 = 4, RUN_PD = 1 << 4;
        var acc64Exists = (traits.Acr & ACC64) != 0;
        if (powerKeys.Locked)
        {
            value = (value & ~RUN_PD) | (acr & RUN_PD);
        }
        else if ((value & RUN_PD) == 0)
        {
            powerKeys.Lock();
        }

        // LATENCY and PRFTEN need 64-bit accesses first, and these cannot be left while there is a wait state.
        if (acc64Exists && (acr & ACC64) == 0)
        {
            value &= ~(LATENCY | PRFTEN);
        }
        else if (acc64Exists && (acr & (LATENCY | PRFTEN)) != 0)
        {
            value |= ACC64;
        }

        acr = value & traits.Acr;
    }

    private void WriteControl(uint value, long now)
    {
        // What is left of a half page is forgotten when its bit is.
        if (halfPage is not null && (value & (uint)Pe.FPRG) == 0)
        {
            ForgetHalfPage();
        }

        pecr = value & traits.Pecr & ~(uint)(Pe.PELOCK | Pe.PRGLOCK | Pe.OPTLOCK | Pe.OBL_LAUNCH);
        if ((value & (uint)Pe.OBL_LAUNCH) != 0 && !optionKeys.Locked)
        {
            Chip.ResetBy(ResetSource.OptionLoad, now);
            return;
        }

        if ((value & (uint)(Pe.PRGLOCK | Pe.PELOCK)) != 0)
        {
            programKeys.Lock();
            pecr &= ~(uint)Pe.PROG;
        }

        if ((value & (uint)(Pe.OPTLOCK | Pe.PELOCK)) != 0)
        {
            optionKeys.Lock();
        }

        if ((value & (uint)Pe.PELOCK) != 0)
        {
            controlKeys.Lock();
            // A lock ends what was chosen: OpenOCD leaves ERASE set, locks, and programs after the next unlock.
            pecr &= ~(uint)(Pe.DATA | Pe.FIX | Pe.ERASE | Pe.FPRG);
            ForgetHalfPage();
        }

        UpdateInterrupt();
    }

    private void Refuse(Sr error)
    {
        sr |= (uint)error;
        UpdateInterrupt();
    }

    private void UpdateInterrupt() =>
        SetInterrupt((Has(Pe.EOPIE) && (sr & (uint)Sr.EOP) != 0) || (Has(Pe.ERRIE) && (sr & Errors) != 0));
}
