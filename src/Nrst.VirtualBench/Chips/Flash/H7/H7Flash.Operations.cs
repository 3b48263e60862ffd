using Nrst.VirtualBench.Chips.Flash.WordBuffer;

namespace Nrst.VirtualBench.Chips.Flash.H7;

// What reads and writes of the cells do, erases, and the change of option bytes.
internal sealed partial class H7Flash
{
    private const uint SECURITY = 1 << 21, DMEP = 1u << 31;

    public override BusStatus ReadMemory(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        if (ReadBarred && Locate(address) is { } place)
        {
            Refuse(banks[place.Unit.Bank - 1], Sr.RDPERR);
        }

        return base.ReadMemory(address, bytes, out value, master, ref now);
    }

    protected override BusStatus ReadCells(FlashPlace place, int bytes, out uint value, BusMaster master, long now)
    {
        value = 0;
        var bank = banks[place.Unit.Bank - 1];
        if (master != BusMaster.CoreFetch && IsCodeOnly(place))
        {
            Refuse(bank, Sr.RDPERR);
            return BusStatus.Error;
        }

        if (Cells.IsBroken(place.Offset, Width))
        {
            // Only the first error has its address kept: flash words from the start of the bank.
            bank.EccAddress = (bank.Sr & (uint)Sr.DBECCERR) == 0 ? OffsetInBank(place) / (uint)Width : bank.EccAddress;
            Refuse(bank, Sr.DBECCERR);
            return BusStatus.Error;
        }

        return base.ReadCells(place, bytes, out value, master, now);
    }

    /// <summary>Some bytes of a flash word, or a refusal in SR. The bus itself does not complain.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now)
    {
        var bank = banks[place.Unit.Bank - 1];
        // An inconsistency that nobody has cleared bars every further write.
        if (bank.Keys.Locked || !Has(bank, Cr.PG) || (bank.Sr & (uint)Sr.INCERR) != 0)
        {
            return Refuse(bank, Sr.PGSERR);
        }

        switch (bank.Buffer.Put(place.Offset, value, bytes))
        {
            case BufferedWrite.Complete:
                ProgramBuffer(bank, now);
                break;
            case BufferedWrite.Twice:
                bank.Buffer.Clear();
                return Refuse(bank, Sr.STRBERR);
            case BufferedWrite.Elsewhere:
                bank.Buffer.Clear();
                return Refuse(bank, Sr.INCERR);
        }

        return BusStatus.Ok;
    }

    /// <summary>One-time programmable words of the H7A and H7B: PG_OTP, and 16 bits at a time.</summary>
    protected override BusStatus WriteInformation(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        var (offset, bank) = (address - OtpAt, banks[0]);
        if (offset >= (uint)Otp.Length || !Wait(AllBanks, master, ref now))
        {
            return BusStatus.Error;
        }

        if (optionKeys.Locked || (optcr & (uint)Optcr.PG_OTP) == 0)
        {
            return Refuse(bank, Sr.PGSERR);
        }

        if (bytes != 2)
        {
            return Refuse(bank, Sr.INCERR);
        }

        // A block of 64 bytes can be locked.
        if ((Current(OTPBL_CUR) & 1u << (int)(offset / 64)) != 0)
        {
            return Refuse(bank, Sr.WRPERR);
        }

        Begin(FlashWork.Program, now, Timing.Program, bank.Mask, part =>
        {
            if (part >= 1)
            {
                Otp[offset] &= (byte)value;
                Otp[offset + 1] &= (byte)(value >> 8);
            }
        });
        return BusStatus.Ok;
    }

    private int? Bits(H7Bank bank) => traits.HasParallelism ? 8 << (int)((bank.Cr >> 4) & 3) : null;

    /// <summary>The queue of the bank: what is asked for now begins when what is under way has ended.</summary>
    private long Begins(H7Bank bank, long now) =>
        Operations.Where(operation => (operation.Banks & bank.Mask) != 0).Select(operation => operation.End).Append(now).Max();

    private void ProgramBuffer(H7Bank bank, long now)
    {
        var offset = bank.Buffer.Offset;
        var word = bank.Buffer.Take();
        var unit = Map.InBank(bank.Number).First(unit => offset - unit.Offset < unit.Range.Length);
        if (ReadBarred || IsWriteProtected(unit) || IsCodeOnly(new FlashPlace(unit, offset)))
        {
            Refuse(bank, Sr.WRPERR);
            return;
        }

        ProgramWord(unit, offset, word, Begins(bank, now), Bits(bank) is { } bits ? Timing.ProgramAt(bits) : Timing.Program);
    }

