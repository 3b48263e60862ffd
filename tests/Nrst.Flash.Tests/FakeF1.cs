using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The flash controller of the STM32F1 after PM0075, "Flash memory programming" and "Register descriptions".</summary>
internal sealed class FakeF1(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4002_2000;
    private const uint Pg = 1, Per = 2, Mer = 4, Strt = 1 << 6, Lock = 1 << 7;

    private int _keys;
    private TimeSpan _busyUntil;
    private uint _ar;

    public uint Sr { get; set; }
    public uint Cr { get; set; } = Lock;
    public uint Obr { get; set; } = 0x03FF_FFFC;
    public uint Wrpr { get; set; } = uint.MaxValue;

    /// <summary>As some copies of the chip do.</summary>
    public bool HidesLock { get; set; }

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => (address - Base) switch
    {
        0x00 => 0x30,
        0x0C => Sr | (Busy ? 1u : 0),
        0x10 => HidesLock ? Cr & ~Lock : Cr,
        0x1C => Obr,
        0x20 => Wrpr,
        _ => 0,
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address - Base)
        {
            case 0x04:
                _keys = (_keys, value) switch { (0 or 2, 0x4567_0123) => 1, (1, 0xCDEF_89AB) => 2, _ => 3 };
                Cr &= _keys == 2 ? ~Lock : uint.MaxValue;
                break;
            case 0x0C:
                Sr &= ~(value & 0x34);
                break;
            case 0x10 when (Cr & Lock) == 0:
                Assert.False(Busy, "FLASH_CR was written during an operation.");
                WriteControl(value);
                break;
            case 0x10:
                break;
            case 0x14:
                _ar = value;
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written.");
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        Assert.Equal(2, bytes); // any other width is a bus error
        var cells = At(address, 2);
        if ((Cr & Pg) == 0 || Busy)
        {
            Assert.Fail("A write to the flash that is not programming is a bus error.");
        }
        else if (IsProtected(address))
        {
            Sr |= 1 << 4;
        }
        else if (cells.ContainsAnyExcept((byte)0xFF) && value != 0)
        {
            Sr |= 1 << 2;
        }
        else
        {
            BitConverter.TryWriteBytes(cells, (ushort)value);
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

        foreach (var sector in Layout.Sectors.Where(sector => (value & Mer) != 0 || ((value & Per) != 0 && sector.Range.Contains(new Address(_ar)))))
        {
            if (IsProtected(sector.Range.Start.Value))
            {
                Sr |= 1 << 4;
                return;
            }

            At(sector.Range.Start.Value, (int)sector.Range.Length).Fill(0xFF);
            _busyUntil = Now + times.Erase[0].Typical;
        }
    }

    private bool IsProtected(uint address) => (Wrpr >> (int)Math.Min((address - 0x0800_0000) / 4096, 31) & 1) == 0;
}
