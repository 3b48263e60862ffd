using Nrst.VirtualBench.Chips.Flash.WordBuffer;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.H7;

/// <summary>The embedded flash memory of the STM32H7: flash words through a buffer, a set of registers for each bank.</summary>
/// <remarks>RM0433, RM0399, RM0468 and RM0455, "Embedded flash memory (FLASH)". Secure-only areas are kept and shown, and shut nobody out.</remarks>
internal sealed partial class H7Flash : BufferedFlash
{
    private const uint OPTSR_CUR = 0x1C, BOOT_CUR = 0x40, OTPBL_CUR = 0x68;
    private const uint OtpAt = 0x08FF_F000, BCM4 = 1 << 22;

    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F, jamsWhenOpen: true);
    private readonly H7Traits traits;
    private readonly H7Bank[] banks;
    private bool optionError;
    private uint optcr;

    public H7Flash(FlashContext context)
        : this(context, H7Traits.Of(context.Device, context.Part))
    {
    }

    private H7Flash(FlashContext context, H7Traits traits)
        : base(context, traits.Options(), traits.Word)
    {
        this.traits = traits;
        banks = [new(1, 0, traits.Word), new(2, 0x100, traits.Word)];
        Registers = traits.Registers();
        Otp = new byte[traits.HasOtp ? 1024 : 0];
        Otp.AsSpan().Fill(0xFF);
        PutSystemMemories();
        if (traits.HasOtp)
        {
            Information.Window(OtpAt, (uint)Otp.Length).Put(OtpAt, Otp);
        }
    }

    [Flags]
    private enum Sr : uint
    {
        BSY = 1 << 0,
        WBNE = 1 << 1,
        QW = 1 << 2,
        EOP = 1 << 16,
        WRPERR = 1 << 17,
        PGSERR = 1 << 18,
        STRBERR = 1 << 19,
        INCERR = 1 << 21,
        RDPERR = 1 << 23,
        DBECCERR = 1 << 26,
    }

    private enum Cr : uint
    {
        LOCK = 1 << 0,
        PG = 1 << 1,
        SER = 1 << 2,
        BER = 1 << 3,
    }

    private enum Optcr : uint
    {
        OPTLOCK = 1 << 0,
        OPTSTART = 1 << 1,
        MER = 1 << 4,
        PG_OTP = 1 << 5,
        OPTCHANGEERRIE = 1 << 30,
        SWAP_BANK = 1u << 31,
    }

    public override IReadOnlyList<FlashRegister> Registers { get; }

    public override ReadProtection Protection => ReadProtectionByte.LevelOf(Current(OPTSR_CUR));

    public override bool HardwareWatchdog => (Current(OPTSR_CUR) & 1 << 4) == 0;

    /// <summary>BOOT_ADD0 and BOOT_ADD1 are the upper halves of the addresses that the pin chooses from.</summary>
    public override uint BootAddress => ChosenByPin(Current(BOOT_CUR));

    /// <summary>Where the Cortex-M4 boots.</summary>
    public override uint SecondBootAddress => traits.HasTwoCores ? ChosenByPin(Current(0x48)) : 0;

    private uint ChosenByPin(uint addresses) => Boot0 && Protection != ReadProtection.Level2 ? addresses & 0xFFFF_0000 : addresses << 16;

    public override bool SecondCoreBoots => (Current(OPTSR_CUR) & BCM4) != 0;

    protected override bool ReadsPlainly => base.ReadsPlainly && Bounds(0x28) is null && (!traits.HasTwoBanks || Bounds(0x128) is null);

    protected override uint Get(uint offset, RegisterAccess access)
    {
        if (Shared(offset) is var shared && IsCurrent(shared))
        {
            var status = shared == OPTSR_CUR ? (IsChangingOptions ? 1u : 0) | (optionError ? 1u << 30 : 0) : 0;
            return Current(shared) | status;
        }

        if (IsWanted(shared))
        {
            return Wanted(shared);
        }

        if (shared == 0x18)
        {
            return optcr | (optionKeys.Locked ? 1u : 0) | (Swapped ? (uint)Optcr.SWAP_BANK : 0);
        }

        var bank = BankOf(offset);
        return (offset - bank.At) switch
        {
            0x0C => bank.Cr | (bank.Keys.Locked ? 1u : 0),
            0x10 => bank.Sr | Status(bank),
            0x60 => bank.EccAddress,
            _ => 0,
        };
    }

    protected override BusStatus Set(uint offset, uint bits, uint mask, RegisterAccess access)
    {
        var (bank, shared) = (BankOf(offset), Shared(offset));
        switch (shared)
        {
            case 0x08:
                return Key(optionKeys, bits);
            case 0x18:
                WriteOptionControl((optcr & ~mask) | bits, access.Now);
                return BusStatus.Ok;
            case 0x24:
                optionError &= (bits & 1u << 30) == 0;
                return BusStatus.Ok;
        }

        if (IsWanted(shared))
        {
            if (!optionKeys.Locked)
            {
                Want(shared, bits, mask);
            }

            return BusStatus.Ok;
        }

        switch (offset - bank.At)
        {
            case 0x04:
                return Key(bank.Keys, bits);
            case 0x0C:
                WriteControl(bank, (bank.Cr & ~mask) | bits, access.Now);
                break;
            case 0x14:
                bank.Sr &= ~bits;
                bank.EccAddress = (bank.Sr & (uint)Sr.DBECCERR) == 0 ? 0 : bank.EccAddress;
                UpdateInterrupt();
                break;
        }

        return BusStatus.Ok;
    }

    /// <summary>While option bytes are changed, every write to a register is on hold.</summary>
    protected override bool StallsWhileBusy(uint offset) => IsChangingOptions;

    /// <summary>Each bank has a controller of its own.</summary>
    protected override int BanksThatBlock(FlashUnit unit) => unit.BankMask;

    protected override void OnReset(ResetSource source, long now)
    {
        optionKeys.Reset();
        (optcr, optionError) = (0, false);
        foreach (var bank in banks)
        {
            bank.Reset(traits.HasParallelism ? 0x30u : 0);
        }

        LoadOptions((Current(OPTSR_CUR) & 1u << 31) != 0);
    }

    /// <summary>The device data asks SWAP_BANK of OPTCR.</summary>
    protected override uint OptionInForce(uint offset) => offset == 0x18 ? (Swapped ? 1u << 31 : 0) : Current(offset);

    protected override void Ended(FlashOperation operation)
    {
        foreach (var bank in banks.Where(bank => (operation.Banks & bank.Mask) != 0 && !operation.ChangesOptions))
        {
            bank.Sr |= (uint)Sr.EOP;
        }

        UpdateInterrupt();
    }

    private bool IsChangingOptions => Operations.Any(operation => operation.ChangesOptions);

    private H7Bank BankOf(uint offset) => banks[traits.HasTwoBanks && offset >= 0x100 ? 1 : 0];

    private static uint Shared(uint offset) => offset >= 0x100 && H7Traits.IsShared(offset - 0x100) ? offset - 0x100 : offset;

    /// <summary>A wrong key, or the keys of an open lock, lock until the next reset, and the bus says so.</summary>
    private static BusStatus Key(KeyLatch latch, uint value)
    {
        latch.Key(value);
        return latch.Jammed ? BusStatus.Error : BusStatus.Ok;
    }

    private uint Status(H7Bank bank) =>
        (IsBusy(bank.Mask) ? (uint)(Sr.BSY | Sr.QW) : 0) | (bank.Buffer.IsEmpty ? 0 : (uint)Sr.WBNE);

    private void WriteControl(H7Bank bank, uint value, long now)
    {
        // While locked, CR cannot be written; nothing complains.
        if (bank.Keys.Locked)
        {
            return;
        }

        bank.Cr = value & traits.Cr & ~(1u << traits.Start | 1u << traits.ForceWrite);
        if (!Has(bank, Cr.PG))
        {
            bank.Buffer.Clear();
        }

        if ((value & 1u << traits.ForceWrite) != 0 && !bank.Buffer.IsEmpty)
        {
            ProgramBuffer(bank, now);
        }

        if ((value & 1u << traits.Start) != 0)
        {
            StartErase(bank, now);
        }

        if ((value & (uint)Cr.LOCK) != 0)
        {
            bank.Keys.Lock();
        }

        UpdateInterrupt();
    }

    private static bool Has(H7Bank bank, Cr bit) => (bank.Cr & (uint)bit) != 0;

    private BusStatus Refuse(H7Bank bank, Sr error)
    {
        bank.Sr |= (uint)error;
        UpdateInterrupt();
        return BusStatus.Ok;
    }

    /// <summary>The enables stand in CR where the flags stand in SR.</summary>
    private void UpdateInterrupt() => SetInterrupt(
        banks.Any(bank => (bank.Sr & bank.Cr & traits.Flags) != 0) || (optionError && (optcr & (uint)Optcr.OPTCHANGEERRIE) != 0));
}
