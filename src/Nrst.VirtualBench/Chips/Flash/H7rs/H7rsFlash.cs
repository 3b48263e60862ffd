using Nrst.VirtualBench.Chips.Flash.WordBuffer;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.H7rs;

/// <summary>The boot flash of the STM32H7R and H7S: eight sectors, flags with enables and clears of their own, options programmed word by word.</summary>
/// <remarks>RM0477, "Embedded flash memory (FLASH)". Key storage and the CRC unit are not built.</remarks>
internal sealed partial class H7rsFlash : BufferedFlash
{
    private const uint NVSR = 0x200, OTPLSR = 0x210, WRPSR = 0x218, HDPSR = 0x230, OBW1SR = 0x260;
    private const uint OtpAt = 0x08FF_F000, Flags = 0x071F_0000 | IncErr, IncErr = 1 << 21, CrcFlags = 0x1800_0000;
    private const byte Open = 0xB4;

    private static readonly OptionPair[] Pairs =
    [
        new(NVSR, 0x204, Open, 0xFF), new(0x208, 0x20C, 0, 0xFF00_FFFF), new(OTPLSR, 0x214, 0, 0xFFFF), new(WRPSR, 0x21C, 0xFF, 0xFF),
        new(HDPSR, 0x234, 0x0000_0001, 0x00FF_00FF), new(0x250, 0x254, 0, 0xFF_FFFF), new(OBW1SR, 0x264, 0x0006_00D0, 0x2006_03DC),
        new(0x268, 0x26C, 0, 0x377),
    ];

