using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Stm32F4;

/// <summary>DBGMCU at 0xE004_2000. A system reset leaves it alone; only the loss of power clears it.</summary>
internal sealed class DebugMcu(Device device, ushort revision)
{
    private uint cr;
    private uint apb1Fz;
    private uint apb2Fz;

    /// <summary>The timers and watchdogs on APB1 that stand still while the core is halted.</summary>
    public uint Apb1Freeze => apb1Fz;

    public uint Apb2Freeze => apb2Fz;

    public uint Read(uint offset, long now) => offset switch
    {
        0x00 => (uint)revision << 16 | device.DeviceId,
        0x04 => cr,
        0x08 => apb1Fz,
        0x0C => apb2Fz,
        _ => 0,
    };

    public void Write(uint offset, uint value, uint mask, long now)
    {
        switch (offset)
        {
            case 0x04:
                cr = ((cr & ~mask) | (value & mask)) & 0xE7;
                break;
            case 0x08:
                apb1Fz = (apb1Fz & ~mask) | (value & mask);
                break;
            case 0x0C:
                apb2Fz = (apb2Fz & ~mask) | (value & mask);
                break;
        }
    }

    public void PowerOn() => (cr, apb1Fz, apb2Fz) = (0, 0, 0);
}
