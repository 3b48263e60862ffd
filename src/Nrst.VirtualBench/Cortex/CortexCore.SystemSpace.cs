using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Cortex;

// The private peripheral bus: who answers where, and the system control space.
internal sealed partial class CortexCore
{
    private const uint SCR_SLEEPONEXIT = 2, SCR_SEVONPEND = 16;
    private const uint CCR_NONBASETHRDENA = 1, CCR_USERSETMPEND = 2, CCR_UNALIGN_TRP = 8, CCR_DIV_0_TRP = 16, CCR_BFHFNMIGN = 256, CCR_STKALIGN = 512;
    private const uint SHCSR_MEMFAULTENA = 1 << 16, SHCSR_BUSFAULTENA = 1 << 17, SHCSR_USGFAULTENA = 1 << 18;
    private const uint CFSR_IACCVIOL = 1, CFSR_MMARVALID = 1 << 7, CFSR_IBUSERR = 1 << 8, CFSR_PRECISERR = 1 << 9, CFSR_UNSTKERR = 1 << 11,
        CFSR_STKERR = 1 << 12, CFSR_BFARVALID = 1 << 15, CFSR_UNDEFINSTR = 1 << 16, CFSR_INVSTATE = 1 << 17, CFSR_INVPC = 1 << 18,
        CFSR_NOCP = 1 << 19, CFSR_UNALIGNED = 1 << 24, CFSR_DIVBYZERO = 1 << 25;
    private const uint HFSR_VECTTBL = 2, HFSR_FORCED = 1 << 30, HFSR_DEBUGEVT = 1u << 31;

    private readonly Dictionary<uint, uint> _trace = []; // ITM, TPIU, ETM and MPU registers that only hold what was written
    private uint _vtor, _scr, _ccr, _shcsr, _cfsr, _hfsr, _mmfar, _bfar, _cpacr, _fpccr, _fpcar, _fpdscr;

    private void ResetSystemSpace()
    {
        (_vtor, _scr, _ccr, _shcsr, _cfsr, _hfsr, _cpacr, _fpcar, _fpdscr) = (VectorsAtReset, 0, CCR_STKALIGN, 0, 0, 0, 0, 0, 0);
        _fpccr = 0xC000_0000;
        foreach (var mpu in _trace.Keys.Where(key => key is >= 0xE000_ED90 and <= 0xE000_EDB8).ToArray())
        {
            _trace.Remove(mpu);
        }
    }

    /// <summary>Whether the core itself answers at an address; the rest of the private peripheral bus belongs to the chip.</summary>
    public bool Owns(uint address) => address >> 20 == 0xE00 && (address < 0xE004_2000 || address >= traits.RomTables);

    /// <summary>One naturally aligned read of the private peripheral bus, by the core or by the debugger.</summary>
    public BusStatus ReadPpb(uint address, int bytes, out uint value, bool debugger, long now)
    {
        value = 0;
        if (!debugger && !IsPrivileged && address is not (>= 0xE000_0000 and < 0xE000_0080))
        {
            return BusStatus.Error;
        }

        CatchUpIdle(debugger, now);
        var register = address & ~3u;
        if (ReadRegister(register, debugger) is not { } word)
        {
            return BusStatus.Error;
        }

        value = bytes == 4 ? word : word >> (int)(address & 3) * 8 & (bytes == 2 ? 0xFFFFu : 0xFF);
        return BusStatus.Ok;
    }

    /// <summary>One naturally aligned write to the private peripheral bus, by the core or by the debugger.</summary>
    public BusStatus WritePpb(uint address, int bytes, uint value, bool debugger, long now)
    {
        if (!debugger && !IsPrivileged && !(address == 0xE000_EF00 && (_ccr & CCR_USERSETMPEND) != 0) && address is not (>= 0xE000_0000 and < 0xE000_0080))
        {
            return BusStatus.Error;
        }

        CatchUpIdle(debugger, now);
        var register = address & ~3u;
        if (bytes != 4)
        {
            var shift = (int)(address & 3) * 8;
            var mask = (bytes == 2 ? 0xFFFFu : 0xFF) << shift;
            // CFSR clears what is written as one: its other bytes must see zeros.
            var rest = register is 0xE000_ED28 ? 0 : ReadRegister(register, debugger: false) ?? 0;
            value = rest & ~mask | value << shift & mask;
        }

        return WriteRegister(register, value, debugger) ? BusStatus.Ok : BusStatus.Error;
    }

    // A halted or sleeping core is looked at in the present even if nobody let it run up to now.
    private void CatchUpIdle(bool debugger, long now)
    {
        if (debugger && (_halted || _held))
        {
            CatchUp(now);
        }
    }

    private uint? ReadRegister(uint register, bool debugger) => register switch
    {
        >= 0xE000_0000 and < 0xE000_1000 => ReadItm(register),
        >= 0xE000_1000 and < 0xE000_2000 => _dwt.Read(register & 0xFFF, CycleCount) ?? ComponentIds.Read(ComponentIds.Dwt, register) ?? 0,
        >= 0xE000_2000 and < 0xE000_3000 => _fpb.Read(register & 0xFFF) ?? ComponentIds.Read(ComponentIds.Fpb, register) ?? 0,
        >= 0xE000_E000 and < 0xE000_F000 => ReadScs(register, debugger),
        >= 0xE004_0000 and < 0xE004_1000 => ReadTpiu(register),
        >= 0xE004_1000 and < 0xE004_2000 => ComponentIds.Read(ComponentIds.Etm, register) ?? _trace.GetValueOrDefault(register),
        >= 0xE00F_F000 => ComponentIds.ReadRomTable(register & 0xFFF),
        >= 0xE004_2000 => null,
        _ => 0,
    };

