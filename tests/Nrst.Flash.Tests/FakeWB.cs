using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The flash controller of the STM32WB as CPU1 sees it, after RM0434, "Flash main memory erase sequences", "Flash main memory programming
/// sequences" and "Flash memory status register (FLASH_SR)".
/// </summary>
internal sealed class FakeWB(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x5800_4000;
    private const uint Pg = 1, Per = 2, Mer = 4, Strt = 1 << 16, Lock = 1u << 31, Pes = 1 << 15;

    private int _keys; // 3: a wrong one came, and nothing opens before a reset
    private TimeSpan _busyUntil;
    private (uint At, uint Value)? _first;

    public uint Acr { get; set; } = 0x0000_0600; // ICEN, DCEN
    public uint Sr { get; set; }
    public uint Cr { get; set; } = 0xC000_0000;

    /// <summary>FLASH_OPTR and what follows it, by offset.</summary>
    public Dictionary<uint, uint> Options { get; } = new()
    {
        [0x20] = 0x3FFF_F1AA, [0x24] = 0xFFFF_FFFF, [0x28] = 0, [0x2C] = 0xFF, [0x30] = 0xFF, [0x34] = 0xFFFF_FFFF, [0x38] = 0, [0x80] = 0x0000_01FF,
    };

    /// <summary>CPU2 asks until then that nothing be started.</summary>
    public TimeSpan OtherCpuAsksUntil { get; set; }

    public bool Suspended => (Acr & Pes) != 0 || Now < OtherCpuAsksUntil;

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => (address - Base) switch
    {
        0x00 => Acr,
        0x10 => Sr | (Busy ? 1u << 16 | 1u << 18 : 0) | (Suspended ? 1u << 19 : 0),
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
        if ((Cr & Pg) == 0 || Busy || Suspended)
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
            var cells = At(begun.At, 8);
            Sr |= address != begun.At + 4 ? 1u << 5 : cells.ContainsAnyExcept((byte)0xFF) && (begun.Value | value) != 0 ? 1u << 3 : 0;
            if ((Sr & 0x28) == 0)
            {
                BitConverter.TryWriteBytes(cells, begun.Value);
                BitConverter.TryWriteBytes(cells[4..], value);
                _busyUntil = Now + (times.ProgramTypical * Pace);
            }
        }
    }

    private void WriteControl(uint value)
    {
        if ((Cr & Lock) != 0)
        {
            return;
        }

        Assert.False(Busy, "FLASH_CR may not be written while CFGBSY is set.");
        _keys = (value & Lock) != 0 ? 0 : _keys;
        Cr = value & ~Strt;
        if ((value & Strt) == 0)
        {
            return;
        }

        Assert.False((value & Mer) != 0, "A mass erase by CPU1 is a bus fault.");
        Assert.False(Suspended, "Nothing is started while PESD is set.");
        if ((Sr & 0x3FA) != 0 || (value & Per) == 0 || (value & Pg) != 0)
        {
            Sr |= 1 << 7; // PGSERR
            return;
        }

        var sector = Layout.Sectors.ElementAt((int)(value >> 3 & 0xFF));
        At(sector.Range.Start.Value, (int)sector.Range.Length).Fill(0xFF);
        _busyUntil = Now + (times.Erase[0].Typical * Pace);
    }
}
