namespace Nrst.VirtualBench.Cortex;

// FPv4-SP: access check, loads, stores and moves between register banks.
internal sealed partial class CortexCore
{
    private const uint FPSCR_Writable = 0xF7C0_009F;

    private readonly uint[] _s = new uint[32];
    private uint _fpscr, _fpscrBefore;
    private uint _contextBeganAt = NothingFetched;

    private void Coprocessor(uint hw1, uint hw2)
    {
        var coprocessor = hw2 >> 8 & 15;
        var exists = coprocessor is 10 or 11 && traits.HasFloat;
        if (!exists || (hw1 & 0x300) == 0x300)
        {
            throw new CoreFaultException(UsageFault, exists ? CFSR_UNDEFINSTR : CFSR_NOCP)
            {
                Text = $"Coprocessor instruction {hw1:X4} {hw2:X4} at 0x{_pc:X8}: there is no coprocessor {coprocessor}",
            };
        }

        var computes = (hw1 & 0xEF00) == 0xEE00 && (hw2 & 0x10) == 0;
        RefuseIf((hw1 & 0x1000) != 0 && !(computes && traits.HasFpv5));
        RefuseIf(computes && coprocessor == 11 && traits.Float != FloatUnit.Double);
        RequireFloat();
        if ((hw1 & 0x1000) != 0)
        {
            FloatVersion5(hw1, hw2);
            return;
        }

        if ((hw1 & 0xFF00) == 0xEE00)
        {
            if ((hw2 & 0x10) != 0)
            {
                MoveOneFloat(hw1, hw2);
            }
            else if (coprocessor == 11)
            {
                DoubleDataProcessing(hw1, hw2);
            }
            else
            {
                FloatDataProcessing(hw1, hw2);
            }
        }
        else if ((hw1 & 0xFFE0) == 0xEC40)
        {
            MoveTwoFloats(hw1, hw2);
        }
        else
        {
            LoadStoreFloat(hw1, hw2);
        }
    }

    private void RequireFloat()
    {
        var access = _cpacr >> 20 & 3;
        if (access == 0 || (access == 1 && !IsPrivileged) || access == 2)
        {
            throw new CoreFaultException(UsageFault, CFSR_NOCP) { Text = $"Floating point at 0x{_pc:X8} while CPACR does not allow it" };
        }

        if ((_control & CONTROL_FPCA) == 0 && (_fpccr & 1u << 31) != 0)
        {
            _control |= CONTROL_FPCA;
            (_contextBeganAt, _fpscrBefore) = (_pc, _fpscr);
            _fpscr = _fpscr & ~0x07C0_0000u | _fpdscr;
        }
    }

    /// <summary>An undefined instruction does not begin a floating point context; where it turns out late to be one, this undoes it.</summary>
    private void ForgetContext()
    {
        if (_contextBeganAt == _pc)
        {
            _control &= ~CONTROL_FPCA;
            (_fpscr, _contextBeganAt) = (_fpscrBefore, NothingFetched);
        }
    }

    // A single's number is Vx:X, a double's (two singles) is X:Vx.
    private static uint Number(uint four, uint one, bool isDouble) => isDouble ? (four | one << 4) * 2 : four << 1 | one;

    private void LoadStoreFloat(uint hw1, uint hw2)
    {
        var isDouble = (hw2 & 0x100) != 0;
        var first = Number(hw2 >> 12, hw1 >> 6 & 1, isDouble);
        var n = hw1 & 15;
        var load = (hw1 & 0x10) != 0;
        var writeBack = (hw1 & 0x20) != 0;
        var up = (hw1 & 0x80) != 0;
        var before = (hw1 & 0x100) != 0;
        var offset = (hw2 & 0xFF) * 4;
        if (before && !writeBack)
        {
            var start = n == Pc ? _r[Pc] & ~3u : _r[n];
            TransferFloats(load, first, isDouble ? 2u : 1, up ? start + offset : start - offset);
            return;
        }

        var count = isDouble ? hw2 >> 1 & 0x7F : hw2 & 0xFF;
        count *= isDouble ? 2u : 1;
        RefuseIf(up == before || count == 0 || count > 32 || first + count > 32 || n == Pc);
        if (writeBack && before && n == Sp)
        {
            RequireStack(_r[n] - offset, _stackLimit);
        }

        TransferFloats(load, first, count, before ? _r[n] - offset : _r[n]);
        if (writeBack)
        {
            Set(n, up ? _r[n] + offset : _r[n] - offset);
        }
    }

    private void TransferFloats(bool load, uint first, uint count, uint address)
    {
        RequireWordAligned(address);
        for (uint i = 0; i < count; i++)
        {
            if (load)
            {
                _s[first + i & 31] = LoadAligned(address + i * 4, 4);
            }
            else
            {
                StoreAligned(address + i * 4, 4, _s[first + i & 31]);
            }
        }

        _cycles += (int)count;
    }

    private void MoveTwoFloats(uint hw1, uint hw2)
    {
        var isDouble = (hw2 & 0x100) != 0;
        var first = Number(hw2 & 15, hw2 >> 5 & 1, isDouble);
        var t = hw2 >> 12;
        var t2 = hw1 & 15;
        RefuseIf((hw2 & 0xD0) != 0x10 || first > 30);
        RefuseSpPc(t, t2);
        _cycles++;
        if ((hw1 & 0x10) != 0)
        {
            RefuseIf(t == t2);
            (_r[t], _r[t2]) = (_s[first], _s[first + 1]);
        }
        else
        {
            (_s[first], _s[first + 1]) = (_r[t], _r[t2]);
        }
    }

    private void MoveOneFloat(uint hw1, uint hw2)
    {
        var t = hw2 >> 12;
        var toCore = (hw1 & 0x10) != 0;
        var op = hw1 >> 5 & 7;
        if ((hw2 & 0x100) != 0)
        {
            // One word of a double: VMOV.32 Dd[x].
            RefuseIf(op > 1 || (hw2 & 0x60) != 0);
            RefuseSpPc(t);
            Transfer(Number(hw1 & 15, hw2 >> 7 & 1, isDouble: true) + op & 31, t, toCore);
            return;
        }

        switch (op)
        {
            case 0:
                RefuseSpPc(t);
                Transfer(Number(hw1 & 15, hw2 >> 7 & 1, isDouble: false), t, toCore);
                break;
            case 7 when toCore:
                MoveFromFloatSystem(hw1 & 15, t);
                break;
            case 7:
                RefuseSpPc(t);
                RefuseIf((hw1 & 15) != 1);
                _fpscr = _r[t] & FPSCR_Writable;
                break;
            default:
                throw Undefined();
        }
    }

    private void MoveFromFloatSystem(uint register, uint t)
    {
        RefuseIf(register != 1 || t == Sp);
        if (t != Pc)
        {
            _r[t] = _fpscr;
            return;
        }

        (_n, _z, _c, _v) = (_fpscr >> 31 != 0, (_fpscr >> 30 & 1) != 0, (_fpscr >> 29 & 1) != 0, (_fpscr >> 28 & 1) != 0);
    }

    private void Transfer(uint single, uint t, bool toCore)
    {
        if (toCore)
        {
            _r[t] = _s[single];
        }
        else
        {
            _s[single] = _r[t];
        }
    }
}
