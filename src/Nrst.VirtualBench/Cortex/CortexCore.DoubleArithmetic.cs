namespace Nrst.VirtualBench.Cortex;

// FPv5-D16: double precision data processing, rounding to nearest.
internal sealed partial class CortexCore
{
    private const ulong DoubleSign = 1UL << 63, DoubleExponent = 0x7FFUL << 52, DoubleQuiet = 1UL << 51;
    private const ulong DoubleDefaultNaN = DoubleExponent | DoubleQuiet;

    private ulong GetDouble(uint number) => _s[number * 2] | (ulong)_s[number * 2 + 1] << 32;

    private void SetDouble(uint number, ulong value) => (_s[number * 2], _s[number * 2 + 1]) = ((uint)value, (uint)(value >> 32));

    // X:Vx; there are sixteen.
    private uint DoubleNumber(uint four, uint one)
    {
        RefuseIf(one != 0);
        return four;
    }

    private void DoubleDataProcessing(uint hw1, uint hw2)
    {
        if ((hw1 & 0xB0) == 0xB0)
        {
            DoubleOther(hw1, hw2);
            return;
        }

        var d = DoubleNumber(hw2 >> 12, hw1 >> 6 & 1);
        var n = GetDouble(DoubleNumber(hw1 & 15, hw2 >> 7 & 1));
        var m = GetDouble(DoubleNumber(hw2 & 15, hw2 >> 5 & 1));
        var second = (hw2 & 0x40) != 0 ? DoubleSign : 0;
        _cycles += 2;
        switch (hw1 >> 4 & 0xB)
        {
            case 0: // VMLA, VMLS: two roundings
                SetDouble(d, DoubleAdd(GetDouble(d), DoubleMultiply(n, m) ^ second));
                break;
            case 1: // VNMLS (0), VNMLA (1)
                SetDouble(d, DoubleAdd(GetDouble(d) ^ DoubleSign, DoubleMultiply(n, m) ^ second));
                break;
            case 2:
                SetDouble(d, DoubleMultiply(n, m) ^ second);
                break;
            case 3:
                SetDouble(d, DoubleAdd(n, m ^ second, negatedRight: second != 0));
                break;
            case 8:
                RefuseIf(second != 0);
                SetDouble(d, DoubleDivide(n, m));
                _cycles += 26;
                break;
            case 9: // VFNMS (0), VFNMA (1)
                SetDouble(d, DoubleFused(GetDouble(d) ^ DoubleSign, n ^ second, m));
                break;
            default:
                SetDouble(d, DoubleFused(GetDouble(d), n ^ second, m));
                break;
        }
    }

    private void DoubleOther(uint hw1, uint hw2)
    {
        var op = hw1 & 15;
        var second = (hw2 & 0x80) != 0;
        if ((hw2 & 0x40) == 0)
        {
            RefuseIf((hw2 & 0xA0) != 0);
            var imm8 = op << 4 | hw2 & 15;
            var high = (imm8 & 0x80) << 24 | ((imm8 & 0x40) != 0 ? 0x3FC0_0000u : 0x4000_0000u) | (imm8 & 0x3F) << 16;
            SetDouble(DoubleNumber(hw2 >> 12, hw1 >> 6 & 1), (ulong)high << 32);
            return;
        }

        if (op is 2 or 3 or 8 or >= 10 || (op == 7 && second))
        {
            ConvertDouble(op, hw1, hw2);
            return;
        }

        var d = DoubleNumber(hw2 >> 12, hw1 >> 6 & 1);
        var m = GetDouble(DoubleNumber(hw2 & 15, hw2 >> 5 & 1));
        switch (op)
        {
            case 0:
                SetDouble(d, second ? m & ~DoubleSign : m);
                break;
            case 1:
                SetDouble(d, second ? DoubleSquareRoot(m) : m ^ DoubleSign);
                break;
            case 4:
                DoubleCompare(GetDouble(d), m, second);
                break;
            case 5:
                RefuseIf((hw2 & 0x2F) != 0);
                DoubleCompare(GetDouble(d), 0, second);
                break;
            case 6 or 7:
                SetDouble(d, RoundToIntegral(m, second ? Rounding.TowardsZero : FpscrRounding, tells: op == 7));
                break;
            default:
                throw Undefined();
        }
    }

