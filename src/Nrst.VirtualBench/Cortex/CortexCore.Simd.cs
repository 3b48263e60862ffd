namespace Nrst.VirtualBench.Cortex;

// Parallel addition and subtraction, and the multiplications, wide and narrow.
internal sealed partial class CortexCore
{
    private uint ParallelAddSubtract(uint op, uint kind, uint a, uint b)
    {
        RefuseIf((kind & 3) == 3 || op is 3 or 7);
        return (op & 3) == 0 ? ParallelBytes(op, kind, a, b) : ParallelHalves(op, kind, a, b);
    }

    private uint ParallelBytes(uint op, uint kind, uint a, uint b)
    {
        uint result = 0;
        uint ge = 0;
        for (var shift = 0; shift < 32; shift += 8)
        {
            var unsigned = kind >= 4;
            var x = unsigned ? (int)(a >> shift & 0xFF) : (sbyte)(a >> shift);
            var y = unsigned ? (int)(b >> shift & 0xFF) : (sbyte)(b >> shift);
            var subtract = op == 4;
            var value = subtract ? x - y : x + y;
            ge |= Exceeds(value, unsigned, subtract, 8) ? 1u << shift / 8 : 0;
            result |= (Narrow(value, kind, 8) & 0xFF) << shift;
        }

        _ge = (kind & 3) == 0 ? ge : _ge;
        return result;
    }

    private uint ParallelHalves(uint op, uint kind, uint a, uint b)
    {
        var unsigned = kind >= 4;
        var (lowA, highA) = unsigned ? ((int)(a & 0xFFFF), (int)(a >> 16)) : ((short)a, (short)(a >> 16));
        var (lowB, highB) = unsigned ? ((int)(b & 0xFFFF), (int)(b >> 16)) : ((short)b, (short)(b >> 16));
        if (op is 2 or 6)
        {
            (lowB, highB) = (highB, lowB); // ASX and SAX cross over
        }

        var lowSubtracts = op is 2 or 5;
        var highSubtracts = op is 5 or 6;
        var low = lowSubtracts ? lowA - lowB : lowA + lowB;
        var high = highSubtracts ? highA - highB : highA + highB;
        if ((kind & 3) == 0)
        {
            _ge = (Exceeds(low, unsigned, lowSubtracts, 16) ? 3u : 0) | (Exceeds(high, unsigned, highSubtracts, 16) ? 12u : 0);
        }

        return Narrow(high, kind, 16) << 16 | Narrow(low, kind, 16) & 0xFFFF;
    }

    private static bool Exceeds(int value, bool unsigned, bool subtract, int bits) => unsigned && !subtract ? value >> bits != 0 : value >= 0;

    private static uint Narrow(int value, uint kind, int bits) => (kind & 3) switch
    {
        0 => (uint)value,
        1 when kind < 4 => (uint)Math.Clamp(value, -(1 << bits - 1), (1 << bits - 1) - 1),
        1 => (uint)Math.Clamp(value, 0, (1 << bits) - 1),
        _ => (uint)(value >> 1),
    };

    private static int Half(uint value, bool top) => top ? (int)value >> 16 : (short)value;

