namespace Nrst.VirtualBench.Cortex;

// 32-bit Thumb instruction encoding: the first level of decoding, branches and miscellaneous control.
internal sealed partial class CortexCore
{
    private readonly bool _thumb2 = traits.HasThumb2;
    private readonly bool _dsp = traits.HasDsp;

    // All that ARMv6-M has of it: BL, MSR, MRS and the barriers.
    private static bool IsInArmv6M(uint hw1, uint hw2) =>
        ((hw1 & 0xF800) == 0xF000 && (hw2 & 0xD000) == 0xD000)
        || ((hw1 & 0xFFE0) is 0xF380 or 0xF3E0 && (hw2 & 0xD000) == 0x8000)
        || ((hw1 & 0xFFF0) == 0xF3B0 && (hw2 & 0xD0F0) is 0x8040 or 0x8050 or 0x8060);

    private void Execute32(uint hw1, uint hw2)
    {
        RefuseIf(!_thumb2 && !IsInArmv6M(hw1, hw2));
        switch (hw1 >> 9 & 0xF)
        {
            case 4: // 1110 100x
                if ((hw1 & 0x40) == 0)
                {
                    LoadStoreMultiple32(hw1, hw2);
                }
                else
                {
                    LoadStoreDualOrExclusive(hw1, hw2);
                }

                break;
            case 5:
                DataProcessingShiftedRegister(hw1, hw2);
                break;
            case 8 or 10 when (hw2 & 0x8000) == 0: // 1111 0x0x
                DataProcessingModifiedImmediate(hw1, hw2);
                break;
            case 9 or 11 when (hw2 & 0x8000) == 0:
                DataProcessingPlainImmediate(hw1, hw2);
                break;
            case 8 or 9 or 10 or 11:
                BranchOrControl(hw1, hw2);
                break;
            case 12: // 1111 100x
                LoadStoreSingle(hw1, hw2);
                break;
            case 13 when (hw1 & 0x100) == 0:
                DataProcessingRegister(hw1, hw2);
                break;
            case 13 when (hw1 & 0x80) == 0:
                Multiply(hw1, hw2);
                break;
            case 13:
                LongMultiply(hw1, hw2);
                break;
            default:
                Coprocessor(hw1, hw2);
                break;
        }
    }

    private void BranchOrControl(uint hw1, uint hw2)
    {
        var sign = hw1 >> 10 & 1;
        var j1 = hw2 >> 13 & 1;
        var j2 = hw2 >> 11 & 1;
        if ((hw2 & 0x1000) != 0)
        {
            var i1 = ~(j1 ^ sign) & 1;
            var i2 = ~(j2 ^ sign) & 1;
            var offset = SignExtend(sign << 24 | i1 << 23 | i2 << 22 | (hw1 & 0x3FF) << 12 | (hw2 & 0x7FF) << 1, 25);
            if ((hw2 & 0x4000) != 0)
            {
                _r[Lr] = _next | 1;
            }

            Branch(_r[Pc] + offset);
            return;
        }

        if ((hw2 & 0x4000) != 0)
        {
            throw Undefined(); // BLX to ARM code
        }

        var condition = hw1 >> 6 & 15;
        if (condition < 14)
        {
            RefuseIf(_inIt);
            if (Condition(condition))
            {
                Branch(_r[Pc] + SignExtend(sign << 20 | j2 << 19 | j1 << 18 | (hw1 & 0x3F) << 12 | (hw2 & 0x7FF) << 1, 21));
            }

            return;
        }

        switch (hw1 >> 4 & 0x7F)
        {
            case 0x38 or 0x39:
                MoveToSpecial(hw2 & 0xFF, hw2 >> 10 & 3, hw1 & 15);
                break;
            case 0x3A:
                RefuseIf((hw2 & 0x700) != 0);
                Hint32(hw2 & 0xFF);
                break;
            case 0x3B:
                switch (hw2 >> 4 & 15)
                {
                    case 2:
                        _exclusive = NothingFetched;
                        break;
                    case 4 or 5 or 6:
                        _cycles++;
                        break;
                    default:
                        throw Undefined();
                }

                break;
            case 0x3E or 0x3F:
                RefuseSpPc(hw2 >> 8 & 15);
                _r[hw2 >> 8 & 15] = MoveFromSpecial(hw2 & 0xFF);
                _cycles++;
                break;
            default:
                throw Undefined();
        }
    }

