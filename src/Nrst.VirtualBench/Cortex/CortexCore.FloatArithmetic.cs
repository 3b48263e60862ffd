namespace Nrst.VirtualBench.Cortex;

// FPv4-SP and FPv5-SP arithmetic, rounding to nearest; NaNs as the architecture propagates them.
internal sealed partial class CortexCore
{
    private const uint FPSCR_DN = 1 << 25, FPSCR_FZ = 1 << 24, FPSCR_IOC = 1, FPSCR_DZC = 2, FPSCR_OFC = 4, FPSCR_IXC = 16, FPSCR_IDC = 128;
    private const uint DefaultNaN = 0x7FC0_0000;

    private void FloatDataProcessing(uint hw1, uint hw2)
    {
        var d = Number(hw2 >> 12, hw1 >> 6 & 1, isDouble: false);
        var n = _s[Number(hw1 & 15, hw2 >> 7 & 1, isDouble: false)];
        var m = _s[Number(hw2 & 15, hw2 >> 5 & 1, isDouble: false)];
        var second = (hw2 & 0x40) != 0;
        switch (hw1 >> 4 & 0xB)
        {
            case 0: // VMLA, VMLS: two roundings
                var product = FloatMultiply(n, m);
                _s[d] = FloatAdd(_s[d], second ? Negated(product) : product);
                _cycles += 2;
                break;
            case 1: // VNMLS (0), VNMLA (1)
                var other = FloatMultiply(n, m);
                _s[d] = FloatAdd(Negated(_s[d]), second ? Negated(other) : other);
                _cycles += 2;
                break;
            case 2:
                var result = FloatMultiply(n, m);
                _s[d] = second ? Negated(result) : result;
                break;
            case 3:
                _s[d] = FloatAdd(n, second ? Negated(m) : m, negatedRight: second);
                break;
            case 8:
                RefuseIf(second);
                _s[d] = FloatDivide(n, m);
                _cycles += 13;
                break;
            case 9: // VFNMS (0), VFNMA (1)
                _s[d] = FloatFused(Negated(_s[d]), second ? Negated(n) : n, m);
                _cycles += 2;
                break;
            case 10:
                _s[d] = FloatFused(_s[d], second ? Negated(n) : n, m);
                _cycles += 2;
                break;
            default:
                FloatOther(hw1, hw2, d, m);
                break;
        }
    }

    private void FloatOther(uint hw1, uint hw2, uint d, uint m)
    {
        var op = hw1 & 15;
        var second = (hw2 & 0x80) != 0;
        if ((hw2 & 0x40) == 0)
        {
            RefuseIf((hw2 & 0xA0) != 0);
            var imm8 = op << 4 | hw2 & 15;
            _s[d] = (imm8 & 0x80) << 24 | ((imm8 & 0x40) != 0 ? 0x3E00_0000u : 0x4000_0000u) | (imm8 & 0x3F) << 19;
            return;
        }

        switch (op)
        {
            case 0:
                _s[d] = second ? m & 0x7FFF_FFFF : m;
                break;
            case 1 when !second:
                _s[d] = Negated(m);
                break;
            case 1:
                _s[d] = FloatSquareRoot(m);
                _cycles += 13;
                break;
            case 2 or 3:
                ConvertHalf(op == 3, second, d, m);
                break;
            case 4:
                FloatCompare(_s[d], m, second);
                break;
            case 5:
                RefuseIf((hw2 & 0x2F) != 0);
                FloatCompare(_s[d], 0, second);
                break;
            case 6 or 7 when traits.HasFpv5 && (op == 6 || !second):
                // VRINTR and VRINTX round as FPSCR says, VRINTZ towards zero; VRINTX tells of it.
                _s[d] = RoundToIntegral(m, second ? Rounding.TowardsZero : FpscrRounding, tells: op == 7);
                break;
            case 7 when traits.Float == FloatUnit.Double && second:
                SetDouble(DoubleNumber(hw2 >> 12, hw1 >> 6 & 1), ToDouble(m));
                break;
            case 8:
                _s[d] = BitConverter.SingleToUInt32Bits(second ? (float)(int)m : m);
                break;
            case 10 or 11 or 14 or 15:
                ConvertFixed(op, hw2, d);
                break;
            case 12 or 13:
                _s[d] = ToInteger(BitConverter.UInt32BitsToSingle(FlushInput(m)), signed: op == 13, second ? Rounding.TowardsZero : FpscrRounding, 0, 32);
                break;
            default:
                throw Undefined();
        }
    }

    private static uint Negated(uint value) => value ^ 0x8000_0000;

    private static bool IsNaN(uint value) => (value & 0x7FFF_FFFF) > 0x7F80_0000;

    private static bool IsSignalling(uint value) => IsNaN(value) && (value & 0x0040_0000) == 0;

    private uint FlushInput(uint value)
    {
        if ((_fpscr & FPSCR_FZ) == 0 || (value & 0x7F80_0000) != 0 || (value & 0x007F_FFFF) == 0)
        {
            return value;
        }

        _fpscr |= FPSCR_IDC;
        return value & 0x8000_0000;
    }

    /// <summary>The NaN an operation yields for NaN operands; false if there is none among them.</summary>
    private bool PropagateNaN(uint a, uint b, out uint result)
    {
        result = 0;
        if (!IsNaN(a) && !IsNaN(b))
        {
            return false;
        }

        _fpscr |= IsSignalling(a) || IsSignalling(b) ? FPSCR_IOC : 0;
        var chosen = IsSignalling(a) ? a : IsSignalling(b) ? b : IsNaN(a) ? a : b;
        result = (_fpscr & FPSCR_DN) != 0 ? DefaultNaN : chosen | 0x0040_0000;
        return true;
    }