    private void StartErase(H7Bank bank, long now)
    {
        // Bank erase goes before sector erase. With neither, or a sector that is not there, nothing starts and no flag tells.
        var sector = (bank.Cr >> traits.SectorField) & ((1u << traits.SectorBits) - 1);
        IReadOnlyList<FlashUnit> sectors = Has(bank, Cr.BER) ? [.. Map.InBank(bank.Number)]
            : Has(bank, Cr.SER) && Map.Find(bank.Number, sector) is { } one ? [one] : [];
        if (sectors.Count == 0)
        {
            return;
        }

        // One protected sector bars a bank erase altogether.
        if (ReadBarred || sectors.Any(unit => IsWriteProtected(unit) || HasCodeOnly(unit)))
        {
            Refuse(bank, Sr.WRPERR);
            return;
        }

        Begin(FlashWork.Erase, Begins(bank, now), EraseTime(bank, sectors), bank.Mask, part => EraseUnits(sectors, part));
    }

    private long EraseTime(H7Bank bank, IReadOnlyList<FlashUnit> sectors) => sectors.Count == 1
        ? Timing.Unit(sectors[0].Range.Length, Bits(bank))
        : Timing.Bank((uint)sectors.Sum(sector => sector.Range.Length), Bits(bank));

    private void WriteOptionControl(uint value, long now)
    {
        if (optionKeys.Locked)
        {
            return;
        }

        optcr = value & (uint)(Optcr.OPTCHANGEERRIE | (traits.HasOtp ? Optcr.PG_OTP : 0));
        if (traits.HasTwoBanks && (value & (uint)Optcr.MER) != 0)
        {
            // The same as BER and START of both banks.
            foreach (var bank in banks.Where(bank => !bank.Keys.Locked))
            {
                bank.Cr |= (uint)Cr.BER;
                StartErase(bank, now);
            }
        }

        if ((value & (uint)Optcr.OPTSTART) != 0)
        {
            StartOptions(now);
        }

        if ((value & (uint)Optcr.OPTLOCK) != 0)
        {
            optionKeys.Lock();
        }

        UpdateInterrupt();
    }

    private void StartOptions(long now)
    {
        var lifted = Protection == ReadProtection.Level1 && (byte)(Wanted(0x20) >> 8) == 0xAA;
        if (Protection == ReadProtection.Level2 || (!lifted && (ShrinksCodeArea(0x28) || ShrinksCodeArea(0x128) || GivesUpSecurity())))
        {
            optionError = true;
            ForgetWanted();
            return;
        }

        // A code area without DMEP outlives the end of the read protection.
        var erased = Map.Units.Where(unit => !HasCodeOnly(unit) || (Current(PrarOf(unit.Bank)) & DMEP) != 0).ToArray();
        var time = OptionTime + (lifted ? Timing.Bank((uint)Map.InBank(1).Sum(unit => unit.Range.Length), Bits(banks[0])) : 0);
        Begin(lifted ? FlashWork.Regression : FlashWork.Options, now, time, AllBanks, part =>
        {
            if (lifted)
            {
                EraseUnits(erased, part);
                Chip.ProtectionLifted();
            }

            // Torn off half-way, the old words are still there: the mass erase comes first, the level falls last.
            if (part >= 1)
            {
                ProgramOptions();
            }
        });
    }

    private bool GivesUpSecurity() => (Current(OPTSR_CUR) & ~Wanted(0x20) & SECURITY) != 0;

    /// <summary>A code area can grow; only the end of the read protection takes it back.</summary>
    private bool ShrinksCodeArea(uint register)
    {
        if (!IsCurrent(register) || Current(register) is var old && (old & 0xFFF) > (old >> 16 & 0xFFF))
        {
            return false;
        }

        var wanted = Wanted(register + 4);
        return (wanted & 0xFFF) > (old & 0xFFF) || (wanted >> 16 & 0xFFF) < (old >> 16 & 0xFFF);
    }

    private static uint PrarOf(int bank) => bank == 1 ? 0x28u : 0x128;

    /// <summary>First and last byte of a code area, from the start of its bank; null where there is none. Equal limits mean the whole bank.</summary>
    private (uint First, uint Last)? Bounds(uint register)
    {
        var (start, end) = (Current(register) & 0xFFF, (Current(register) >> 16) & 0xFFF);
        return start > end ? null : start == end ? (0, uint.MaxValue) : (start * 256, (end * 256) + 255);
    }

    private bool IsWriteProtected(FlashUnit unit) =>
        (Current(unit.Bank == 1 ? 0x38u : 0x138) & 1u << (unit.Number / traits.SectorsPerProtection)) == 0;

    private bool IsCodeOnly(FlashPlace place) =>
        Bounds(PrarOf(place.Unit.Bank)) is { } bounds && OffsetInBank(place) >= bounds.First && OffsetInBank(place) <= bounds.Last;

    private bool HasCodeOnly(FlashUnit unit) =>
        Bounds(PrarOf(unit.Bank)) is { } bounds && OffsetInBank(new(unit, unit.Offset)) is var first
            && bounds.First < first + unit.Range.Length && first <= bounds.Last;

    private uint OffsetInBank(FlashPlace place) => place.Offset - Map.InBank(place.Unit.Bank).First().Offset;
}