    private void Hint32(uint operation)
    {
        if (operation < 5)
        {
            Hint(operation);
        }
    }

    private void Hint(uint operation)
    {
        switch (operation)
        {
            case 2 when !_event: // WFE
                (_sleeping, _sleepingForEvent, _attention) = (true, true, true);
                break;
            case 2:
                _event = false;
                break;
            case 3: // WFI
                (_sleeping, _sleepingForEvent, _attention) = (true, false, true);
                break;
            case 4: // SEV
                _event = true;
                break;
        }
    }

    private void ChangeProcessorState(bool disable, uint which)
    {
        RefuseIf(which == 0 || _inIt || (!traits.HasBasepri && which != 2));
        if (!IsPrivileged)
        {
            return;
        }

        if ((which & 2) != 0)
        {
            _primask = disable;
        }

        if ((which & 1) != 0 && (!disable || ExecutionPriority > -1))
        {
            _faultmask = disable;
        }

        _attention = true;
    }

    private uint MoveFromSpecial(uint register) => register switch
    {
        < 8 => ((register & 4) == 0 ? Apsr : 0) | ((register & 1) != 0 && IsPrivileged ? _ipsr : 0),
        8 when IsPrivileged => MSP,
        9 when IsPrivileged => PSP,
        10 when traits.HasV8 => IsPrivileged ? _msplim : 0,
        11 when traits.HasV8 => IsPrivileged ? _psplim : 0,
        16 when IsPrivileged => _primask ? 1u : 0,
        17 or 18 when IsPrivileged && traits.HasBasepri => _basepri,
        19 when IsPrivileged && traits.HasBasepri => _faultmask ? 1u : 0,
        20 => _control,
        8 or 9 or 16 => 0,
        17 or 18 or 19 when traits.HasBasepri => 0,
        _ => throw Undefined(),
    };

    private void MoveToSpecial(uint register, uint mask, uint n)
    {
        RefuseSpPc(n);
        var value = _r[n];
        if (register < 8)
        {
            if ((register & 4) == 0)
            {
                var keep = Apsr;
                RefuseIf(mask != 2 && !_dsp);
                Apsr = ((mask & 2) != 0 ? value & 0xF800_0000 : keep & 0xF800_0000) | ((mask & 1) != 0 ? value & 0xF_0000 : keep & 0xF_0000);
            }

            return;
        }

        RefuseIf(register is 17 or 18 or 19 && !traits.HasBasepri);
        if (!IsPrivileged)
        {
            return;
        }

        switch (register)
        {
            case 8:
                RequireStack(value, _msplim);
                MSP = value;
                break;
            case 9:
                RequireStack(value, _psplim);
                PSP = value;
                break;
            case 10 when traits.HasV8:
                MSPLIM = value;
                break;
            case 11 when traits.HasV8:
                PSPLIM = value;
                break;
            case 16:
                _primask = (value & 1) != 0;
                break;
            case 17:
                _basepri = value & _priorityMask;
                break;
            case 18:
                value &= _priorityMask;
                if (value != 0 && (value < _basepri || _basepri == 0))
                {
                    _basepri = value;
                }

                break;
            case 19:
                if (ExecutionPriority > -1 || (value & 1) == 0)
                {
                    _faultmask = (value & 1) != 0;
                }

                break;
            case 20:
                // SPSEL belongs to Thread mode.
                value &= _controlBits;
                _control = _ipsr == 0 ? value : value & 5 | _control & 2;
                SelectStack();
                break;
            default:
                throw Undefined();
        }

        _attention = true;
    }
}
