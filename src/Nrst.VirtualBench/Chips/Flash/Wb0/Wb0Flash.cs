using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Chips.Flash.Wb0;

/// <summary>The flash controller of the STM32WB0: an address, four words of data, and a command. No keys, no option bytes.</summary>
/// <remarks>
/// RM0530, "Flash controller (FLASHCTRL)". A command that is written while another runs raises CMDERR, one that is not allowed ILLCMD. The
/// bootloader in ROM that starts the program is not played: the core begins in the flash.
/// </remarks>
internal sealed partial class Wb0Flash : FlashModel
{
    private const uint OtpAt = 0x1000_1800, UniqueIdAt = 0x1000_1E00;
    private const uint ProtectedPages = 8, Row = 16;
    private const uint KeyHigh = 0xB3A2_1096, KeyLow = 0xC7EF_584D, LevelOne = 0xAAAA_AAAA, LevelTwo = 0xABAC_ABAD;

    private readonly uint[] data = new uint[4];
    private readonly uint[] pageProtection = new uint[2];
    private uint config, mask, raw, address, command;
    private bool asleep;

    public Wb0Flash(FlashContext context)
        : base(context)
    {
        Otp = new byte[1024];
        Otp.AsSpan().Fill(0xFF);
        Information
            .Bootloader(0x1000_0000, 0x1800, 0x2000_0800)
            .Window(OtpAt, (uint)Otp.Length)
            .Put(OtpAt, Otp)
            .Window(UniqueIdAt, 0x200);
        // Addresses count words; the WB09 needs a bit more of them.
        AddressMask = context.Part.FlashKiB > 256 ? 0x1_FFFFu : 0xFFFF;
        SizeMask = AddressMask;
        Registers =
        [
            new(0x00, "COMMAND", 0xFF), new(0x04, "CONFIG", 0x4, 0x32), new(0x08, "IRQSTAT", 0x1F), new(0x0C, "IRQMASK", 0x1F), new(0x10, "IRQRAW", 0x1F),
            new(0x14, "SIZE", SizeMask | 0x001E_0000), new(0x18, "ADDRESS", AddressMask), new(0x24, "LFSRVAL", 0, uint.MaxValue, Reset: uint.MaxValue),
            new(0x34, "PAGEPROT0", uint.MaxValue), new(0x38, "PAGEPROT1", uint.MaxValue),
            new(0x40, "DATA0", uint.MaxValue), new(0x44, "DATA1", uint.MaxValue), new(0x48, "DATA2", uint.MaxValue), new(0x4C, "DATA3", uint.MaxValue),
        ];
    }

    [Flags]
    private enum Irq : uint
    {
        CMDDONE = 1 << 0,
        CMDSTART = 1 << 1,
        CMDERR = 1 << 2,
        ILLCMD = 1 << 3,
        READOK = 1 << 4,
    }

    private enum Command : byte
    {
        Erase = 0x11,
        MassErase = 0x22,
        Write = 0x33,
        MassRead = 0x55,
        Sleep = 0xAA,
        WakeUp = 0xBB,
        BurstWrite = 0xCC,
        OtpWrite = 0xEE,
        KeyWrite = 0xFF,
    }

    public override IReadOnlyList<FlashRegister> Registers { get; }

    /// <summary>Not option bytes but a key in a place of its own: 0 none, 1 or 2 the level; in force after the next reset.</summary>
    public override uint[] OptionCells { get; } = [0, 0];

    public override ReadProtection Protection => (ReadProtection)OptionCells[1];

    private uint AddressMask { get; }

    private uint SizeMask { get; }

    protected override uint Get(uint offset, RegisterAccess access) => offset switch
    {
        0x00 => command,
        0x04 => config,
        0x08 => raw & ~mask,
        0x0C => mask,
        0x10 => raw,
        0x14 => Size,
        0x18 => address,
        0x34 or 0x38 => pageProtection[(offset - 0x34) / 4],
        >= 0x40 and <= 0x4C => data[(offset - 0x40) / 4],
        _ => 0,
    };

    protected override BusStatus Set(uint offset, uint bits, uint lanes, RegisterAccess access)
    {
        switch (offset)
        {
            case 0x00:
                Execute((byte)bits, access.Now);
                break;
            case 0x04:
                config = (config & ~lanes) | bits;
                break;
            case 0x0C:
                mask = ((mask & ~lanes) | bits) & 0x1F;
                break;
            case 0x10:
                raw &= ~bits;
                break;
            case 0x18:
                address = ((address & ~lanes) | bits) & AddressMask;
                break;
            case 0x34 or 0x38:
                // A protected segment stays so until the next reset.
                pageProtection[(offset - 0x34) / 4] |= bits;
                break;
            case >= 0x40 and <= 0x4C:
                ref var word = ref data[(offset - 0x40) / 4];
                word = (word & ~lanes) | bits;
                break;
        }

        UpdateInterrupt();
        return BusStatus.Ok;
    }

    /// <summary>The flash is programmed through DATA; a write on the bus has nowhere to go.</summary>
    protected override BusStatus WriteCells(FlashPlace place, int bytes, uint value, BusMaster master, long now) => BusStatus.Error;

