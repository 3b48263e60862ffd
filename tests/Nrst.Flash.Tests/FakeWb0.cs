using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The flash controller of the STM32WB0 after RM0530, "Flash controller": a command register, flags that stay, and nothing to unlock.</summary>
internal sealed class FakeWb0(BankedLayout layout, FlashTimes times) : RegisterFake(layout, 0xFF)
{
    private const uint Base = 0x4000_1000;

    private TimeSpan _doneAt;
    private bool _running;
    private uint _flags;

    public uint Where { get; private set; }
    public uint Data { get; private set; }
    public uint Size { get; set; } = 0x0006_FFFF;
    public ulong PageProt { get; set; }

    /// <summary>A command that is still running from before.</summary>
    public TimeSpan Earlier { set => (_running, _flags, _doneAt) = (true, _flags | 2, Now + value); }

    public uint Flags { set => _flags = value; }

    /// <summary>A command is said to be done and nothing happens.</summary>
    public bool IgnoresCommands { get; set; }

    protected override uint ReadRegister(uint address) => (address - Base) switch
    {
        0x10 => Irq(),
        0x14 => Size,
        0x34 => (uint)PageProt,
        0x38 => (uint)(PageProt >> 32),
        _ => throw new InvalidOperationException($"0x{address:X8} is not to be read."),
    };

    protected override void WriteRegister(uint address, uint value)
    {
        Irq();
        switch (address - Base)
        {
            case 0x00:
                Do(value);
                break;
            case 0x10:
                _flags &= ~value;
                break;
            case 0x18:
                Where = value;
                break;
            case 0x40:
                Data = value;
                break;
            default:
                Assert.Fail($"0x{address:X8} is not to be written.");
                break;
        }
    }

    protected override void WriteFlash(uint address, uint value, int bytes) => Assert.Fail("This flash is not written through its addresses.");

    private uint Irq()
    {
        if (_running && Now >= _doneAt)
        {
            (_running, _flags) = (false, _flags | 1);
        }

        return _flags;
    }

    private void Do(uint command)
    {
        if (_running || command is not (0x11 or 0x22 or 0x33))
        {
            _flags |= _running ? 4u : 8u;
            return;
        }

        Assert.Equal(0u, _flags & 0xD); // else the old flags would be taken for this command's
        var page = (int)(Where / 512);
        if (command != 0x22 && (PageProt >> (page / 8) & 1) != 0)
        {
            _flags |= 4;
            return;
        }

        (_running, _flags) = (true, _flags | 2);
        var at = 0x1004_0000 + (Where * 4);
        _doneAt = Now + (IgnoresCommands ? TimeSpan.Zero : (command == 0x33 ? times.ProgramTypical : times.Erase[0].Typical) * Pace);
        if (IgnoresCommands)
        {
            return;
        }

        switch (command)
        {
            case 0x11:
                At(at, 2048).Fill(0xFF);
                break;
            case 0x22:
                Cells.AsSpan().Fill(0xFF);
                break;
            default:
                BitConverter.TryWriteBytes(At(at, 4), BitConverter.ToUInt32(At(at, 4)) & Data);
                break;
        }
    }
}