    private void ConvertDouble(uint op, uint hw1, uint hw2)
    {
        var second = (hw2 & 0x80) != 0;
        var singleD = Number(hw2 >> 12, hw1 >> 6 & 1, isDouble: false);
        var singleM = _s[Number(hw2 & 15, hw2 >> 5 & 1, isDouble: false)];
        switch (op)
        {
            case 2: // VCVTB, VCVTT from half
                SetDouble(DoubleNumber(hw2 >> 12, hw1 >> 6 & 1), FromHalf(singleM >> (second ? 16 : 0) & 0xFFFF));
                break;
            case 3:
                var shift = second ? 16 : 0;
                _s[singleD] = _s[singleD] & ~(0xFFFFu << shift) | ToHalf(GetDouble(DoubleNumber(hw2 & 15, hw2 >> 5 & 1))) << shift;
                break;
            case 7:
                _s[singleD] = ToSingle(GetDouble(DoubleNumber(hw2 & 15, hw2 >> 5 & 1)));
                break;
            case 8:
                SetDouble(DoubleNumber(hw2 >> 12, hw1 >> 6 & 1), BitConverter.DoubleToUInt64Bits(second ? (int)singleM : singleM));
                break;
            case 12 or 13:
                var source = FlushInput(GetDouble(DoubleNumber(hw2 & 15, hw2 >> 5 & 1)));
                _s[singleD] = ToInteger(BitConverter.UInt64BitsToDouble(source), op == 13, second ? Rounding.TowardsZero : FpscrRounding, 0, 32);
                break;
            default:
                ConvertFixedDouble(op, hw2, DoubleNumber(hw2 >> 12, hw1 >> 6 & 1));
                break;
        }
    }

    private void ConvertFixedDouble(uint op, uint hw2, uint d)
    {
        var bits = (hw2 & 0x80) != 0 ? 32 : 16;
        var fraction = bits - (int)(hw2 << 1 & 0x1E | hw2 >> 5 & 1);
        RefuseIf(fraction < 0);
        var isUnsigned = (op & 1) != 0;
        var value = GetDouble(d);
        if ((op & 4) != 0)
        {
            var result = ToInteger(BitConverter.UInt64BitsToDouble(FlushInput(value)), !isUnsigned, Rounding.TowardsZero, fraction, bits);
            SetDouble(d, isUnsigned ? result : (ulong)(int)result);
            return;
        }

        double integer = (bits, isUnsigned) switch
        {
            (16, true) => (ushort)value,
            (16, false) => (short)value,
            (_, true) => (uint)value,
            _ => (int)value,
        };
        SetDouble(d, BitConverter.DoubleToUInt64Bits(Math.ScaleB(integer, -fraction)));
    }

    private static bool IsNaN(ulong value) => (value & ~DoubleSign) > DoubleExponent;

    private static bool IsSignalling(ulong value) => IsNaN(value) && (value & DoubleQuiet) == 0;

    private ulong FlushInput(ulong value)
    {
        if ((_fpscr & FPSCR_FZ) == 0 || (value & DoubleExponent) != 0 || (value & ~DoubleSign) == 0)
        {
            return value;
        }

        _fpscr |= FPSCR_IDC;
        return value & DoubleSign;
    }

    private bool PropagateNaN(ulong a, ulong b, out ulong result)
    {
        result = 0;
        if (!IsNaN(a) && !IsNaN(b))
        {
            return false;
        }

        _fpscr |= IsSignalling(a) || IsSignalling(b) ? FPSCR_IOC : 0;
        var chosen = IsSignalling(a) ? a : IsSignalling(b) ? b : IsNaN(a) ? a : b;
        result = (_fpscr & FPSCR_DN) != 0 ? DoubleDefaultNaN : chosen | DoubleQuiet;
        return true;
    }

    /// <param name="inexact">Whether something was rounded off, as far as it can be told.</param>
    private ulong Finish(double rounded, bool inexact, bool overflows)
    {
        if (double.IsNaN(rounded))
        {
            _fpscr |= FPSCR_IOC;
            return DoubleDefaultNaN;
        }

        _fpscr |= inexact ? FPSCR_IXC : 0;
        _fpscr |= overflows && double.IsInfinity(rounded) ? FPSCR_OFC | FPSCR_IXC : 0;
        var bits = BitConverter.DoubleToUInt64Bits(rounded);
        return (_fpscr & FPSCR_FZ) != 0 && (bits & DoubleExponent) == 0 ? bits & DoubleSign : bits;
    }

