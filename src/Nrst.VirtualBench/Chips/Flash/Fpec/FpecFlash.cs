using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.Fpec;

/// <summary>The flash program and erase controller of F1, F0 and F3: half-words, pages of one size, option bytes with their complements.</summary>
/// <remarks>PM0075, PM0068, RM0091 and RM0316, "Flash memory". An operation is an interval; its effect is in the cells when it ends.</remarks>
internal partial class FpecFlash : FlashModel
{
    private const uint BankSpan = 0x40;
    private const uint ACR = 0x00, KEYR = 0x04, OPTKEYR = 0x08, SR = 0x0C, CR = 0x10, AR = 0x14, OBR = 0x1C, WRPR = 0x20;

    private readonly KeyLatch optionKeys = new(0x4567_0123, 0xCDEF_89AB);
    private readonly FpecTraits traits;
    private readonly Bank[] banks;

    public FpecFlash(FlashContext context, FpecTraits traits)
        : base(context)
    {
        this.traits = traits;
        banks = [.. Enumerable.Range(1, traits.Banks).Select(number => new Bank(number))];
        Array.Fill(OptionCells, 0x00FFu);
        OptionCells[Rdp] = traits.Open | (uint)(byte)~traits.Open << 8;
        PutSystemMemories();
        Information.Window(OptionsAt, OptionsLength)
            .Put(OptionsAt, OptionsLength, offset => (byte)(OptionCells[offset / 2] >> (int)(8 * (offset & 1))));
        LoadOptions();
    }

    [Flags]
    private enum Sr : uint
    {
        BSY = 1 << 0,
        PGERR = 1 << 2,
        WRPRTERR = 1 << 4,
        EOP = 1 << 5,
    }

    [Flags]
    private enum Cr : uint
    {
        PG = 1 << 0,
        PER = 1 << 1,
        MER = 1 << 2,
        OPTPG = 1 << 4,
        OPTER = 1 << 5,
        STRT = 1 << 6,
        LOCK = 1 << 7,
        OPTWRE = 1 << 9,
        ERRIE = 1 << 10,
        EOPIE = 1 << 12,
        OBL_LAUNCH = 1 << 13,
    }

    public override IReadOnlyList<FlashRegister> Registers =>
    [
        new(ACR, "ACR", 0, traits.Acr, traits.AcrReset),
        new(KEYR, "KEYR", uint.MaxValue),
        new(OPTKEYR, "OPTKEYR", uint.MaxValue),
        new(SR, "SR", 0x35),
        new(CR, "CR", traits.HasOblLaunch ? 0x36F7u : 0x16F7),
        new(AR, "AR", uint.MaxValue),
        new(OBR, "OBR", traits.Obr),
        new(WRPR, "WRPR", traits.Wrpr),
        .. banks[1..].SelectMany(bank => new FlashRegister[]
        {
            new(KEYR + bank.Base, "KEYR2", uint.MaxValue), new(SR + bank.Base, "SR2", 0x35), new(CR + bank.Base, "CR2", 0x14C7),
            new(AR + bank.Base, "AR2", uint.MaxValue),
        }),
    ];

    protected override uint Get(uint offset, RegisterAccess access)
    {
        var bank = BankOf(offset);
        return (offset - bank.Base) switch
        {
            SR => bank.Sr | (IsBusy(bank.Mask) ? (uint)Sr.BSY : 0),
            CR => bank.Cr | (bank.Keys.Locked ? (uint)Cr.LOCK : 0) | (bank.Number == 1 && !optionKeys.Locked ? (uint)Cr.OPTWRE : 0),
            AR => bank.Ar,
            OBR => ObrInForce(),
            WRPR => WrprInForce(),
            _ => 0,
        };
    }

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        var bank = BankOf(offset);
        switch (offset - bank.Base)
        {
            case KEYR:
                bank.Keys.Key(bits);
                return bank.Keys.Jammed ? BusStatus.Error : BusStatus.Ok;
            case OPTKEYR:
                optionKeys.Key(bits);
                return optionKeys.Jammed ? BusStatus.Error : BusStatus.Ok;
            case SR:
                bank.Sr &= ~(bits & 0x34);
                UpdateInterrupt();
                break;
            case CR when !bank.Keys.Locked:
                WriteControl(bank, (bank.Cr & ~mask) | bits, mask, access.Now);
                break;
            case AR when !bank.Keys.Locked:
                bank.Ar = (bank.Ar & ~mask) | bits;
                break;
        }