    private void Multiply(uint hw1, uint hw2)
    {
        var n = hw1 & 15;
        var a = hw2 >> 12;
        var d = hw2 >> 8 & 15;
        var m = hw2 & 15;
        var op = hw1 >> 4 & 7;
        var upper = (hw2 & 0x20) != 0; // N, or the second operation of a row
        var lower = (hw2 & 0x10) != 0; // M, X or R
        RefuseIf((hw2 & 0xC0) != 0 || (op != 1 && upper) || a == Sp || (op != 0 && !_dsp));
        RefuseSpPc(d, n, m);
        var accumulate = a == Pc ? 0 : (int)_r[a];
        var (left, right) = ((int)_r[n], (int)_r[m]);
        switch (op)
        {
            case 0 when !lower:
                _r[d] = (uint)(left * right + accumulate);
                break;
            case 0:
                RefuseIf(a == Pc);
                _r[d] = (uint)(accumulate - left * right);
                break;
            case 1:
                _r[d] = AddQ((long)Half(_r[n], upper) * Half(_r[m], lower) + accumulate);
                break;
            case 2 or 4:
                var (low, high) = DualProducts(_r[n], _r[m], lower);
                _r[d] = AddQ((op == 2 ? low + high : low - high) + accumulate);
                break;
            case 3:
                _r[d] = AddQ(((long)left * Half(_r[m], lower) >> 16) + accumulate);
                break;
            case 5 or 6:
                RefuseIf(op == 6 && a == Pc);
                var product = (long)left * right;
                var sum = ((long)accumulate << 32) + (op == 5 ? product : -product) + (lower ? 0x8000_0000 : 0);
                _r[d] = (uint)(sum >> 32);
                break;
            default:
                RefuseIf(lower);
                _r[d] = AbsoluteDifferences(_r[n], _r[m]) + (uint)accumulate;
                break;
        }
    }

    private uint AddQ(long value)
    {
        _q |= value != (int)value;
        return (uint)value;
    }

    private static (long Low, long High) DualProducts(uint a, uint b, bool exchange) =>
        ((long)Half(a, false) * Half(b, exchange), (long)Half(a, true) * Half(b, !exchange));

    private static uint AbsoluteDifferences(uint a, uint b)
    {
        uint sum = 0;
        for (var shift = 0; shift < 32; shift += 8)
        {
            sum += (uint)Math.Abs((int)(a >> shift & 0xFF) - (int)(b >> shift & 0xFF));
        }

        return sum;
    }

    private void LongMultiply(uint hw1, uint hw2)
    {
        var n = hw1 & 15;
        var low = hw2 >> 12;
        var high = hw2 >> 8 & 15;
        var m = hw2 & 15;
        var op2 = hw2 >> 4 & 15;
        RefuseSpPc(n, m, high);
        switch (hw1 >> 4 & 7)
        {
            case 1 when op2 == 15:
                RefuseIf(low != 15);
                _r[high] = Divide((int)_r[n], (int)_r[m]);
                return;
            case 3 when op2 == 15:
                RefuseIf(low != 15);
                _r[high] = Divide(_r[n], _r[m]);
                return;
        }

        RefuseSpPc(low);
        RefuseIf(low == high || (op2 != 0 && !_dsp));
        var accumulate = (long)_r[high] << 32 | _r[low];
        var signed = (long)(int)_r[n] * (int)_r[m];
        var unsigned = (long)((ulong)_r[n] * _r[m]);
        var (lowProduct, highProduct) = DualProducts(_r[n], _r[m], (op2 & 1) != 0);
        var result = (hw1 >> 4 & 7, op2) switch
        {
            (0, 0) => signed,
            (2, 0) => unsigned,
            (4, 0) => accumulate + signed,
            (4, >= 8 and < 12) => accumulate + (long)Half(_r[n], (op2 & 2) != 0) * Half(_r[m], (op2 & 1) != 0),
            (4, 12 or 13) => accumulate + lowProduct + highProduct,
            (5, 12 or 13) => accumulate + lowProduct - highProduct,
            (6, 0) => accumulate + unsigned,
            (6, 6) => unsigned + _r[low] + _r[high],
            _ => throw Undefined(),
        };
        _r[low] = (uint)result;
        _r[high] = (uint)(result >> 32);
    }

    private uint Divide(long dividend, long divisor)
    {
        if (divisor == 0)
        {
            _cycles++;
            return (_ccr & CCR_DIV_0_TRP) == 0 ? 0u
                : throw new CoreFaultException(UsageFault, CFSR_DIVBYZERO) { Text = $"Division by zero at 0x{_pc:X8}" };
        }

        var quotient = dividend / divisor;
        // Early termination: two cycles, and more the longer the quotient is; never above twelve.
        _cycles += 1 + (64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)Math.Abs(quotient)) + 2) / 3;
        _cycles = Math.Min(_cycles, 12);
        return (uint)quotient;
    }
}