    private ulong DoubleAdd(ulong a, ulong b, bool negatedRight = false)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        if (PropagateNaN(a, negatedRight && IsNaN(b) ? b ^ DoubleSign : b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b));
        var sum = x + y;
        var part = sum - x;
        return Finish(sum, double.IsFinite(sum) && (x - (sum - part) != 0 || y - part != 0), double.IsFinite(x) && double.IsFinite(y));
    }

    private ulong DoubleMultiply(ulong a, ulong b)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        if (PropagateNaN(a, b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b));
        var product = x * y;
        return Finish(product, double.IsFinite(product) && Math.FusedMultiplyAdd(x, y, -product) != 0, double.IsFinite(x) && double.IsFinite(y));
    }

    private ulong DoubleDivide(ulong a, ulong b)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        if (PropagateNaN(a, b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b));
        _fpscr |= y == 0 && double.IsFinite(x) && x != 0 ? FPSCR_DZC : 0;
        var quotient = x / y;
        return Finish(quotient, double.IsFinite(quotient) && double.IsFinite(y) && Math.FusedMultiplyAdd(quotient, y, -x) != 0, y != 0 && double.IsFinite(x));
    }

    private ulong DoubleSquareRoot(ulong a)
    {
        a = FlushInput(a);
        if (PropagateNaN(a, 0, out var nan))
        {
            return nan;
        }

        var x = BitConverter.UInt64BitsToDouble(a);
        var root = Math.Sqrt(x);
        _cycles += 26;
        return Finish(root, double.IsFinite(root) && Math.FusedMultiplyAdd(root, root, -x) != 0, overflows: false);
    }

    private ulong DoubleFused(ulong addend, ulong a, ulong b)
    {
        (addend, a, b) = (FlushInput(addend), FlushInput(a), FlushInput(b));
        var (x, y, z) = (BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b), BitConverter.UInt64BitsToDouble(addend));
        if (IsNaN(addend) && (IsSignalling(addend) || (!IsSignalling(a) && !IsSignalling(b))))
        {
            // Infinity times zero is invalid even beside a quiet NaN.
            if (!IsSignalling(addend) && ((double.IsInfinity(x) && y == 0) || (x == 0 && double.IsInfinity(y))))
            {
                _fpscr |= FPSCR_IOC;
                return DoubleDefaultNaN;
            }

            PropagateNaN(addend, 0, out var quiet);
            return quiet;
        }

        return PropagateNaN(a, b, out var nan) ? nan
            : Finish(Math.FusedMultiplyAdd(x, y, z), inexact: false, double.IsFinite(x) && double.IsFinite(y) && double.IsFinite(z));
    }

    private void DoubleCompare(ulong a, ulong b, bool quietNaNsToo)
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
            var (x, y) = (BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b));
            flags = x == y ? 6u : x < y ? 8u : 2;
        }

        _fpscr = _fpscr & 0x0FFF_FFFF | flags << 28;
    }

    private ulong Extreme(ulong a, ulong b, bool smaller)
    {
        (a, b) = (FlushInput(a), FlushInput(b));
        if (IsNaN(a) != IsNaN(b) && !IsSignalling(a) && !IsSignalling(b))
        {
            return IsNaN(a) ? b : a;
        }

        if (PropagateNaN(a, b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt64BitsToDouble(a), BitConverter.UInt64BitsToDouble(b));
        return x == y ? (smaller ? a | b : a & b) : x < y == smaller ? a : b;
    }

    private ulong RoundToIntegral(ulong value, Rounding rounding, bool tells)
    {
        value = FlushInput(value);
        if (PropagateNaN(value, 0, out var nan))
        {
            return nan;
        }

        var exact = BitConverter.UInt64BitsToDouble(value);
        var rounded = Round(exact, rounding);
        _fpscr |= tells && rounded != exact ? FPSCR_IXC : 0;
        return BitConverter.DoubleToUInt64Bits(rounded);
    }

    private ulong ToDouble(uint single)
    {
        single = FlushInput(single);
        if (PropagateNaN(single, 0, out _))
        {
            var widened = (single & 0x8000_0000UL) << 32 | DoubleExponent | DoubleQuiet | (single & 0x7F_FFFFUL) << 29;
            return (_fpscr & FPSCR_DN) != 0 ? DoubleDefaultNaN : widened;
        }

        return BitConverter.DoubleToUInt64Bits(BitConverter.UInt32BitsToSingle(single));
    }

    private uint ToSingle(ulong value)
    {
        value = FlushInput(value);
        if (PropagateNaN(value, 0, out var nan))
        {
            return (uint)(nan >> 32) & 0x8000_0000 | 0x7FC0_0000 | (uint)(nan >> 29) & 0x3F_FFFF;
        }

        var exact = BitConverter.UInt64BitsToDouble(value);
        return Finish((float)exact, exact);
    }

    private ulong FromHalf(uint half)
    {
        if ((half & 0x7FFF) <= 0x7C00)
        {
            return BitConverter.DoubleToUInt64Bits((double)BitConverter.UInt16BitsToHalf((ushort)half));
        }

        PropagateNaN((half & 0x8000UL) << 48 | DoubleExponent | (half & 0x3FFUL) << 42, 0, out var nan);
        return nan;
    }

    private uint ToHalf(ulong value) => PropagateNaN(value, 0, out var nan)
        ? (uint)(nan >> 48) & 0x8000 | 0x7C00 | (uint)(nan >> 42) & 0x3FF
        : BitConverter.HalfToUInt16Bits((Half)BitConverter.UInt64BitsToDouble(value));
}
