using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The flash controller of the STM32H5 after RM0481, "FLASH memory erase sequences", "FLASH memory program sequences" and "FLASH error management":
/// one register set, one write buffer for both banks, flags that only FLASH_NSCCR clears. And the cache block beside it.
/// </summary>
internal sealed class FakeH5(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4002_2000;
    private const uint Icache = 0x4003_0400;
    private const uint Lock = 1, Pg = 2, Ser = 4, Ber = 8, Strt = 1 << 5, Mer = 1 << 15, Bksel = 1u << 31;
    private const uint Errors = 0x1E_0000;

    private int _keys; // 3: a wrong or a second sequence came, and nothing opens before a reset
    private TimeSpan _busyUntil;

    public List<(uint At, uint Value)> Buffer { get; } = [];
    public uint Acr { get; set; } = 0x13;
    public uint Sr { get; set; }
    public uint Cr { get; set; } = Lock;
    public uint IcacheCr { get; set; } = 4;

    /// <summary>Lines that the cache would answer from.</summary>
    public bool IcacheIsStale { get; set; } = true;

    /// <summary>The option registers in force, by offset.</summary>
    public Dictionary<uint, uint> Options { get; } = new()
    {
        [0x50] = 0x2D30_EDF8, [0x70] = 0xC300_017C, [0x80] = 0x0800_00C3,
        [0xE0] = 0x007F, [0xE8] = 0xFFFF_FFFF, [0xF0] = 0, [0x1E0] = 0x007F, [0x1E8] = 0xFFFF_FFFF, [0x1F0] = 0,
    };

    /// <summary>An erase is accepted and nothing happens.</summary>
    public bool IgnoresErase { get; set; }

    /// <summary>A sector that refuses, by bank and number.</summary>
    public HashSet<(int Bank, uint Sector)> Protected { get; } = [];

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => address switch
    {
        Icache => IcacheCr,
        Icache + 4 => 0,
        Base => Acr,
        Base + 0x20 => Sr | (Busy ? 1u : 0) | (Buffer.Count > 0 ? 2u : 0),
        Base + 0x28 => Cr,
        _ => Options.TryGetValue(address - Base, out var value) ? value : throw new InvalidOperationException($"0x{address:X8} is not to be read."),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address)
        {
            case Icache:
                IcacheIsStale &= (value & 1) != 0;
                IcacheCr = value;
                break;
            case Base:
                Acr = value;
                break;
            case Base + 0x04:
                _keys = (_keys, value, Cr & Lock) switch { (0, 0x4567_0123, Lock) => 1, (1, 0xCDEF_89AB, Lock) => 2, _ => 3 };
                Cr = _keys switch { 2 => Cr & ~Lock, 3 => Cr | Lock, _ => Cr };
                _keys = _keys == 2 ? 0 : _keys;
                break;
            case Base + 0x28:
                WriteControl(value);
                break;
            case Base + 0x30:
                Sr &= ~(value & 0xFF_0000);
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written."); // FLASH_NSSR among them
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        Assert.False(Busy, "A quad-word was written before the one before was done.");
        if ((Cr & Pg) == 0 || (Sr & Errors) != 0)
        {
            Sr |= 1 << 18; // PGSERR
            return;
        }

        Assert.Equal(4, bytes);
        if (Buffer.Exists(word => word.At == address))
        {
            Sr |= 1 << 19; // STRBERR
        }
        else if (Buffer.Count > 0 && Buffer[0].At / 16 != address / 16)
        {
            Sr |= 1 << 20; // INCERR
        }

        Buffer.Add((address, value));
        if (Buffer.Count < 4)
        {
            return;
        }

        if (Protected.Contains(SectorOf(Buffer[0].At)))
        {
            Sr |= 1 << 17;
        }
        else
        {
            foreach (var (at, word) in Buffer)
            {
                BitConverter.TryWriteBytes(At(at, 4), BitConverter.ToUInt32(At(at, 4)) & word);
            }

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

        if ((value & Lock) != 0)
        {
            Cr |= Lock; // and the others stay
            return;
        }

        Assert.False(Busy, "FLASH_NSCR was written while an operation runs.");
        Cr = value & ~Strt;
        if ((value & Strt) != 0 && !IgnoresErase)
        {
            Erase(value);
        }
    }

    private void Erase(uint control)
    {
        if ((Sr & Errors) != 0 || Buffer.Count > 0 || ((control & Mer) != 0 && (control & (Ser | Ber)) != 0) || (control & Pg) != 0)
        {
            Sr |= 1 << 18;
            return;
        }

        var (number, field) = ((control & Bksel) != 0 ? 2 : 1, control >> 6 & 0x7F);
        var sectors = Layout.Banks.SelectMany(bank => bank.Layout.Sectors, (bank, sector) => (Bank: bank.Number, Field: bank.FieldOf(sector), sector.Range))
            .Where(one => (control & Mer) != 0 || (one.Bank == number && (control & Ber) != 0) || (one.Bank == number && one.Field == field && (control & Ser) != 0))
            .ToList();
        if (sectors.Count == 0 || sectors.Exists(one => Protected.Contains((one.Bank, one.Field))))
        {
            Sr |= sectors.Count == 0 ? 1u << 18 : 1u << 17;
            return;
        }

        sectors.ForEach(one => At(one.Range.Start.Value, (int)one.Range.Length).Fill(0xFF));
        _busyUntil = Now + (times.Erase[0].Typical * sectors.Count * Pace);
    }

    private (int Bank, uint Field) SectorOf(uint address)
    {
        var bank = Layout.Banks.First(bank => bank.Layout.Range.Contains(new Address(address)));
        return (bank.Number, bank.FieldOf(bank.Layout.Sectors.First(sector => sector.Range.Contains(new Address(address)))));
    }
}