    protected override void OnReset(ResetSource source, long now)
    {
        OptionCells[1] = OptionCells[0];
        data.AsSpan().Fill(uint.MaxValue);
        pageProtection.AsSpan().Clear();
        (config, mask, raw, address, command, asleep) = (0x10, 0x1F, (uint)Irq.CMDDONE, 0, 0, false);
    }

    protected override uint OptionInForce(uint offset) => 0;

    protected override void Ended(FlashOperation operation)
    {
        raw |= (uint)Irq.CMDDONE;
        UpdateInterrupt();
    }

    /// <summary>The RAM that the size code names is nearest to what the part has.</summary>
    private uint Size =>
        ((uint)(Part.FlashKiB * 256) - 1) | (RamKiB switch { > 48 => 3u, > 32 => 2u, _ => 0u } << 17)
        | (Protection != ReadProtection.Level0 ? 1u << 19 : 0) | (Protection == ReadProtection.Level2 ? 1u << 20 : 0);

    private uint RamKiB => (uint)(Part.Ram.Sum(region => region.Range.Length) + 1023) / 1024;

    private uint Offset => address * 4;

    private void Execute(byte code, long now)
    {
        if (IsBusy())
        {
            raw |= (uint)Irq.CMDERR;
            return;
        }

        command = code;
        if (asleep && (Command)code != Command.WakeUp)
        {
            raw |= (uint)Irq.ILLCMD;
            return;
        }

        var started = (Command)code switch
        {
            Command.Erase => Erase(now),
            Command.MassErase => MassErase(now),
            Command.Write => Write(data[..1], Timing.Program, now),
            Command.BurstWrite when (config & 4) == 0 && Offset % Row == 0 => Write(data, Timing.Burst ?? 4 * Timing.Program, now),
            Command.MassRead => MassRead(now),
            Command.Sleep or Command.WakeUp => Doze((Command)code == Command.Sleep, now),
            Command.OtpWrite => WriteOtp(now),
            Command.KeyWrite => WriteKey(now),
            _ => false,
        };
        if (!started)
        {
            raw |= (uint)Irq.ILLCMD;
        }
    }

    private bool Start(FlashWork work, long now, long time, Action<double> finish)
    {
        if (Begin(work, now, time, AllBanks, finish))
        {
            raw |= (uint)Irq.CMDSTART;
        }

        return true;
    }

    private bool Erase(long now)
    {
        if (Map.At(MainStart + Offset) is not { } page || IsProtected(page))
        {
            return false;
        }

        return Start(FlashWork.Erase, now, Timing.Unit(page.Range.Length), part => EraseUnits([page], part));
    }

    /// <summary>One protected page bars it; the key goes with the contents.</summary>
    private bool MassErase(long now)
    {
        if (Map.Units.Any(IsProtected))
        {
            return false;
        }

        return Start(FlashWork.Erase, now, Timing.Bank((uint)Part.FlashKiB * 1024), part =>
        {
            EraseUnits(Map.Units, part);
            if (part >= 1)
            {
                OptionCells[0] = 0;
            }
        });
    }

    /// <summary>There is no error code: a second pass over a word only takes more bits away.</summary>
    private bool Write(uint[] words, long time, long now)
    {
        var offset = Offset;
        if (Map.At(MainStart + offset) is not { } page || IsProtected(page))
        {
            return false;
        }

        CountProgram(page);
        return Start(FlashWork.Program, now, time, part =>
        {
            for (var i = 0; i < words.Length && part >= 1; i++)
            {
                Cells.Program(offset + (uint)(4 * i), words[i], 4);
            }
        });
    }

    /// <summary>Whether every word of the main flash is DATA0.</summary>
    private bool MassRead(long now)
    {
        var wanted = data[0];
        return Start(FlashWork.Program, now, Timing.Program, part =>
        {
            var same = part >= 1;
            for (var at = 0u; same && at < (uint)Cells.Bytes.Length; at += 4)
            {
                same = Cells.Read(at, 4) == wanted;
            }

            raw |= same ? (uint)Irq.READOK : 0;
        });
    }

    private bool Doze(bool sleep, long now)
    {
        asleep = sleep;
        return Start(FlashWork.Program, now, 10_000, _ => { });
    }

    private bool WriteOtp(long now)
    {
        var (offset, word) = (Offset & 0x3FF, data[0]);
        return Start(FlashWork.Program, now, Timing.Program, part =>
        {
            for (var i = 0; i < 4 && part >= 1; i++)
            {
                Otp[offset + (uint)i] &= (byte)(word >> (8 * i));
            }
        });
    }

    private bool WriteKey(long now)
    {
        uint? level = (data[0], data[1], data[2], data[3]) switch
        {
            (LevelOne, LevelOne, KeyLow, KeyHigh) => 1,
            (LevelTwo, LevelTwo, KeyLow, KeyHigh) => 2,
            _ => null,
        };
        return level is { } wanted && Start(FlashWork.Options, now, Timing.Program, part => OptionCells[0] = part >= 1 ? Math.Max(OptionCells[0], wanted) : OptionCells[0]);
    }

    /// <summary>Eight pages a bit.</summary>
    private bool IsProtected(FlashUnit page)
    {
        var bit = (uint)page.Number / ProtectedPages;
        return bit < 64 && (pageProtection[bit / 32] & 1u << (int)(bit % 32)) != 0;
    }

    private void UpdateInterrupt() => SetInterrupt((raw & ~mask) != 0);
}
