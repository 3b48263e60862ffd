using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The flash controller of the STM32F1 of XL density after PM0068: two banks with KEYR, SR, CR and AR each, the second set 0x40 further on.</summary>
internal sealed class FakeF1Xl(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4002_2000;
    private const uint Pg = 1, Per = 2, Mer = 4, Strt = 1 << 6, Lock = 1 << 7;

    private readonly int[] _keys = new int[2];
    private readonly TimeSpan[] _busyUntil = new TimeSpan[2];
    private readonly uint[] _ar = new uint[2];

    public uint[] Sr { get; } = new uint[2];
    public uint[] Cr { get; } = [Lock, Lock];
    public uint Obr { get; set; } = 0x03FF_FFFC;
    public uint Wrpr { get; set; } = uint.MaxValue;

    protected override uint ReadRegister(uint address) => (address - Base) switch
    {
        0x0C or 0x4C => Sr[BankOf(address)] | (Busy(BankOf(address)) ? 1u : 0),
        0x10 or 0x50 => Cr[BankOf(address)],
        0x1C => Obr,
        0x20 => Wrpr,
        _ => 0,
    };

    protected override void WriteRegister(uint address, uint value)
    {
        var bank = BankOf(address);
        switch (address - Base & ~0x40u)
        {
            case 0x04:
                _keys[bank] = (_keys[bank], value) switch { (0 or 2, 0x4567_0123) => 1, (1, 0xCDEF_89AB) => 2, _ => 3 };
                Cr[bank] &= _keys[bank] == 2 ? ~Lock : uint.MaxValue;
                break;
            case 0x0C:
                Sr[bank] &= ~(value & 0x34);
                break;
            case 0x10 when (Cr[bank] & Lock) == 0:
                Assert.False(Busy(bank), "FLASH_CR was written during an operation.");
                WriteControl(bank, value);
                break;
            case 0x10:
                break;
            case 0x14:
                _ar[bank] = value;
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written.");
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes)
    {
        var bank = address < 0x0808_0000 ? 0 : 1;
        Assert.Equal(2, bytes);
        Assert.True((Cr[bank] & Pg) != 0 && !Busy(bank), "A write to the flash that is not programming is a bus error.");
        var cells = At(address, 2);
        if (IsProtected(address))
        {
            Sr[bank] |= 1 << 4;
        }
        else if (cells.ContainsAnyExcept((byte)0xFF) && value != 0)
        {
            Sr[bank] |= 1 << 2;
        }
        else
        {
            BitConverter.TryWriteBytes(cells, (ushort)value);
            _busyUntil[bank] = Now + times.ProgramTypical;
        }
    }

    private void WriteControl(int bank, uint value)
    {
        Cr[bank] = value & ~Strt;
        _keys[bank] = (value & Lock) != 0 ? 0 : _keys[bank];
        if ((value & Strt) == 0)
        {
            return;
        }

        foreach (var sector in Layout.Banks[bank].Layout.Sectors.Where(
            sector => (value & Mer) != 0 || ((value & Per) != 0 && sector.Range.Contains(new Address(_ar[bank])))))
        {
            if (IsProtected(sector.Range.Start.Value))
            {
                Sr[bank] |= 1 << 4;
                return;
            }

            At(sector.Range.Start.Value, (int)sector.Range.Length).Fill(0xFF);
            _busyUntil[bank] = Now + (times.Erase[0].Typical * Pace);
        }
    }

    private bool Busy(int bank) => Now < _busyUntil[bank];

    private bool IsProtected(uint address) => (Wrpr >> (int)Math.Min((address - 0x0800_0000) / 4096, 31) & 1) == 0;

    private static int BankOf(uint address) => (address & 0x40) != 0 ? 1 : 0;
}
