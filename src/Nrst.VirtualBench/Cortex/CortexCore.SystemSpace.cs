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
        CFSR_NOCP = 1 << 19, CFSR_STKOF = 1 << 20, CFSR_UNALIGNED = 1 << 24, CFSR_DIVBYZERO = 1 << 25;
    private const uint HFSR_VECTTBL = 2, HFSR_FORCED = 1 << 30, HFSR_DEBUGEVT = 1u << 31;

    private readonly Dictionary<uint, uint> _trace = []; // ITM, TPIU, ETM, MPU, cache and TCM registers that only hold what was written
    private readonly ComponentIds _ids = new(traits);
    private uint _vtor, _scr, _ccr, _shcsr, _cfsr, _hfsr, _mmfar, _bfar, _cpacr, _fpccr, _fpcar, _fpdscr;

    private void ResetSystemSpace()
    {
        (_vtor, _scr, _ccr, _shcsr, _cfsr, _hfsr, _cpacr, _fpcar, _fpdscr) = (VectorsAtReset, 0, traits.Ccr, 0, 0, 0, 0, 0, 0);
        _fpccr = traits.HasFloat ? 0xC000_0000 : 0;
        _cacheSelected = 0;
        foreach (var mpu in _trace.Keys.Where(key => key is >= 0xE000_ED90 and <= 0xE000_EDC4 or >= 0xE000_EF50 and < 0xE000_F000).ToArray())
        {
            _trace.Remove(mpu);
        }
    }

    /// <summary>Whether the core itself answers at an address; the rest of the private peripheral bus belongs to the chip.</summary>
    public bool Owns(uint address) => address >> 20 == 0xE00 ? address < 0xE004_2000 || address >= traits.RomTables : address >> 12 == traits.AhbApBase >> 12;

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
        _debugTime = debugger ? now : _debugTime;
        if (debugger && (_halted || _held))
        {
            CatchUp(now);
        }
    }

    private uint? ReadRegister(uint register, bool debugger) => register switch
    {
        >= 0xE000_1000 and < 0xE000_2000 => _dwt.Read(register & 0xFFF, CycleCount, _halted ? uint.MaxValue : _pc) ?? _ids.Read(register) ?? 0,
        >= 0xE000_2000 and < 0xE000_3000 => _fpb.Read(register & 0xFFF) ?? _ids.Read(register) ?? 0,
        >= 0xE000_E000 and < 0xE000_F000 => ReadScs(register, debugger),
        >= 0xE00F_D000 when register >= traits.RomTables => _ids.ReadRomTable(register),
        >= 0xE004_2000 => null,
        _ when !traits.HasTrace => 0,
        < 0xE000_1000 => ReadItm(register),
        >= 0xE004_0000 and < 0xE004_1000 => ReadTpiu(register),
        >= 0xE004_1000 => _ids.Read(register) ?? _trace.GetValueOrDefault(register),
        _ => 0,
    };

    private uint? ReadItm(uint register) => register switch
    {
        < 0xE000_0080 => 1, // the stimulus port's FIFO is ready
        0xE000_0FB4 => 1,   // no lock implemented as locked
        0xE000_0FBC when traits.HasV8 => 0x4770_1A01,
        _ => _ids.Read(register) ?? _trace.GetValueOrDefault(register),
    };

    private uint? ReadTpiu(uint register) => register switch
    {
        0xE004_0000 => 0xF,
        0xE004_0300 => 8,
        0xE004_0FC8 => 0xCA1,
        0xE004_0FCC => 0x11,
        _ => _ids.Read(register) ?? _trace.GetValueOrDefault(register),
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
                return register >= traits.RomTables;
            default:
                _trace[register] = traits.HasTrace ? value : 0;
                return true;
        }
    }

    private uint ReadScs(uint register, bool debugger) => register switch
    {
        0xE000_E004 => !traits.HasThumb2 ? 0 : (uint)Math.Max(0, (InterruptLines + 31) / 32 - 1),
        0xE000_E010 => _sysTick.ReadControl(clears: true),
        0xE000_E014 => _sysTick.Reload,
        0xE000_E018 => _sysTick.Value(NowPicoseconds, _cyclePicoseconds),
        0xE000_E01C => 0x4000_0000,
        >= 0xE000_E100 and < 0xE000_E500 => ReadNvic(register),
        0xE000_ED00 => traits.Cpuid,
        0xE000_ED04 => Icsr(),
        0xE000_ED08 => _vtor,
        0xE000_ED0C => 0xFA05_0000 | (uint)_nvic.Grouping << 8,
        0xE000_ED10 => _scr,
        0xE000_ED14 => _ccr,
        >= 0xE000_ED18 and <= 0xE000_ED20 => Priorities((int)(register - 0xE000_ED18) + 4),
        0xE000_ED30 => _dfsr,
        0xE000_EDF0 => ReadDhcsr(debugger),
        0xE000_EDF8 => _dcrdr,
        0xE000_EDFC => _demcr,
        0xE000_ED90 => (uint)traits.MpuRegions << 8,
        >= 0xE000_ED94 and <= 0xE000_EDC4 => _trace.GetValueOrDefault(register),
        0xE000_ED24 => traits.HasFaultRegisters ? Shcsr() : Shcsr() & 1 << 15,
        _ when !traits.HasThumb2 => _ids.Read(register) ?? 0,
        0xE000_ED28 => _cfsr,
        0xE000_ED2C => _hfsr,
        0xE000_ED34 => _mmfar,
        0xE000_ED38 => _bfar,
        >= 0xE000_ED78 and <= 0xE000_ED84 => ReadCacheGeometry(register),
        >= 0xE000_ED40 and < 0xE000_ED78 => traits.Features[(int)(register - 0xE000_ED40 >> 2)],
        0xE000_ED88 => _cpacr,
        0xE000_EF34 => _fpccr,
        0xE000_EF38 => _fpcar,
        0xE000_EF3C => _fpdscr,
        >= 0xE000_EF40 and <= 0xE000_EF48 => traits.FloatFeatures[(int)(register - 0xE000_EF40 >> 2)],
        >= 0xE000_EF90 and < 0xE000_EFD0 when traits.HasCaches => _trace.GetValueOrDefault(register),
        0xE000_EFB8 when traits.HasV8 => 0xF, // DAUTHSTATUS: all debugging is allowed
        0xE000_EFBC when traits.HasV8 => 0x4770_2A04,
        _ => _ids.Read(register) ?? 0,
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
                _vtor = value & traits.VtorBits;
                break;
            case 0xE000_ED0C:
                WriteAircr(value);
                break;
            case 0xE000_ED10:
                _scr = value & 0x16;
                break;
            case 0xE000_ED14:
                _ccr = value & traits.CcrWritable | traits.Ccr & ~traits.CcrWritable;
                break;
            case >= 0xE000_ED18 and <= 0xE000_ED20:
                SetPriorities((int)(register - 0xE000_ED18) + 4, value);
                break;
            case 0xE000_ED30:
                _dfsr &= ~value;
                break;
            case >= 0xE000_ED94 and <= 0xE000_EDC4:
                _trace[register] = traits.MpuRegions == 0 ? 0 : value;
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
            case var _ when !traits.HasThumb2:
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
            case 0xE000_ED34:
                _mmfar = value;
                break;
            case 0xE000_ED38:
                _bfar = value;
                break;
            case 0xE000_ED88:
                _cpacr = traits.HasFloat ? value & 0x00F0_0000 : 0;
                break;
            case 0xE000_ED84:
                _cacheSelected = value & 0xF;
                break;
            case 0xE000_EF00:
                Pend(16 + (int)(value & 0x1FF) % InterruptLines);
                break;
            case >= 0xE000_EF34 and < 0xE000_EF40 when !traits.HasFloat:
                break;
            case >= 0xE000_EF90 and < 0xE000_EFD0:
                _trace[register] = value;
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

    private uint _cacheSelected;

    // CLIDR, CTR, CCSIDR and CSSELR. The caches themselves are not modelled: maintenance is accepted and nothing is ever stale.
    private uint ReadCacheGeometry(uint register)
    {
        if (!traits.HasCaches)
        {
            return register == 0xE000_ED7C && traits.HasV8 ? 0x8000_C000u : 0;
        }

        // Lines of 32 bytes; CSSELR.InD picks the two-way instruction cache, else it is the four-way data cache.
        var ways = _cacheSelected == 1 ? 2u : 4;
        var sets = (uint)traits.CacheKilobytes * 1024 / 32 / ways;
        return register switch
        {
            0xE000_ED78 => 0x0900_0003,
            0xE000_ED7C => 0x8303_C003,
            0xE000_ED80 => _cacheSelected > 1 ? 0 : 0xF000_0001 | sets - 1 << 13 | ways - 1 << 3,
            _ => _cacheSelected,
        };
    }
}
