using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The flash controller of the STM32F7 after RM0410, "Flash erase sequences", "Flash programming sequences" and "FLASH registers".
/// </summary>
internal sealed class FakeF7(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4002_3C00;
    private const uint Pg = 1, Ser = 2, Mer1 = 4, Mer2 = 1 << 15, Strt = 1 << 16, Lock = 1u << 31;

    private int _keys; // 3: a wrong one came, and nothing opens before a reset
    private TimeSpan _busyUntil;

    public uint Acr { get; set; }
    public uint Sr { get; set; }
    public uint Cr { get; set; } = Lock;

    /// <summary>FLASH_OPTCR and what follows it, by offset.</summary>
    public Dictionary<uint, uint> Options { get; } = new() { [0x14] = 0xFFFF_AAFD, [0x18] = 0x0040_0080, [0x1C] = 0 };

    /// <summary>An erase is accepted and nothing happens.</summary>
    public bool IgnoresErase { get; set; }

    /// <summary>What PSIZE must be: 0 for bytes, 1 for half-words, 2 for words.</summary>
    public uint Supply { get; set; } = 2;

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => (address - Base) switch
    {
        0x00 => Acr,
        0x0C => Sr | (Busy ? 1u << 16 : 0),
        0x10 => Cr,
        var offset => Options.GetValueOrDefault(offset),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address - Base)
        {
            case 0x00:
                Assert.False((value & 1 << 11) != 0 && (Acr & 1 << 9) != 0, "ARTRST while the accelerator is on does nothing.");
                Acr = value;
                break;
            case 0x04:
                _keys = (_keys, value) switch { (0, 0x4567_0123) => 1, (1, 0xCDEF_89AB) => 2, _ => 3 };
                Cr &= _keys == 2 ? ~Lock : uint.MaxValue;
                break;
            case 0x0C:
                Sr &= ~(value & 0x1F3);
                break;
            case 0x10 when (Cr & Lock) == 0:
                Assert.False(Busy, "FLASH_CR was written during an operation.");
                WriteControl(value);
                break;
            case 0x10:
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
            Sr |= 1 << 7;
        }
        else if (bytes != 1 << (int)(Cr >> 8 & 3) || (Cr >> 8 & 3) > Supply)
        {
            Sr |= 1 << 6; // PGPERR
        }
        else if (IsProtected(SectorAt(address).Number))
        {
            Sr |= 1 << 4;
        }
        else
        {
            var cells = At(address, bytes);
            for (var i = 0; i < bytes; i++)
            {
                cells[i] &= (byte)(value >> (8 * i)); // no ECC: bits go from one to zero as often as they like
            }

            _busyUntil = Now + times.ProgramTypical;
        }
    }

    private void WriteControl(uint value)
    {
        Cr = value & ~Strt;
        _keys = (value & Lock) != 0 ? 0 : _keys;
        if ((value & Strt) == 0)
        {
            return;
        }

        var two = Layout.Banks.Count > 1;
        var snb = value >> 3 & 0x1F;
        List<FlashSector> chosen = (value & (Ser | Mer1 | Mer2)) switch
        {
            Ser when !two => [.. Layout.Sectors.Where(sector => sector.Number == snb)],
            Ser => [.. Layout.Banks[snb < 0x10 ? 0 : 1].Layout.Sectors.Skip((int)(snb & 0xF)).Take(1)],
            Mer1 => [.. Layout.Banks[0].Layout.Sectors],
            Mer2 when two => [.. Layout.Banks[1].Layout.Sectors],
            Mer1 | Mer2 when two => [.. Layout.Sectors],
            _ => [],
        };
        if (chosen.Count == 0)
        {
            Sr |= 1 << 7; // ERSERR
        }
        else if (chosen.Any(sector => IsProtected(sector.Number)))
        {
            Sr |= 1 << 4;
        }
        else if (!IgnoresErase)
        {
            chosen.ForEach(sector => At(sector.Range.Start.Value, (int)sector.Range.Length).Fill(0xFF));
            var bits = 8 << (int)(value >> 8 & 3);
            var row = (chosen.Count > 1 ? times.BankErase : times.Erase).First(row => row.Bits == bits && (chosen.Count > 1 || row.UnitBytes == chosen[0].Range.Length));
            _busyUntil = Now + (row.Typical * Pace);
        }
    }

    private bool IsProtected(int number) => (Options[0x14] >> (16 + (Layout.Banks.Count > 1 ? number / 2 : number)) & 1) == 0;

    private FlashSector SectorAt(uint address) => Layout.Sectors.First(sector => sector.Range.Contains(new Address(address)));
}
