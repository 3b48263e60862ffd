using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>The embedded flash interface at 0x4002_3C00: registers, and what happens to the cells.</summary>
/// <remarks>RM0090, "Embedded Flash memory interface". An operation is an interval; its effect is in the cells when it ends.</remarks>
internal sealed partial class FlashController : IPeripheral
{
    private const uint FlashStart = 0x0800_0000;
    private const int Interrupt = 4;

    private readonly KeyLatch keys = new(0x4567_0123, 0xCDEF_89AB);
    private readonly KeyLatch optionKeys = new(0x0819_2A3B, 0x4C5D_6E7F);
    private readonly IChipServices chip;
    private readonly FlashArray array;
    private readonly FlashTiming timing;
    private readonly Stm32F4Traits traits;
    private readonly Part part;
    private readonly double volts;
    private readonly bool dualBank;
    private readonly bool ignoresCommands;
    private readonly bool neverFinishes;
    private uint acr;
    private uint sr;
    private uint cr;

    public FlashController(Device device, Part part, Stm32F4Traits traits, ChipOptions options, IChipServices chip)
    {
        (this.part, this.traits, this.chip) = (part, traits, chip);
        (dualBank, volts) = (device.Flash.DualBank, options.SupplyVolts);
        array = new FlashArray(part.FlashKiB, options.Faults);
        timing = new FlashTiming(device.Flash.Times, options.FlashTimes);
        ignoresCommands = options.Faults.OfType<FlashIgnoresCommands>().Any();
        neverFinishes = options.Faults.OfType<FlashNeverFinishes>().Any();
        Options = new OptionBytes(traits, dualBank);
        Sectors = FlashSectorMap.Of(part, Options.Cells[0]);
    }

    [Flags]
    private enum Sr : uint
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

    public byte[] Bytes => array.Bytes;

    public byte[] Otp { get; } = NewOtp();

    public OptionBytes Options { get; }

    public FlashSectorMap Sectors { get; private set; }

    public FlashStatistics Statistics { get; private set; } = new();

    /// <summary>An access port has reached into this chip since it got power. Read-out protection does not forget that before power-off.</summary>
    public bool DebuggerSeen { get; set; }

    /// <summary>No operation is under way and nothing bars a read: the bus may take the short way to the cells.</summary>
    public bool Quiet { get; private set; } = true;

    private uint Psize => (cr >> 8) & 3;

    private bool Starved => Psize switch
    {
        0 => false,
        1 => volts < 2.1,
        2 => volts < 2.7,
        _ => true, // x64 needs 8 to 9 V on VPP, which no board of the bench has
    };

    private bool ReadProtected => DebuggerSeen && Options.Protection != ReadProtection.Level0;

    public uint Read(uint offset, long now)
    {
        Settle(now);
        return offset switch
        {
            0x00 => acr,
            0x0C => sr,
            0x10 => cr | (keys.Locked ? (uint)Cr.LOCK : 0),
            0x14 => Options.Optcr | (optionKeys.Locked ? 1u : 0) | (busy is { IsOption: true } ? 2u : 0),
            0x18 => dualBank ? Options.Optcr1 : 0,
            _ => 0, // KEYR and OPTKEYR are write-only
        };
    }

    public void Write(uint offset, uint value, uint mask, long now)
    {
        Settle(now);
        var bits = value & mask;
        switch (offset)
        {
            case 0x00:
                acr = ((acr & ~mask) | bits) & 0x1F0F;
                break;
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
                WriteControl((cr & ~mask) | bits, now);
                break;
            case 0x14:
                WriteOptions((Options.Optcr & ~mask) | bits, now);
                break;
            case 0x18 when dualBank && OptionsOpen:
                Options.Optcr1 = ((Options.Optcr1 & ~mask) | bits) & 0x0FFF_0000;
                break;
        }
    }

    /// <summary>A system reset: locks, loads the option bytes, and tears an operation off in the middle.</summary>
    public void Reset(long now)
    {
        Settle(now);
        Abort(now);
        keys.Reset();
        optionKeys.Reset();
        (acr, sr, cr) = (0, 0, 0);
        Options.Load();
        Sectors = FlashSectorMap.Of(part, Options.Cells[0]);
        UpdateQuiet();
    }

    /// <summary>The supply came back.</summary>
    public void PowerOn(long now)
    {
        DebuggerSeen = false;
        Statistics = new FlashStatistics();
        Reset(now);
    }

    public void DebuggerAttached()
    {
        DebuggerSeen = true;
        UpdateQuiet();
    }

    private void WriteControl(uint value, long now)
    {
        // The manual: while locked, CR cannot be written; nothing complains.
        if (keys.Locked)
        {
            return;
        }

        var snb = dualBank ? 0xF8u : 0x78u;
        var writable = (uint)(Cr.PG | Cr.SER | Cr.MER | Cr.EOPIE | Cr.ERRIE) | 0x300 | snb | (dualBank ? (uint)Cr.MER1 : 0);
        cr = value & writable;
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

    private void UpdateInterrupt() => chip.SetInterrupt(
        Interrupt, ((sr & (uint)Sr.EOP) != 0 && Has(Cr.EOPIE)) || ((sr & (uint)Sr.OPERR) != 0 && Has(Cr.ERRIE)));

    private void UpdateQuiet() => Quiet = busy is null && !ReadProtected && !Options.Sprmod;

    private static byte[] NewOtp()
    {
        var otp = new byte[528];
        otp.AsSpan().Fill(0xFF);
        return otp;
    }
}
