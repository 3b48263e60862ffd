using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The flash controller of the STM32H7R and H7S after RM0477, "FLASH erase operations", "FLASH program operations" and "FLASH error management".</summary>
internal sealed class FakeH7Rs(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x5200_2000;
    private const uint Lock = 1, Pg = 2, Ser = 4, Ber = 8, Start = 1 << 5, AllBanks = 1 << 24;

    private int _keys; // 3: a wrong or a second sequence came, and nothing opens before a reset
    private TimeSpan _busyUntil;

    public List<(uint At, uint Value)> Buffer { get; } = [];
    public uint Isr { get; set; }
    public uint Cr { get; set; } = Lock;
    public uint Wrps { get; set; } = 0xFF;
    public uint Nvstate { get; set; } = 0xB4;

    /// <summary>An erase is accepted and nothing happens.</summary>
    public bool IgnoresErase { get; set; }

    /// <summary>Between two steps BUSY falls, and QW does not.</summary>
    public bool BusyFalls { get; set; }

    private bool Busy => Now < _busyUntil;

    protected override uint ReadRegister(uint address) => (address - Base) switch
    {
        0x10 => Cr,
        0x14 => (Busy ? BusyFalls ? 0x24u : 0x25u : 0) | (Buffer.Count > 0 ? 2u : 0) | 1u << 25, // RCHECKF, no error
        0x24 => Isr,
        0x200 => Nvstate,
        0x218 => Wrps,
        0x260 => 0x2006_00F0,
        0x268 => 0x100,
        _ => throw new InvalidOperationException($"0x{address:X8} is not to be read."),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        switch (address - Base)
        {
            case 0x04:
                _keys = (_keys, value, Cr & Lock) switch { (0, 0x4567_0123, Lock) => 1, (1, 0xCDEF_89AB, Lock) => 2, _ => 3 };
                Cr = _keys switch { 2 => Cr & ~Lock, 3 => Cr | Lock, _ => Cr };
                _keys = _keys == 2 ? 0 : _keys;
                break;
            case 0x10:
                WriteControl(value);
                break;
            case 0x28:
                Isr &= ~value;
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written.");
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        Assert.False(Busy, "A flash word was written before the one before was done.");
        if ((Cr & Pg) == 0)
        {
            Isr |= 1 << 18;
            return;
        }

        Assert.Equal(4, bytes);
        Isr |= Buffer.Count > 0 && Buffer[0].At / 16 != address / 16 ? 1u << 21 : 0;
        Buffer.Add((address, value));
        if (Buffer.Count < 4)
        {
            return;
        }

        if ((Wrps >> (int)((Buffer[0].At - 0x0800_0000) / 0x2000) & 1) == 0)
        {
            Isr |= 1 << 17;
        }
        else
        {
            Buffer.ForEach(word => BitConverter.TryWriteBytes(At(word.At, 4), BitConverter.ToUInt32(At(word.At, 4)) & word.Value));
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

        if ((value & Pg) == 0)
        {
            Buffer.Clear();
        }

        if ((value & Lock) != 0)
        {
            Cr |= Lock; // and the others stay
            return;
        }

        Cr = value & ~Start;
        if ((value & Start) == 0 || IgnoresErase)
        {
            return;
        }

        Assert.Equal(0u, value & AllBanks);
        var sectors = Layout.Sectors.Where(sector => (value & Ber) != 0 || ((value & Ser) != 0 && sector.Number == (value >> 6 & 7))).ToList();
        if ((Isr & 0x2E_0000) != 0 || sectors.Count == 0)
        {
            Isr |= 1 << 18;
            return;
        }

        if (sectors.Exists(sector => (Wrps >> sector.Number & 1) == 0))
        {
            Isr |= 1 << 17;
            return;
        }

        sectors.ForEach(sector => At(sector.Range.Start.Value, (int)sector.Range.Length).Fill(0xFF));
        _busyUntil = Now + (times.Erase[0].Typical * sectors.Count * Pace);
    }
}
