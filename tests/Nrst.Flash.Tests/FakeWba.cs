using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The flash controller of the STM32WBA after RM0493 and RM0515, "FLASH main memory erase sequences", "FLASH main memory programming sequences" and
/// "FLASH non-secure status register (FLASH_NSSR)".
/// </summary>
internal sealed class FakeWba(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4002_2000;
    private const uint Pg = 1, Per = 2, Mer1 = 4, Bker = 1 << 11, Mer2 = 1 << 15, Strt = 1 << 16, Lock = 1u << 31;

    private int _keys; // 3: a wrong one came, and nothing opens before a reset
    private TimeSpan _busyUntil;

    public List<(uint At, uint Value)> Buffer { get; } = [];
    public uint Sr { get; set; }
    public uint Cr { get; set; } = 0xC000_0000;

    /// <summary>FLASH_OPTR and what follows it, by offset.</summary>
    public Dictionary<uint, uint> Options { get; } = new()
    {
        [0x40] = 0x1FEF_F8AA, [0x44] = 0x0800_007F, [0x48] = 0x0BF8_807F,
        [0x50] = 0x007F, [0x58] = 0xFF00_007F, [0x5C] = 0xFF00_007F, [0x60] = 0x007F, [0x68] = 0xFF00_007F, [0x6C] = 0xFF00_007F,
    };

    /// <summary>Pages that refuse, by bank and number.</summary>
    public HashSet<(int Bank, uint Page)> Protected { get; } = [];

    /// <summary>An erase is accepted and nothing happens.</summary>
    public bool IgnoresErase { get; set; }

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => address switch
    {
        0x4003_0400 => 4, // ICACHE_CR: off
        Base + 0x20 => Sr | (Busy ? 1u << 16 : 0) | (Buffer.Count > 0 ? 1u << 17 : 0),
        Base + 0x28 => Cr,
        _ => Options.TryGetValue(address - Base, out var value) ? value : throw new InvalidOperationException($"0x{address:X8} is not to be read."),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address - Base)
        {
            case 0x08:
                _keys = (_keys, value) switch { (0, 0x4567_0123) => 1, (1, 0xCDEF_89AB) => 2, _ => 3 };
                Cr &= _keys == 2 ? ~Lock : uint.MaxValue;
                break;
            case 0x20:
                Sr &= ~(value & 0x20FB);
                break;
            case 0x28:
                WriteControl(value);
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written.");
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        if ((Cr & Pg) == 0 || Busy)
        {
            Sr |= 1 << 7; // PGSERR
            return;
        }

        if (bytes != 4 || (Buffer.Count == 0 ? address % 16 != 0 : address != Buffer[^1].At + 4))
        {
            Sr |= bytes != 4 ? 1u << 6 : 1u << 5;
            return;
        }

        Buffer.Add((address, value));
        if (Buffer.Count < 4)
        {
            return;
        }

        var cells = At(Buffer[0].At, 16);
        if (Protected.Contains(PageOf(Buffer[0].At)))
        {
            Sr |= 1 << 4;
        }
        else if (cells.ContainsAnyExcept((byte)0xFF) && Buffer.Exists(word => word.Value != 0))
        {
            Sr |= 1 << 3; // PROGERR
        }
        else
        {
            Buffer.ForEach(word => BitConverter.TryWriteBytes(At(word.At, 4), word.Value));
            _busyUntil = Now + (times.ProgramTypical * Pace);
        }

        Buffer.Clear();
    }

    private void WriteControl(uint value)
    {
        if ((Cr & Lock) != 0)
        {
            return;
        }

        Assert.False(Busy, "FLASH_NSCR1 was written while an operation runs.");
        _keys = (value & Lock) != 0 ? 0 : _keys;
        Cr = value & ~Strt;
        if ((value & Strt) == 0)
        {
            return;
        }

        if ((Sr & 0xFA) != 0 || (value & (Per | Mer1 | Mer2)) == 0 || (value & Pg) != 0)
        {
            Sr |= 1 << 7;
        }
        else if (!IgnoresErase)
        {
            Erase(value);
        }
    }

    private void Erase(uint control)
    {
        var (number, page) = ((control & Bker) != 0 ? 2 : 1, control >> 3 & 0x7F);
        var pages = Layout.Banks.SelectMany(bank => bank.Layout.Sectors, (bank, sector) => (Bank: bank.Number, Page: bank.FieldOf(sector), sector.Range))
            .Where(one => (control & Per) != 0 ? (one.Bank, one.Page) == (number, page) : (control & (one.Bank == 1 ? Mer1 : Mer2)) != 0)
            .ToList();
        if (pages.Exists(one => Protected.Contains((one.Bank, one.Page))))
        {
            Sr |= 1 << 4;
            return;
        }

        pages.ForEach(one => At(one.Range.Start.Value, (int)one.Range.Length).Fill(0xFF));
        _busyUntil = Now + (times.Erase[0].Typical * Pace);
    }

    private (int Bank, uint Page) PageOf(uint address)
    {
        var bank = Layout.Banks.First(bank => bank.Layout.Range.Contains(new Address(address)));
        return (bank.Number, bank.FieldOf(bank.Layout.Sectors.First(sector => sector.Range.Contains(new Address(address)))));
    }
}