        return BusStatus.Ok;
    }

    /// <summary>A write to CR or AR of a busy bank waits.</summary>
    protected override bool StallsWhileBusy(uint offset) => banks.Length == 1 && offset is CR or AR;

    protected override int BanksThatBlock(FlashUnit unit) => unit.BankMask;

    protected override void OnReset(ResetSource source, long now)
    {
        optionKeys.Reset();
        foreach (var bank in banks)
        {
            bank.Keys.Reset();
            (bank.Sr, bank.Cr, bank.Ar) = (0, 0, 0);
        }

        if (!traits.HasOblLaunch || source is ResetSource.PowerOn or ResetSource.OptionLoad)
        {
            LoadOptions();
        }
    }

    protected override void Ended(FlashOperation operation)
    {
        foreach (var bank in banks)
        {
            if ((operation.Banks & bank.Mask) != 0)
            {
                bank.Cr &= ~(uint)Cr.STRT;
                // Not only for those who asked for the interrupt.
                bank.Sr |= (uint)Sr.EOP;
            }
        }

        UpdateInterrupt();
    }

    /// <summary>One half-word, or a refusal in SR. Other widths are a bus fault.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        if (bytes != 2)
        {
            return BusStatus.Error;
        }

        var bank = banks[place.Unit.Bank - 1];
        if (!bank.Has(Cr.PG))
        {
            return BusStatus.Ok; // nothing happens, and nothing tells
        }

        if (IsWriteProtected(place.Unit))
        {
            Refuse(bank, Sr.WRPRTERR);
        }
        else if (!Cells.IsErased(place.Offset, 2) && value != 0)
        {
            Refuse(bank, Sr.PGERR);
        }
        else if (Begin(FlashWork.Program, now, Timing.Program, bank.Mask, part =>
        {
            if (part >= 1)
            {
                Cells.Program(place.Offset, value, 2);
            }
        }))
        {
            CountProgram(place.Unit);
        }

        return BusStatus.Ok;
    }

    private void WriteControl(Bank bank, uint value, uint mask, long now)
    {
        bank.Cr = value & ~(uint)(Cr.STRT | Cr.LOCK | Cr.OPTWRE | Cr.OBL_LAUNCH);
        if (bank.Number == 1 && (mask & (uint)Cr.OPTWRE) != 0 && (value & (uint)Cr.OPTWRE) == 0)
        {
            optionKeys.Lock();
        }

        if ((value & (uint)Cr.STRT) != 0)
        {
            StartErase(bank, now);
        }

        if (traits.HasOblLaunch && (value & (uint)Cr.OBL_LAUNCH) != 0)
        {
            Chip.ResetBy(ResetSource.OptionLoad, now);
            return;
        }

        if ((value & (uint)Cr.LOCK) != 0)
        {
            bank.Keys.Lock();
        }

        UpdateInterrupt();
    }

    private void StartErase(Bank bank, long now)
    {
        // A programming bit left set, none or several of the erases: nothing starts and no flag tells.
        if (bank.Has(Cr.PG) || bank.Has(Cr.OPTPG))
        {
            return;
        }

        switch (bank.Has(Cr.PER), bank.Has(Cr.MER), bank.Has(Cr.OPTER))
        {
            case (true, false, false) when Map.At(bank.Ar) is { } page && page.Bank == bank.Number:
                Erase(bank, [page], Timing.Unit(page.Range.Length), now);
                break;
            case (false, true, false):
                IReadOnlyList<FlashUnit> all = [.. Map.InBank(bank.Number)];
                Erase(bank, all, Timing.Bank((uint)all.Sum(page => page.Range.Length)), now);
                break;
            case (false, false, true) when bank.Number == 1:
                EraseOptions(bank, now);
                break;
        }
    }

    private void Erase(Bank bank, IReadOnlyList<FlashUnit> pages, long time, long now)
    {
        // One protected page bars a mass erase altogether.
        if (ReadBarred || pages.Any(IsWriteProtected))
        {
            Refuse(bank, Sr.WRPRTERR);
        }
        else if (Begin(FlashWork.Erase, now, time, bank.Mask, part => EraseUnits(pages, part)))
        {
            bank.Cr |= (uint)Cr.STRT;
        }
    }

    private Bank BankOf(uint offset) => banks.Length > 1 && offset >= KEYR + BankSpan ? banks[1] : banks[0];

    private void Refuse(Bank bank, Sr error)
    {
        bank.Sr |= (uint)error;
        UpdateInterrupt();
    }

    private void UpdateInterrupt() => SetInterrupt(banks.Any(bank =>
        (bank.Has(Cr.EOPIE) && (bank.Sr & (uint)Sr.EOP) != 0)
        || (bank.Has(Cr.ERRIE) && (bank.Sr & (uint)(Sr.PGERR | Sr.WRPRTERR)) != 0)));

    /// <summary>The registers of one bank.</summary>
    private sealed class Bank(int number)
    {
        public int Number => number;

        public uint Base => (uint)(number - 1) * BankSpan;

        public int Mask => 1 << (number - 1);

        public KeyLatch Keys { get; } = new(0x4567_0123, 0xCDEF_89AB);

        public uint Sr { get; set; }

        public uint Cr { get; set; }

        public uint Ar { get; set; }

        public bool Has(Cr bit) => (Cr & (uint)bit) != 0;
    }
}