    private uint? ReadItm(uint register) => register switch
    {
        < 0xE000_0080 => 1, // the stimulus port's FIFO is ready
        0xE000_0FB4 => 1,   // no lock implemented as locked
        _ => ComponentIds.Read(ComponentIds.Itm, register) ?? _trace.GetValueOrDefault(register),
    };

    private uint? ReadTpiu(uint register) => register switch
    {
        0xE004_0000 => 0xF,
        0xE004_0300 => 8,
        0xE004_0FC8 => 0xCA1,
        0xE004_0FCC => 0x11,
        _ => ComponentIds.Read(ComponentIds.Tpiu, register) ?? _trace.GetValueOrDefault(register),
    };

    private bool WriteRegister(uint register, uint value, bool debugger)
    {
        switch (register)
        {
            case >= 0xE000_1000 and < 0xE000_2000:
                FreezeCounters();
                _dwt.Write(register & 0xFFF, value);
                ThawCounters();
                RearmWatching();
                return true;
            case >= 0xE000_2000 and < 0xE000_3000:
                _fpb.Write(register & 0xFFF, value);
                RearmWatching();
                return true;
            case >= 0xE000_E000 and < 0xE000_F000:
                WriteScs(register, value, debugger);
                return true;
            case >= 0xE004_2000:
                return register >= 0xE00F_F000;
            default:
                _trace[register] = value;
                return true;
        }
    }

    private uint ReadScs(uint register, bool debugger) => register switch
    {
        0xE000_E004 => (uint)Math.Max(0, (InterruptLines + 31) / 32 - 1),
        0xE000_E010 => _sysTick.ReadControl(clears: true),
        0xE000_E014 => _sysTick.Reload,
        0xE000_E018 => _sysTick.Value(NowPicoseconds, _cyclePicoseconds),
        0xE000_E01C => 0x4000_0000,
        >= 0xE000_E100 and < 0xE000_E500 => ReadNvic(register),
        0xE000_ED00 => 0x410F_C241,
        0xE000_ED04 => Icsr(),
        0xE000_ED08 => _vtor,
        0xE000_ED0C => 0xFA05_0000 | (uint)_nvic.Grouping << 8,
        0xE000_ED10 => _scr,
        0xE000_ED14 => _ccr,
        >= 0xE000_ED18 and <= 0xE000_ED20 => Priorities((int)(register - 0xE000_ED18) + 4),
        0xE000_ED24 => Shcsr(),
        0xE000_ED28 => _cfsr,
        0xE000_ED2C => _hfsr,
        0xE000_ED30 => _dfsr,
        0xE000_ED34 => _mmfar,
        0xE000_ED38 => _bfar,
        >= 0xE000_ED40 and <= 0xE000_ED7C => ComponentIds.Feature(register),
        0xE000_ED88 => _cpacr,
        0xE000_ED90 => 0x800,
        >= 0xE000_ED94 and <= 0xE000_EDB8 => _trace.GetValueOrDefault(register),
        0xE000_EDF0 => ReadDhcsr(debugger),
        0xE000_EDF8 => _dcrdr,
        0xE000_EDFC => _demcr,
        0xE000_EF34 => _fpccr,
        0xE000_EF38 => _fpcar,
        0xE000_EF3C => _fpdscr,
        0xE000_EF40 => 0x1011_0021,
        0xE000_EF44 => 0x1100_0011,
        _ => ComponentIds.Read(ComponentIds.Scs, register) ?? 0,
    };

    private void WriteScs(uint register, uint value, bool debugger)
    {
        switch (register)
        {
            case 0xE000_E010 or 0xE000_E014 or 0xE000_E018:
                WriteSysTick(register, value);
                break;
            case >= 0xE000_E100 and < 0xE000_E500:
                WriteNvic(register, value);
                break;
            case 0xE000_ED04:
                WriteIcsr(value);
                break;
            case 0xE000_ED08:
                _vtor = value & 0xFFFF_FF80;
                break;
            case 0xE000_ED0C:
                WriteAircr(value);
                break;
            case 0xE000_ED10:
                _scr = value & 0x16;
                break;
            case 0xE000_ED14:
                _ccr = value & 0x31B;
                break;
            case >= 0xE000_ED18 and <= 0xE000_ED20:
                SetPriorities((int)(register - 0xE000_ED18) + 4, value);
                break;
            case 0xE000_ED24:
                WriteShcsr(value);
                break;
            case 0xE000_ED28:
                _cfsr &= ~value;
                break;
            case 0xE000_ED2C:
                _hfsr &= ~value;
                break;
            case 0xE000_ED30:
                _dfsr &= ~value;
                break;
            case 0xE000_ED34:
                _mmfar = value;
                break;
            case 0xE000_ED38:
                _bfar = value;
                break;
            case 0xE000_ED88:
                _cpacr = value & 0x00F0_0000;
                break;
            case >= 0xE000_ED94 and <= 0xE000_EDB8:
                _trace[register] = value;
                break;
            case 0xE000_EDF0:
                WriteDhcsr(value, debugger);
                break;
            case 0xE000_EDF4:
                WriteDcrsr(value);
                break;
            case 0xE000_EDF8:
                _dcrdr = value;
                break;
            case 0xE000_EDFC:
                WriteDemcr(value);
                break;
            case 0xE000_EF00:
                Pend(16 + (int)(value & 0x1FF) % InterruptLines);
                break;
            case 0xE000_EF34:
                _fpccr = value & 0xC000_017B;
                break;
            case 0xE000_EF38:
                _fpcar = value & ~7u;
                break;
            case 0xE000_EF3C:
                _fpdscr = value & 0x07C0_0000;
                break;
        }
    }
}