    private readonly KeyLatch keys = new(0x4567_0123, 0xCDEF_89AB, jamsWhenOpen: true);
    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F, jamsWhenOpen: true);
    private readonly WordBuffer.WordBuffer buffer = new(16);
    private uint cr, isr, ier, optcr, optisr, doubleError;

    public H7rsFlash(FlashContext context)
        : base(context, Pairs, 16)
    {
        Otp = new byte[1024];
        Otp.AsSpan().Fill(0xFF);
        Information.Window(OtpAt, (uint)Otp.Length).Put(OtpAt, Otp);
        PutSystemMemories();
        List<FlashRegister> registers =
        [
            new(0x00, "ACR", 0, 0x3F, Reset: 0x13), new(0x04, "KEYR", uint.MaxValue), new(0x10, "CR", 0x0101_01FF, 1 << 17),
            new(0x14, "SR", 0x7F), new(0x20, "IER", Flags, CrcFlags), new(0x24, "ISR", Flags | CrcFlags), new(0x28, "ICR", Flags | CrcFlags),
            new(0x30, "CRCCR", 0, 0x0133_0E07), new(0x34, "CRCSADDR", 0, 0x1_FFC0), new(0x38, "CRCEADDR", 0, 0x1_FFC0),
            new(0x3C, "CRCDATAR", 0, uint.MaxValue), new(0x40, "ECCSFADDR", 0, uint.MaxValue), new(0x44, "ECCDFADDR", uint.MaxValue),
            new(0x100, "OPTKEYR", uint.MaxValue), new(0x104, "OPTCR", 0x4000_0003, 0x1800_0000), new(0x108, "OPTISR", 0x5800_0000),
            new(0x10C, "OPTICR", 0x5800_0000), new(0x110, "OBKCR", 0, 0xCF1F),
        ];
        for (var i = 0u; i < 8; i++)
        {
            registers.Add(new(0x118 + (4 * i), $"OBKDR{i}", 0, uint.MaxValue));
        }

        foreach (var pair in Pairs)
        {
            // OBW1SR tells by PERSO_OK that the chip was personalised, which nobody can want.
            registers.Add(new(pair.Current, $"option 0x{pair.Current:X}", pair.Writable | (pair.Current == OBW1SR ? PersoOk : 0)));
            registers.Add(new(pair.Wanted, $"option 0x{pair.Wanted:X}", pair.Writable));
        }

        Registers = registers;
    }

    [Flags]
    private enum Isr : uint
    {
        EOPF = 1 << 16,
        WRPERRF = 1 << 17,
        PGSERRF = 1 << 18,
        STRBERRF = 1 << 19,
        INCERRF = 1 << 21,
        DBECCERRF = 1 << 26,
    }

    private enum Cr : uint
    {
        LOCK = 1 << 0,
        PG = 1 << 1,
        SER = 1 << 2,
        BER = 1 << 3,
        FW = 1 << 4,
        START = 1 << 5,
        PG_OTP = 1 << 16,
        ALL_BANKS = 1 << 24,
    }

    private const uint PersoOk = 1 << 28, OptError = 1 << 30;

    public override IReadOnlyList<FlashRegister> Registers { get; }

    /// <summary>Any state but open keeps a debugger out.</summary>
    public override ReadProtection Protection => Current(NVSR) == Open ? ReadProtection.Level0 : ReadProtection.Level2;

    public override bool HardwareWatchdog => (Current(OBW1SR) & 1 << 4) == 0;

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        0x10 => cr | (keys.Locked ? 1u : 0),
        0x14 => Status,
        0x20 => ier,
        0x24 => isr,
        0x44 => doubleError,
        0x104 => optcr | (optionKeys.Locked ? 1u : 0),
        0x108 => optisr,
        OBW1SR => Current(OBW1SR) | PersoOk,
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
            case 0x100:
                return Key(optionKeys, bits);
            case 0x10:
                WriteControl((cr & ~mask) | bits, access.Now);
                break;
            case 0x20:
                ier = ((ier & ~mask) | bits) & Flags;
                break;
            case 0x28:
                isr &= ~bits;
                doubleError = (isr & (uint)Isr.DBECCERRF) == 0 ? 0 : doubleError;
                break;
            case 0x104 when !optionKeys.Locked:
                optcr = ((optcr & ~mask) | bits) & (OptError | 2);
                if ((bits & 1) != 0)
                {
                    optionKeys.Lock();
                }

                break;
            case 0x10C:
                optisr &= ~bits;
                break;
            case var _ when IsWanted(offset):
                WriteOption(offset, bits, mask, access.Now);
                break;
        }

        UpdateInterrupt();
        return BusStatus.Ok;
    }

    protected override bool StallsWhileBusy(uint offset) => offset is 0x10 or 0x104 || IsWanted(offset);

    protected override void OnReset(ResetSource source, long now)
    {
        keys.Reset();
        optionKeys.Reset();
        buffer.Clear();
        (cr, isr, ier, optcr, optisr, doubleError) = (0, 0, 0, 0, 0, 0);
        LoadOptions(swapped: false);
    }

    protected override uint OptionInForce(uint offset) => IsCurrent(offset) ? Current(offset) : 0;

    protected override BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        if (Cells.IsBroken(place.Offset, Width))
        {
            doubleError = (isr & (uint)Isr.DBECCERRF) == 0 ? place.Offset & ~15u : doubleError;
            value = 0;
            Refuse(Isr.DBECCERRF);
            return BusStatus.Error;
        }

        return base.ReadCells(place, bytes, out value, master, now);
    }

    /// <summary>Some bytes of a quad-word, or a refusal in ISR. The bus itself does not complain.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        if (keys.Locked || (cr & (uint)Cr.PG) == 0)
        {
            return Refuse(Isr.PGSERRF);
        }

        switch (buffer.Put(place.Offset, value, bytes))
        {
            case BufferedWrite.Complete:
                ProgramBuffer(now);
                break;
            case BufferedWrite.Twice:
                buffer.Clear();
                return Refuse(Isr.STRBERRF);
            case BufferedWrite.Elsewhere:
                buffer.Clear();
                return Refuse(Isr.INCERRF);
        }

        return BusStatus.Ok;
    }

    /// <summary>One-time programmable half-words: PG_OTP, and blocks that can be locked.</summary>
    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var offset = address - OtpAt;
        if (offset >= (uint)Otp.Length || !Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (keys.Locked || (cr & (uint)Cr.PG_OTP) == 0)
        {
            return Refuse(Isr.PGSERRF);
        }

        if (bytes != 2)
        {
            return Refuse(Isr.INCERRF);
        }

        if ((Current(OTPLSR) & 1u << (int)(offset / 64)) != 0)
        {
            return Refuse(Isr.WRPERRF);
        }

        Begin(FlashWork.Program, now, Timing.Program, 1, part =>
        {
            if (part >= 1)
            {
                Otp[offset] &= (byte)value;
                Otp[offset + 1] &= (byte)(value >> 8);
            }
        });
        return BusStatus.Ok;
    }

    protected override void Ended(FlashOperation operation)
    {
        isr |= (uint)Isr.EOPF;
        UpdateInterrupt();
    }

    private uint Status
    {
        get
        {
            var status = buffer.IsEmpty ? 0u : 2;
            foreach (var operation in Operations)
            {
                // BUSY, QW, and what kind of work it is.
                status |= 5 | (operation.ChangesOptions ? 1u << 6 : operation.Work == FlashWork.Erase ? 1u << 5 : 1u << 4);
            }

            return status;
        }
    }

    /// <summary>A wrong key, or the keys of an open lock, lock until the next reset, and the bus says so.</summary>
    private static BusStatus Key(KeyLatch latch, uint value)
    {
        latch.Key(value);
        return latch.Jammed ? BusStatus.Error : BusStatus.Ok;
    }

    private void WriteControl(uint value, long now)
    {
        // While locked, CR cannot be written; nothing complains.
        if (keys.Locked)
        {
            return;
        }

        cr = value & 0x0101_01CE;
        if ((cr & (uint)Cr.PG) == 0)
        {
            buffer.Clear();
        }

        if ((value & (uint)Cr.FW) != 0 && !buffer.IsEmpty)
        {
            ProgramBuffer(now);
        }

        if ((value & (uint)Cr.START) != 0)
        {
            StartErase(now);
        }

        if ((value & (uint)Cr.LOCK) != 0)
        {
            keys.Lock();
        }
    }

    private void ProgramBuffer(long now)
    {
        var offset = buffer.Offset;
        var word = buffer.Take();
        var unit = Map.Units.First(unit => offset - unit.Offset < unit.Range.Length);
        if (IsWriteProtected(unit))
        {
            Refuse(Isr.WRPERRF);
            return;
        }

        ProgramWord(unit, offset, word, now, Timing.Program);
    }

    private void StartErase(long now)
    {
        // Bank erase goes before sector erase; with neither, nothing starts and no flag tells. ALL_BANKS adds nothing to the one bank.
        IReadOnlyList<FlashUnit> units = (cr & (uint)Cr.BER) != 0 ? Map.Units
            : (cr & (uint)Cr.SER) != 0 && Map.Find(1, (cr >> 6) & 7) is { } one ? [one] : [];
        if (units.Any(IsWriteProtected))
        {
            Refuse(Isr.WRPERRF);
            return;
        }

        if (units.Count > 0)
        {
            var size = (uint)units.Sum(unit => unit.Range.Length);
            Begin(FlashWork.Erase, now, units.Count == 1 ? Timing.Unit(size) : Timing.Bank(size), 1, part => EraseUnits(units, part));
        }
    }

    /// <summary>With PG_OPT, a write to a wanted option is the order to program it.</summary>
    private void WriteOption(uint offset, uint bits, uint mask, long now)
    {
        if (optionKeys.Locked || (optcr & 2) == 0)
        {
            return;
        }

        Want(offset, bits, mask);

        // A closed chip does not open again, an epoch does not go back, a lock of one-time words is not taken away.
        if ((Current(NVSR) != Open && Wanted(0x204) != Current(NVSR)) || Wanted(0x254) < Current(0x250) || (Current(OTPLSR) & ~Wanted(0x214)) != 0)
        {
            ForgetWanted();
            optisr |= OptError;
            return;
        }

        Begin(FlashWork.Options, now, OptionTime, 1, part =>
        {
            if (part >= 1)
            {
                ProgramOptions();
            }
        });
    }

    private bool IsWriteProtected(FlashUnit unit) => (Current(WRPSR) & 1u << unit.Number) == 0;

    private BusStatus Refuse(Isr error)
    {
        isr |= (uint)error;
        UpdateInterrupt();
        return BusStatus.Ok;
    }

    private void UpdateInterrupt() => SetInterrupt((isr & ier) != 0 || (optisr & optcr & OptError) != 0);
}
