namespace Nrst.VirtualBench.Cortex;

// FPv5: what it adds to FPv4, in both precisions.
internal sealed partial class CortexCore
{
    /// <summary>The first four as FPSCR.RMode numbers them.</summary>
    private enum Rounding
    {
        TiesToEven,
        Upwards,
        Downwards,
        TowardsZero,
        TiesAway,
    }

    // How VRINTA, N, P, M and VCVTA, N, P, M say it.
    private static readonly Rounding[] Directed = [Rounding.TiesAway, Rounding.TiesToEven, Rounding.Upwards, Rounding.Downwards];

    private Rounding FpscrRounding => (Rounding)(_fpscr >> 22 & 3);

    private static double Round(double value, Rounding rounding) => rounding switch
    {
        Rounding.TiesToEven => Math.Round(value, MidpointRounding.ToEven),
        Rounding.Upwards => Math.Ceiling(value),
        Rounding.Downwards => Math.Floor(value),
        Rounding.TowardsZero => Math.Truncate(value),
        _ => Math.Round(value, MidpointRounding.AwayFromZero),
    };

    private void FloatVersion5(uint hw1, uint hw2)
    {
        RefuseIf(_inIt);
        var isDouble = (hw2 & 0x100) != 0;
        if ((hw1 & 0x80) == 0)
        {
            RefuseIf((hw2 & 0x40) != 0);
            Select(hw1, hw2, isDouble);
        }
        else if ((hw1 & 0x30) == 0)
        {
            LargerOrSmaller(hw1, hw2, isDouble);
        }
        else
        {
            RefuseIf((hw1 & 0x38) != 0x38 || (hw2 & 0x40) == 0);
            RoundOrConvert(hw1, hw2, isDouble);
        }
    }

    private void Select(uint hw1, uint hw2, bool isDouble)
    {
        var holds = (hw1 >> 4 & 3) switch
        {
            0 => _z,
            1 => _v,
            2 => _n == _v,
            _ => !_z && _n == _v,
        };
        var (four, one) = holds ? (hw1 & 15, hw2 >> 7 & 1) : (hw2 & 15, hw2 >> 5 & 1);
        if (isDouble)
        {
            SetDouble(DoubleNumber(hw2 >> 12, hw1 >> 6 & 1), GetDouble(DoubleNumber(four, one)));
        }
        else
        {
            _s[Number(hw2 >> 12, hw1 >> 6 & 1, isDouble: false)] = _s[Number(four, one, isDouble: false)];
        }
    }

    private void LargerOrSmaller(uint hw1, uint hw2, bool isDouble)
    {
        var smaller = (hw2 & 0x40) != 0;
        if (isDouble)
        {
            SetDouble(DoubleNumber(hw2 >> 12, hw1 >> 6 & 1),
                Extreme(GetDouble(DoubleNumber(hw1 & 15, hw2 >> 7 & 1)), GetDouble(DoubleNumber(hw2 & 15, hw2 >> 5 & 1)), smaller));
            return;
        }

        var a = FlushInput(_s[Number(hw1 & 15, hw2 >> 7 & 1, isDouble: false)]);
        var b = FlushInput(_s[Number(hw2 & 15, hw2 >> 5 & 1, isDouble: false)]);
        _s[Number(hw2 >> 12, hw1 >> 6 & 1, isDouble: false)] = Extreme(a, b, smaller);
    }

    // A quiet NaN beside a number counts as nothing there. Zeros differ by their sign.
    private uint Extreme(uint a, uint b, bool smaller)
    {
        if (IsNaN(a) != IsNaN(b) && !IsSignalling(a) && !IsSignalling(b))
        {
            return IsNaN(a) ? b : a;
        }

        if (PropagateNaN(a, b, out var nan))
        {
            return nan;
        }

        var (x, y) = (BitConverter.UInt32BitsToSingle(a), BitConverter.UInt32BitsToSingle(b));
        return x == y ? (smaller ? a | b : a & b) : x < y == smaller ? a : b;
    }

    private void RoundOrConvert(uint hw1, uint hw2, bool isDouble)
    {
        var rounding = Directed[hw1 & 3];
        var converts = (hw1 & 4) != 0;
        RefuseIf(!converts && (hw2 & 0x80) != 0);
        if (isDouble)
        {
            var source = GetDouble(DoubleNumber(hw2 & 15, hw2 >> 5 & 1));
            if (!converts)
            {
                SetDouble(DoubleNumber(hw2 >> 12, hw1 >> 6 & 1), RoundToIntegral(source, rounding, tells: false));
                return;
            }

            _s[Number(hw2 >> 12, hw1 >> 6 & 1, isDouble: false)] =
                ToInteger(BitConverter.UInt64BitsToDouble(FlushInput(source)), (hw2 & 0x80) != 0, rounding, 0, 32);
            return;
        }

        var m = _s[Number(hw2 & 15, hw2 >> 5 & 1, isDouble: false)];
        _s[Number(hw2 >> 12, hw1 >> 6 & 1, isDouble: false)] = converts
            ? ToInteger(BitConverter.UInt32BitsToSingle(FlushInput(m)), (hw2 & 0x80) != 0, rounding, 0, 32)
            : RoundToIntegral(m, rounding, tells: false);
    }

    private uint RoundToIntegral(uint value, Rounding rounding, bool tells)
    {
        value = FlushInput(value);
        if (PropagateNaN(value, 0, out var nan))
        {
            return nan;
        }

        var exact = BitConverter.UInt32BitsToSingle(value);
        var rounded = (float)Round(exact, rounding);
        _fpscr |= tells && rounded != exact ? FPSCR_IXC : 0;
        return BitConverter.SingleToUInt32Bits(rounded);
    }
}
