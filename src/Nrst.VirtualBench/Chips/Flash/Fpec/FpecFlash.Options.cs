namespace Nrst.VirtualBench.Chips.Flash.Fpec;

// Eight half-words at 0x1FFF_F800: a byte and its complement, which the controller makes itself.
internal partial class FpecFlash
{
    private const uint OptionsAt = 0x1FFF_F800, OptionsLength = 16;
    private const int Rdp = 0, User = 1, Data0 = 2, Data1 = 3, Wrp0 = 4;

    private readonly byte[] loaded = new byte[8];
    private bool mismatch;

    public override uint[] OptionCells { get; } = new uint[8];

    public override ReadProtection Protection =>
        loaded[Rdp] == traits.Open ? ReadProtection.Level0
        : traits.HasLevel2 && loaded[Rdp] == 0xCC ? ReadProtection.Level2
        : ReadProtection.Level1;

    /// <summary>A high BOOT0 asks nBOOT1 (USER bit 4), where that is an option; BOOT_SEL (bit 7) lets nBOOT0 (bit 3) speak instead of the pin.</summary>
    public override uint BootAddress
    {
        get
        {
            var high = traits.HasBootSelection && (loaded[User] & 1 << 7) == 0 ? (loaded[User] & 1 << 3) == 0 : Boot0;
            return !high || Protection == ReadProtection.Level2 ? MainStart
                : traits.HasBoot1Option && (loaded[User] & 1 << 4) == 0 ? 0x2000_0000
                : SystemStart;
        }
    }

    public override bool HardwareWatchdog => (loaded[User] & 1) == 0;

    protected override uint OptionInForce(uint offset) => offset == OBR ? ObrInForce() : offset == WRPR ? WrprInForce() : 0;

    /// <summary>An option byte; only its half-word is looked at, and the controller fills in the complement.</summary>
    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var offset = address - OptionsAt;
        if (offset >= OptionsLength || bytes != 2 || !Wait(1, master, ref now))
        {
            return BusStatus.Error;
        }

        var (bank, cell) = (banks[0], (int)(offset / 2));
        if (!bank.Has(Cr.OPTPG) || optionKeys.Locked || Protection == ReadProtection.Level2)
        {
            return BusStatus.Ok; // nothing happens, and nothing tells
        }

        if (OptionCells[cell] != 0xFFFF)
        {
            Refuse(bank, Sr.PGERR);
            return BusStatus.Ok;
        }

        var low = (byte)value;
        var programmed = low | (uint)(byte)~low << 8;
        if (cell == Rdp && low == traits.Open && Protection == ReadProtection.Level1)
        {
            Lift(programmed, now);
            return BusStatus.Ok;
        }

        Begin(FlashWork.Options, now, Timing.Program, AllBanks, part =>
        {
            if (part >= 1)
            {
                OptionCells[cell] = programmed;
            }
        });
        return BusStatus.Ok;
    }

    /// <summary>The read protection ends: the main flash is erased first, and the option byte programmed last.</summary>
    private void Lift(uint programmed, long now)
    {
        var time = Timing.Bank((uint)Map.Units.Sum(page => page.Range.Length)) + Timing.Program;
        Begin(FlashWork.Regression, now, time, AllBanks, part =>
        {
            EraseUnits(Map.Units, part);
            Chip.ProtectionLifted();
            if (part >= 1)
            {
                OptionCells[Rdp] = programmed;
            }
        });
    }

    private void EraseOptions(Bank bank, long now)
    {
        if (optionKeys.Locked || Protection == ReadProtection.Level2)
        {
            return;
        }

        if (Begin(FlashWork.Options, now, Timing.Unit(Map.Units[0].Range.Length), AllBanks, _ => Array.Fill(OptionCells, 0xFFFFu)))
        {
            bank.Cr |= (uint)Cr.STRT;
        }
    }

    /// <summary>A byte whose complement is wrong counts as erased, and OPTERR tells of it.</summary>
    private void LoadOptions()
    {
        mismatch = false;
        for (var i = 0; i < loaded.Length; i++)
        {
            var (low, high) = ((byte)OptionCells[i], (byte)(OptionCells[i] >> 8));
            var fits = low == (byte)~high;
            mismatch |= !fits && OptionCells[i] != 0xFFFF;
            loaded[i] = fits ? low : (byte)0xFF;
        }
    }

    private uint ObrInForce()
    {
        var level = Protection switch { ReadProtection.Level0 => 0u, ReadProtection.Level1 => 1u, _ => 3u };
        return (mismatch ? 1u : 0)
            | (level & ((1u << traits.RdprtBits) - 1)) << 1
            | (uint)loaded[User] << traits.UserAt
            | (uint)loaded[Data0] << traits.Data0At
            | (uint)loaded[Data1] << traits.Data1At;
    }

    private uint WrprInForce() =>
        loaded[Wrp0] | (uint)loaded[Wrp0 + 1] << 8 | (uint)loaded[Wrp0 + 2] << 16 | (uint)loaded[Wrp0 + 3] << 24;

    /// <summary>One bit for 4 KiB, 0 where it is protected; the last bit of 32 stands for all the rest.</summary>
    private bool IsWriteProtected(FlashUnit page)
    {
        var bit = (int)Math.Min(page.Offset / 4096, 31);
        return (WrprInForce() & 1u << bit) == 0
            || (traits.GuardsTheFirstPages && Protection != ReadProtection.Level0 && page.Offset < 4096);
    }
}
