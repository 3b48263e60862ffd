using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// The flash controller of the STM32L0 and L1 after RM0367 and RM0038, "Unlocking/locking operations", "Detailed description of NVM write/erase
/// operations" and "Status register (FLASH_SR)", as a debugger meets it.
/// </summary>
internal sealed class FakeL0(BankedLayout layout, FlashDescription flash) : RegisterFake(layout, 0x00)
{
    private const uint Locks = 7, Prog = 1 << 3, Data = 1 << 4, Fix = 1 << 8, Erase = 1 << 9, Fprg = 1 << 10;
    private const uint Wrperr = 1 << 8, Sizerr = 1 << 10, Notzeroerr = 1 << 16;

    private readonly uint _base = flash.Controller.Value;
    private int _peKeys;
    private int _prgKeys;
    private bool _dead; // a key that was not expected: closed until a reset
    private TimeSpan _busyUntil;

    public uint Sr { get; set; } = 0xC; // HVOFF, READY
    public uint Pecr { get; set; } = Locks;
    public uint Optr { get; set; } = 0x8070_00AA;

    /// <summary>FLASH_WRPROTx by their offsets.</summary>
    public Dictionary<uint, uint> Wrp { get; } = new() { [0x20] = 0, [0x80] = 0, [0x84] = 0, [0x88] = 0 };

    /// <summary>A write or erase is accepted and nothing happens.</summary>
    public bool IgnoresErase { get; set; }

    private bool Busy => Now < _busyUntil;

    public void Reset() => (Pecr, _peKeys, _prgKeys, _dead) = (Locks, 0, 0, false);

    protected override uint ReadRegister(uint address) => (address - _base) switch
    {
        0x00 => 0,
        0x04 => Pecr,
        0x18 => Sr | (Busy ? 1u : 0),
        0x1C => Optr,
        var offset => Wrp.GetValueOrDefault(offset),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address - _base)
        {
            case 0x04 when (Pecr & 1) == 0:
                Assert.False(Busy, "FLASH_PECR was written during an operation.");
                Assert.True((value & (Data | Fix)) == 0, "DATA and FIX are for the data EEPROM.");
                Pecr = (Pecr & Locks) | value;
                (_peKeys, _prgKeys) = (value & 1) != 0 ? (0, 0) : (value & 2) != 0 ? (_peKeys, 0) : (_peKeys, _prgKeys);
                Pecr |= (value & 1) != 0 ? Locks : 0;
                break;
            case 0x04:
                break;
            case 0x0C:
                _peKeys = Key(_peKeys, value, 0x89AB_CDEF, 0x0203_0405);
                Pecr &= _peKeys == 2 && !_dead ? ~1u : uint.MaxValue;
                break;
            case 0x10:
                Assert.True((Pecr & 1) == 0, "PRGKEYR listens only once PELOCK is cleared.");
                _prgKeys = Key(_prgKeys, value, 0x8C9D_AEBF, 0x1314_1516);
                Pecr &= _prgKeys == 2 && !_dead ? ~2u : uint.MaxValue;
                break;
            case 0x18:
                Sr &= ~(value & 0x3_3F02);
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written."); // option words and data EEPROM are among them
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        Assert.False(Busy, "A write during an operation holds the bus until that is over.");
        Assert.True((Pecr & 3) == 0, "A write while PELOCK or PRGLOCK is set is a hard fault.");
        Assert.True((Pecr & Fprg) == 0, "Half a page can be written by code in RAM only.");
        if (bytes != 4)
        {
            Sr |= Sizerr;
        }
        else if (IsProtected(address))
        {
            Sr |= Wrperr;
        }
        else if ((Pecr & (Prog | Erase)) == (Prog | Erase))
        {
            var sector = Layout.Sectors.Single(sector => sector.Range.Contains(new Address(address)));
            Start(() => At(sector.Range.Start.Value, (int)sector.Range.Length).Clear());
        }
        else if (At(address, 4).ContainsAnyExcept((byte)0) && value != 0)
        {
            Sr |= Notzeroerr;
        }
        else
        {
            Start(() => BitConverter.TryWriteBytes(At(address, 4), value));
        }
    }

    private void Start(Action change)
    {
        if (!IgnoresErase)
        {
            change();
            _busyUntil = Now + (flash.Times.ProgramTypical * Pace);
        }
    }

    private int Key(int seen, uint value, uint first, uint second)
    {
        var now = (seen, value) switch { (0, _) when value == first => 1, (1, _) when value == second => 2, _ => 3 };
        _dead |= now == 3;
        return now;
    }

    private bool IsProtected(uint address)
    {
        var group = (int)((address - Layout.Range.Start.Value) / 4096);
        var register = Wrp[(group / 32) switch { 0 => 0x20, 1 => 0x80, 2 => 0x84, _ => 0x88 }];
        return (register >> (group % 32) & 1) == ((Optr & 1 << 8) != 0 ? 0u : 1u);
    }
}
