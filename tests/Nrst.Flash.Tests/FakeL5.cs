using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The non-secure half of the flash controller of the STM32L5 and U5, after RM0438 and RM0456, "Flash main memory erase sequences",
/// "Flash main memory programming sequences" and "FLASH non-secure status register (FLASH_NSSR)"; and the ICACHE, PWR and RCC beside it.
/// </summary>
internal sealed class FakeL5(BankedLayout layout, FlashTimes times, int word) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4002_2000;
    private const uint Pg = 1, Per = 2, Mer1 = 4, Bker = 1 << 11, Mer2 = 1 << 15, Strt = 1 << 16, Lock = 1u << 31;

    private readonly List<uint> _buffer = [];
    private int _keys; // 3: a wrong one came, and nothing opens before a reset
    private uint _firstAt;
    private TimeSpan _busyUntil;
    private TimeSpan _settledAt;
    private TimeSpan _emptyAt;

    public uint Sr { get; set; }
    public uint Cr { get; set; } = 0xC000_0000;
    public uint Icache { get; set; }
    public uint PowerClock { get; set; }
    public uint PwrCr1 { get; set; } = 2 << 9; // range 2
    public bool WantsVoltage { get; set; }
    public uint PwrVosr { get; set; } = 0x0002_0002; // R2EN, R2RDY
    public int Invalidations { get; private set; }

    /// <summary>FLASH_OPTR and what follows it, by offset.</summary>
    public Dictionary<uint, uint> Options { get; } = new()
    {
        [0x40] = 0x1FEF_F8AA, [0x58] = 0xFF80_FFFF, [0x5C] = 0xFF80_FFFF, [0x68] = 0xFF80_FFFF, [0x6C] = 0xFF80_FFFF,
    };

    /// <summary>Pages that refuse, by number and bank, as write protection makes them.</summary>
    public HashSet<(int Bank, uint Page)> Protected { get; } = [];

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => address switch
    {
        0x4003_0400 => Icache,
        0x4003_0404 => Now < _emptyAt ? 1u : 0,
        0x4002_1058 => PowerClock,
        0x4003_0C94 => PowerClock >> 26, // PWREN is bit 2 there
        0x4003_080C => PowerClock >> 28 == 0 ? 0 : PwrVosr | (Now < _settledAt ? 0 : (PwrVosr & 3) << 16),
        0x4000_7000 => PowerClock >> 28 == 0 ? 0 : PwrCr1,
        0x4000_7014 => PowerClock >> 28 == 0 || Now >= _settledAt ? 0 : 1u << 10,
        Base + 0x20 => Sr | (Busy ? 1u << 16 : 0) | (_buffer.Count > 0 ? 1u << 17 : 0),
        Base + 0x28 => Cr,
        _ => Options.GetValueOrDefault(address - Base),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address)
        {
            case 0x4003_0400:
                Icache = value & ~2u;
                Invalidations += (value & 2) != 0 ? 1 : 0;
                _emptyAt = (value & 2) != 0 ? Now + TimeSpan.FromMicroseconds(100) : _emptyAt;
                break;
            case 0x4002_1058:
                PowerClock = value;
                break;
            case 0x4003_0C94:
                PowerClock = value << 26;
                break;
            case 0x4003_080C:
                Assert.True(PowerClock >> 28 != 0, "PWR has no clock.");
                Assert.True((value & 3) is 1 or 2, "A write of both ranges or none is ignored.");
                PwrVosr = value & 0x103;
                PwrCr1 = (value & 2) << 9;
                _settledAt = Now + TimeSpan.FromMicroseconds(300);
                break;
            case 0x4000_7000:
                Assert.True(PowerClock >> 28 != 0, "PWR has no clock.");
                PwrCr1 = value;
                _settledAt = Now + TimeSpan.FromMicroseconds(300);
                break;
            case Base + 0x08:
                _keys = (_keys, value) switch { (0, 0x4567_0123) => 1, (1, 0xCDEF_89AB) => 2, _ => 3 };
                Cr &= _keys == 2 ? ~Lock : uint.MaxValue;
                break;
            case Base + 0x20:
                Sr &= ~(value & 0xFFFF);
                break;
            case Base + 0x28:
                WriteControl(value);
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written.");
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        AssertVoltage();
        if ((Cr & Pg) == 0 || Busy)
        {
            Sr |= 1 << 7; // PGSERR
        }
        else if (bytes != 4)
        {
            Sr |= 1 << 6; // SIZERR
        }
        else if (_buffer.Count == 0 ? address % word != 0 : address != _firstAt + (4 * _buffer.Count))
        {
            Sr |= 1 << 5; // PGAERR
            _buffer.Clear();
        }
        else
        {
            _firstAt = _buffer.Count == 0 ? address : _firstAt;
            _buffer.Add(value);
            if (_buffer.Count * 4 == word)
            {
                Program([.. _buffer.SelectMany(BitConverter.GetBytes)]);
                _buffer.Clear();
            }
        }
    }

    private void Program(byte[] data)
    {
        var cells = At(_firstAt, word);
        if (Protected.Contains(PageOf(_firstAt)))
        {
            Sr |= 1 << 4; // WRPERR
        }
        else if (cells.ContainsAnyExcept((byte)0xFF) && data.AsSpan().ContainsAnyExcept((byte)0))
        {
            Sr |= 1 << 3; // PROGERR
        }
        else
        {
            data.CopyTo(cells);
            _busyUntil = Now + (times.ProgramTypical * Pace);
        }
    }

    private void WriteControl(uint value)
    {
        if ((Cr & Lock) != 0)
        {
            return;
        }

        Assert.False(Busy, "FLASH_NSCR may not be written while BSY is set.");
        _keys = (value & Lock) != 0 ? 0 : _keys;
        Cr = value & ~Strt;
        if ((value & Strt) == 0)
        {
            return;
        }

        AssertVoltage();
        if ((Sr & 0xFA) != 0 || (value & (Per | Mer1 | Mer2)) == 0 || (value & Pg) != 0)
        {
            Sr |= 1 << 7; // PGSERR
            return;
        }

        var pages = (value & Per) != 0
            ? [((value & Bker) != 0 ? 2 : 1, value >> 3 & 0xFF)]
            : Layout.Banks.Where(bank => (value & (bank.Number == 1 ? Mer1 : Mer2)) != 0)
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

        _busyUntil = Now + (((value & Per) != 0 ? times.Erase[0].Typical : times.BankErase[^1].Typical) * Pace);
    }

    private void AssertVoltage() =>
        Assert.False(WantsVoltage && ((PwrCr1 >> 9 & 3) == 2 || Now < _settledAt), "The flash takes nothing in range 2.");

    private (int Bank, uint Page) PageOf(uint address)
    {
        var bank = Layout.Banks.First(bank => bank.Layout.Range.Contains(new Address(address)));
        return (bank.Number, bank.FieldOf(bank.Layout.Sectors.First(sector => sector.Range.Contains(new Address(address)))));
    }
}
