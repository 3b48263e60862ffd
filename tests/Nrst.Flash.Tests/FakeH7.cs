using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The flash controller of the STM32H7 after RM0433, RM0468 and RM0455, "FLASH erase operations", "FLASH program operations" and "FLASH error
/// management": a register set, a lock, a write buffer and a queue for each bank.
/// </summary>
/// <param name="wide">128 KiB sectors and flash words of 256 bits; else 8 KiB and 128.</param>
internal sealed class FakeH7(BankedLayout layout, FlashTimes times, bool wide) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x5200_2000;
    private const uint Lock = 1, Pg = 2, Ser = 4, Ber = 8;

    /// <summary>One bank's registers.</summary>
    internal sealed class Bank
    {
        public int Keys { get; set; } // 3: a wrong or a second sequence came, and nothing opens before a reset
        public uint Cr { get; set; } = 0x31;
        public uint Sr { get; set; }
        public TimeSpan BusyUntil { get; set; }
        public List<(uint At, uint Value)> Buffer { get; } = [];
        public uint Wpsn { get; set; } = 0xFFFF_FFFF;
        public uint Prar { get; set; } = 0x0000_00FF;
        public uint Scar { get; set; } = 0x0000_00FF;
    }

    private readonly int _start = wide ? 7 : 5;
    private readonly int _unit = wide ? 32 : 16;

    public Bank[] Banks { get; } = [new() { Cr = wide ? 0x31u : 1 }, new() { Cr = wide ? 0x31u : 1 }];
    public uint Optsr { get; set; } = 0x1406_AAF0;
    public uint Boot { get; set; } = 0x1FF0_0800;
    public uint Optsr2 { get; set; }

    /// <summary>An erase is accepted and nothing happens.</summary>
    public bool IgnoresErase { get; set; }

    /// <summary>A device with one bank has nothing behind the second set.</summary>
    public bool OneBank { get; init; }

    /// <summary>Between two steps of an operation BSY falls, and QW does not.</summary>
    public bool BusyFalls { get; set; }

    protected override uint ReadRegister(uint address)
    {
        var (bank, offset) = Split(address);
        return offset switch
        {
            0x0C => bank.Cr,
            0x10 => bank.Sr | (Now < bank.BusyUntil ? BusyFalls ? 4u : 5u : 0) | (bank.Buffer.Count > 0 ? 2u : 0),
            0x1C => Optsr,
            0x28 => bank.Prar,
            0x30 => bank.Scar,
            0x38 => bank.Wpsn,
            0x40 => Boot,
            0x70 => Optsr2,
            _ => throw new InvalidOperationException($"0x{address:X8} is not to be read."),
        };
    }

    protected override void WriteRegister(uint address, uint value)
    {
        var (bank, offset) = Split(address);
        switch (offset)
        {
            case 0x04:
                bank.Keys = (bank.Keys, value, bank.Cr & Lock) switch { (0, 0x4567_0123, Lock) => 1, (1, 0xCDEF_89AB, Lock) => 2, _ => 3 };
                bank.Cr = bank.Keys switch { 2 => bank.Cr & ~Lock, 3 => bank.Cr | Lock, _ => bank.Cr };
                bank.Keys = bank.Keys == 2 ? 0 : bank.Keys;
                break;
            case 0x0C:
                WriteControl(bank, value);
                break;
            case 0x10:
                Assert.Fail("FLASH_SR is read-only; flags are cleared through FLASH_CCR.");
                break;
            case 0x14:
                bank.Sr &= ~(value & 0x1FEF_0000);
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written.");
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        var bank = BankOf(address);
        Assert.True(Now >= bank.BusyUntil, "A flash word was written before the one before was done.");
        if ((bank.Cr & Pg) == 0)
        {
            bank.Sr |= 1 << 18; // PGSERR
            return;
        }

        Assert.Equal(4, bytes);
        if (bank.Buffer.Exists(word => word.At == address))
        {
            bank.Sr |= 1 << 19; // STRBERR
        }
        else if (bank.Buffer.Count > 0 && bank.Buffer[0].At / _unit != address / _unit)
        {
            bank.Sr |= 1 << 21; // INCERR
        }

        bank.Buffer.Add((address, value));
        if (bank.Buffer.Count == _unit / 4)
        {
            Program(bank);
        }
    }

    private void Program(Bank bank)
    {
        if (IsProtected(bank.Buffer[0].At))
        {
            bank.Sr |= 1 << 17;
        }
        else
        {
            // No check for blank cells: programming twice gives a wrong ECC, here the and of both.
            foreach (var (at, value) in bank.Buffer)
            {
                BitConverter.TryWriteBytes(At(at, 4), BitConverter.ToUInt32(At(at, 4)) & value);
            }

            bank.Sr |= 1 << 16; // EOP
            bank.BusyUntil = Now + ((wide ? times.ProgramAt.First(row => row.Bits == BitsOf(bank.Cr)).Typical : times.ProgramTypical) * Pace);
        }

        bank.Buffer.Clear();
    }

    private void WriteControl(Bank bank, uint value)
    {
        if ((bank.Cr & Lock) != 0)
        {
            return;
        }

        Assert.True(Now >= bank.BusyUntil || (value & (1u << _start)) == 0, "An erase was started while another operation runs.");
        if ((value & Pg) == 0)
        {
            bank.Buffer.Clear(); // the words that were waiting are lost
        }

        if ((value & Lock) != 0)
        {
            bank.Cr |= Lock; // and the others stay
            return;
        }

        bank.Cr = value & ~(1u << _start);
        if ((value & (1u << _start)) != 0 && !IgnoresErase)
        {
            Erase(bank, value);
        }
    }

    private void Erase(Bank bank, uint control)
    {
        var number = bank == Banks[0] ? 1 : 2;
        var flash = Layout.Banks.First(one => one.Number == number);
        var field = wide ? control >> 8 & 7 : control >> 6 & 0x7F;
        var sectors = flash.Layout.Sectors.Where(sector => (control & Ber) != 0 || ((control & Ser) != 0 && flash.FieldOf(sector) == field)).ToList();
        if ((bank.Sr & 0x006E_0000) != 0 || sectors.Count == 0)
        {
            bank.Sr |= 1 << 18;
            return;
        }

        if (sectors.Exists(sector => IsProtected(sector.Range.Start.Value)))
        {
            bank.Sr |= 1 << 17;
            return;
        }

        foreach (var sector in sectors)
        {
            At(sector.Range.Start.Value, (int)sector.Range.Length).Fill(0xFF);
        }

        bank.Sr |= 1 << 16;
        var one = wide ? times.Erase.First(row => row.Bits == BitsOf(control)).Typical : times.Erase[0].Typical;
        bank.BusyUntil = Now + (one * sectors.Count * Pace);
    }

    private static int BitsOf(uint control) => 8 << (int)(control >> 4 & 3);

    private bool IsProtected(uint address)
    {
        var flash = Layout.Banks.First(bank => bank.Layout.Range.Contains(new Address(address)));
        var sector = (int)flash.FieldOf(flash.Layout.Sectors.First(one => one.Range.Contains(new Address(address))));
        return (Banks[flash.Number - 1].Wpsn >> (wide ? sector : sector / 4) & 1) == 0;
    }

    private Bank BankOf(uint address) => Banks[Layout.Banks.First(bank => bank.Layout.Range.Contains(new Address(address))).Number - 1];

    private (Bank Bank, uint Offset) Split(uint address)
    {
        var offset = address - Base;
        Assert.False(OneBank && offset >= 0x100, $"0x{address:X8}: this chip has no second bank.");
        return (Banks[offset / 0x100], offset % 0x100);
    }
}