    /// <summary>Raises what the exact result says about the rounded one, and replaces an invalid result by the default NaN.</summary>
    private uint Finish(float rounded, double exact)
    {
        if (float.IsNaN(rounded))
        {
            _fpscr |= FPSCR_IOC;
            return DefaultNaN;
        }

        _fpscr |= rounded != exact ? FPSCR_IXC : 0;
        _fpscr |= float.IsInfinity(rounded) && double.IsFinite(exact) ? FPSCR_OFC | FPSCR_IXC : 0;
        var bits = BitConverter.SingleToUInt32Bits(rounded);
        return (_fpscr & FPSCR_FZ) != 0 && (bits & 0x7F80_0000) == 0 ? bits & 0x8000_0000 : bits;
    }

    private uint FloatAdd(uint a, uint b, bool negatedRight = false)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        if (PropagateNaN(a, negatedRight && IsNaN(b) ? Negated(b) : b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b));
        return Finish(x + y, (double)x + y);
    }

    private uint FloatMultiply(uint a, uint b)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        if (PropagateNaN(a, b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b));
        return Finish(x * y, (double)x * y);
    }

    private uint FloatDivide(uint a, uint b)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        if (PropagateNaN(a, b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b));
        _fpscr |= y == 0 && float.IsFinite(x) && x != 0 ? FPSCR_DZC : 0;
        return Finish(x / y, (double)x / y);
    }

    private uint FloatSquareRoot(uint a)
    {
        a = FlushInput(a);
        if (PropagateNaN(a, 0, out var nan))
        {
            return nan;
        }

        var x = BitConverter.UInt32BitsToSingle(a);
        return Finish(MathF.Sqrt(x), Math.Sqrt(x));
    }

    private uint FloatFused(uint addend, uint a, uint b)
    {
        (addend, a, b) = (FlushInput(addend), FlushInput(a), FlushInput(b));
        var (x, y, z) = (BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b), BitConverter.UInt32BitsToSingle(addend));
        if (IsNaN(addend) && (IsSignalling(addend) || (!IsSignalling(a) && !IsSignalling(b))))
        {
            // Infinity times zero is invalid even beside a quiet NaN.
            if (!IsSignalling(addend) && ((float.IsInfinity(x) && y == 0) || (x == 0 && float.IsInfinity(y))))
            {
                _fpscr |= FPSCR_IOC;
                return DefaultNaN;
            }

            PropagateNaN(addend, 0, out var quiet);
            return quiet;
        }

        return PropagateNaN(a, b, out var nan) ? nan : Finish(MathF.FusedMultiplyAdd(x, y, z), Math.FusedMultiplyAdd(x, y, z));
    }

    private void FloatCompare(uint a, uint b, bool quietNaNsToo)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        uint flags;
        if (IsNaN(a) || IsNaN(b))
        {
            flags = 3;
            _fpscr |= quietNaNsToo || IsSignalling(a) || IsSignalling(b) ? FPSCR_IOC : 0;
        }
        else
        {
            var (x, y) = (BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b));
            flags = x == y ? 6u : x < y ? 8u : 2;
        }

        _fpscr = _fpscr & 0x0FFF_FFFF | flags << 28;
    }

    private uint ToInteger(double value, bool signed, Rounding rounding, int fractionBits, int bits)
    {
        if (double.IsNaN(value))
        {
            _fpscr |= FPSCR_IOC;
            return 0;
        }

        value = Math.ScaleB(value, fractionBits);
        var rounded = Round(value, rounding);
        var lowest = signed ? -Math.ScaleB(1, bits - 1) : 0;
        var highest = Math.ScaleB(1, signed ? bits - 1 : bits) - 1;
        var clamped = Math.Clamp(rounded, lowest, highest);
        _fpscr |= clamped != rounded ? FPSCR_IOC : rounded != value ? FPSCR_IXC : 0;
        return signed ? (uint)(int)clamped : (uint)clamped;
    }

    private void ConvertFixed(uint op, uint hw2, uint d)
    {
        var bits = (hw2 & 0x80) != 0 ? 32 : 16;
        var fraction = bits - (int)(hw2 << 1 & 0x1E | hw2 >> 5 & 1);
        RefuseIf(fraction < 0);
        var unsigned = (op & 1) != 0;
        if ((op & 4) != 0)
        {
            _s[d] = ToInteger(BitConverter.UInt32BitsToSingle(FlushInput(_s[d])), !unsigned, Rounding.TowardsZero, fraction, bits);
            return;
        }

        double value = (bits, unsigned) switch
        {
            (16, true) => (ushort)_s[d],
            (16, false) => (short)_s[d],
            (_, true) => _s[d],
            _ => (int)_s[d],
        };
        value = Math.ScaleB(value, -fraction);
        _s[d] = Finish((float)value, value);
    }

    private void ConvertHalf(bool toHalf, bool top, uint d, uint m)
    {
        var shift = top ? 16 : 0;
        if (toHalf)
        {
            uint half = BitConverter.HalfToUInt16Bits((Half)BitConverter.UInt32BitsToSingle(m));
            if (PropagateNaN(m, 0, out var nan))
            {
                half = nan >> 16 & 0x8000 | 0x7C00 | nan >> 13 & 0x3FF;
            }

            _s[d] = _s[d] & ~(0xFFFFu << shift) | half << shift;
            return;
        }

        var source = m >> shift & 0xFFFF;
        var isNaN = (source & 0x7FFF) > 0x7C00;
        var widened = isNaN
            ? (source & 0x8000) << 16 | 0x7F80_0000 | (source & 0x3FF) << 13
            : BitConverter.SingleToUInt32Bits((float)BitConverter.UInt16BitsToHalf((ushort)source));
        _s[d] = PropagateNaN(widened, 0, out var quiet) ? quiet : widened;
    }
}
