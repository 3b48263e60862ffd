using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The flash controller of the STM32L4 after RM0351, "Flash main memory erase sequences", "Flash main memory programming sequences" and
/// "Flash status register (FLASH_SR)".
/// </summary>
internal sealed class FakeL4(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4002_2000;
    private const uint Pg = 1, Per = 2, Mer1 = 4, Bker = 1 << 11, Mer2 = 1 << 15, Strt = 1 << 16, Lock = 1u << 31;

    private int _keys; // 3: a wrong one came, and nothing opens before a reset
    private TimeSpan _busyUntil;
    private (uint At, uint Value)? _first;

    public uint Acr { get; set; } = 0x0000_0600; // ICEN, DCEN
    public uint Sr { get; set; }
    public uint Cr { get; set; } = 0xC000_0000;

    /// <summary>FLASH_OPTR and what follows it, by offset.</summary>
    public Dictionary<uint, uint> Options { get; } = new()
    {
        [0x20] = 0xFFEF_F8AA, [0x24] = 0xFFFF_FFFF, [0x28] = 0x0000_0000, [0x2C] = 0x0000_00FF, [0x30] = 0x0000_00FF,
        [0x44] = 0xFFFF_FFFF, [0x48] = 0x0000_0000, [0x4C] = 0x0000_00FF, [0x50] = 0x0000_00FF,
    };

    /// <summary>Pages that refuse, by number and bank, as write protection makes them.</summary>
    public HashSet<(int Bank, uint Page)> Protected { get; } = [];

    /// <summary>PEMPTY: writing a one turns it over.</summary>
    public bool Empty { get; set; }

    /// <summary>An erase is accepted and nothing happens.</summary>
    public bool IgnoresErase { get; set; }

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => (address - Base) switch
    {
        0x00 => Acr,
        0x10 => Sr | (Busy ? 1u << 16 : 0) | (Empty ? 1u << 17 : 0),
        0x14 => Cr,
        var offset => Options.GetValueOrDefault(offset),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address - Base)
        {
            case 0x00:
                Assert.False((value & 1 << 11) != 0 && (Acr & 1 << 9) != 0, "ICRST while the cache is on does nothing.");
                Assert.False((value & 1 << 12) != 0 && (Acr & 1 << 10) != 0, "DCRST while the cache is on does nothing.");
                Acr = value;
                break;
            case 0x08:
                _keys = (_keys, value) switch { (0, 0x4567_0123) => 1, (1, 0xCDEF_89AB) => 2, _ => 3 };
                Cr &= _keys == 2 ? ~Lock : uint.MaxValue;
                break;
            case 0x10:
                Sr &= ~(value & 0xFFFF);
                Empty ^= (value & 1 << 17) != 0;
                break;
            case 0x14:
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
        }
        else if (bytes != 4)
        {
            Sr |= 1 << 6; // SIZERR
        }
        else if (_first is not { } begun)
        {
            Sr |= address % 8 == 0 ? 0 : 1u << 5; // PGAERR
            _first = address % 8 == 0 ? (address, value) : null;
        }
        else
        {
            _first = null;
            Program(begun.At, begun.Value, address, value);
        }
    }

    private void Program(uint at, uint low, uint second, uint high)
    {
        var cells = At(at, 8);
        if (second != at + 4)
        {
            Sr |= 1 << 5; // PGAERR
        }
        else if (Protected.Contains(PageOf(at)))
        {
            Sr |= 1 << 4; // WRPERR
        }
        else if (cells.ContainsAnyExcept((byte)0xFF) && (low | high) != 0)
        {
            Sr |= 1 << 3; // PROGERR
        }
        else
        {
            BitConverter.TryWriteBytes(cells, low);
            BitConverter.TryWriteBytes(cells[4..], high);
            _busyUntil = Now + (times.ProgramTypical * Pace);
        }
    }

    private void WriteControl(uint value)
    {
        if ((Cr & Lock) != 0)
        {
            return;
        }

        Assert.False(Busy, "FLASH_CR may not be written while BSY is set.");
        _keys = (value & Lock) != 0 ? 0 : _keys;
        Cr = value & ~Strt;
        if ((value & Strt) == 0)
        {
            return;
        }

        if ((Sr & 0x3FA) != 0 || (value & (Per | Mer1 | Mer2)) == 0 || (value & Pg) != 0)
        {
            Sr |= 1 << 7; // PGSERR
            return;
        }

        if (!IgnoresErase)
        {
            Erase(value);
        }
    }

    private void Erase(uint control)
    {
        var pages = (control & Per) != 0
            ? [((control & Bker) != 0 ? 2 : 1, control >> 3 & 0xFF)]
            : Layout.Banks.Where(bank => (control & (bank.Number == 1 ? Mer1 : Mer2)) != 0)
                .SelectMany(bank => bank.Layout.Sectors, (bank, sector) => (bank.Number, bank.FieldOf(sector))).ToArray();
        if (pages.Any(Protected.Contains))
        {
            Sr |= 1 << 4;
            return;
        }

        foreach (var bank in Layout.Banks)
        {
            foreach (var sector in bank.Layout.Sectors.Where(sector => pages.Contains((bank.Number, bank.FieldOf(sector)))))
            {
                At(sector.Range.Start.Value, (int)sector.Range.Length).Fill(0xFF);
            }
        }

        _busyUntil = Now + (times.Erase[0].Typical * Pace);
    }

    private (int Bank, uint Page) PageOf(uint address)
    {
        var bank = Layout.Banks.First(bank => bank.Layout.Range.Contains(new Address(address)));
        return (bank.Number, bank.FieldOf(bank.Layout.Sectors.First(sector => sector.Range.Contains(new Address(address)))));
    }
}
