using System.Buffers.Binary;
using System.Numerics;

namespace Nrst.VirtualBench.Cortex;

// 32-bit data processing: shifted register, modified immediate, plain immediate, register.
internal sealed partial class CortexCore
{
    private void DataProcessingShiftedRegister(uint hw1, uint hw2)
    {
        var op = hw1 >> 5 & 15;
        var setFlags = (hw1 & 0x10) != 0;
        var n = hw1 & 15;
        var d = hw2 >> 8 & 15;
        var m = hw2 & 15;
        var type = hw2 >> 4 & 3;
        var amount = hw2 >> 10 & 0x1C | hw2 >> 6 & 3;
        RefuseIf((hw2 & 0x8000) != 0);
        if (op == 6)
        {
            RefuseIf(!_dsp || setFlags || (type & 1) != 0); // PKHBT, PKHTB
            RefuseSpPc(d, n, m);
            var shifted = ShiftImmediate(_r[m], type, amount, out _);
            _r[d] = (type & 2) != 0 ? _r[n] & 0xFFFF_0000 | shifted & 0xFFFF : shifted & 0xFFFF_0000 | _r[n] & 0xFFFF;
            return;
        }

        var plainMove = op == 2 && n == Pc && type == 0 && amount == 0;
        RefuseIf(m == Pc || (m == Sp && !(plainMove && !setFlags && d < Sp)));
        var operand = ShiftImmediate(_r[m], type, amount, out var carry);
        var toSp = d == Sp && ((plainMove && !setFlags) || (op is 8 or 13 && n == Sp && type == 0 && amount <= 3));
        DataProcessing(op, setFlags, n, d, operand, carry, toSp);
    }

    private void DataProcessingModifiedImmediate(uint hw1, uint hw2)
    {
        var imm12 = hw1 << 1 & 0x800 | hw2 >> 4 & 0x700 | hw2 & 0xFF;
        RefuseIf(imm12 is 0x100 or 0x200 or 0x300); // a pattern of zeros
        var op = hw1 >> 5 & 15;
        var n = hw1 & 15;
        var d = hw2 >> 8 & 15;
        var operand = ExpandImmediate(imm12, out var carry);
        DataProcessing(op, (hw1 & 0x10) != 0, n, d, operand, carry, toSp: d == Sp && op is 8 or 13 && n == Sp);
    }

    private void DataProcessing(uint op, bool setFlags, uint n, uint d, uint operand, bool carry, bool toSp)
    {
        var compares = d == Pc && setFlags && op is 0 or 4 or 8 or 13;
        var moves = n == Pc && op is 2 or 3;
        RefuseIf((d == Pc && !compares) || (d == Sp && !toSp) || (n == Pc && !moves) || (n == Sp && op is not (8 or 13)));
        var left = moves ? 0 : _r[n];
        uint result;
        switch (op)
        {
            case 0:
                result = left & operand;
                break;
            case 1:
                result = left & ~operand;
                break;
            case 2:
                result = left | operand;
                break;
            case 3:
                result = moves ? ~operand : left | ~operand;
                break;
            case 4:
                result = left ^ operand;
                break;
            case 8:
                result = setFlags ? AddWithFlags(left, operand, 0) : left + operand;
                setFlags = false;
                break;
            case 10:
                result = setFlags ? AddWithFlags(left, operand, Carry) : left + operand + Carry;
                setFlags = false;
                break;
            case 11:
                result = setFlags ? AddWithFlags(left, ~operand, Carry) : left + ~operand + Carry;
                setFlags = false;
                break;
            case 13:
                result = setFlags ? AddWithFlags(left, ~operand, 1) : left - operand;
                setFlags = false;
                break;
            case 14:
                result = setFlags ? AddWithFlags(~left, operand, 1) : operand - left;
                setFlags = false;
                break;
            default:
                throw Undefined();
        }

        if (setFlags)
        {
            SetNZ(result);
            _c = carry;
        }

        if (d != Pc)
        {
            Set(d, result);
        }
    }

    private void DataProcessingPlainImmediate(uint hw1, uint hw2)
    {
        var op = hw1 >> 4 & 0x1F;
        var n = hw1 & 15;
        var d = hw2 >> 8 & 15;
        var imm12 = hw1 << 1 & 0x800 | hw2 >> 4 & 0x700 | hw2 & 0xFF;
        var lsb = (int)(hw2 >> 10 & 0x1C | hw2 >> 6 & 3);
        var low5 = (int)(hw2 & 0x1F);
        RefuseIf(d == Pc || (d == Sp && !(n == Sp && op is 0 or 10)));
        switch (op)
        {
            case 0:
                Set(d, n == Pc ? (_r[Pc] & ~3u) + imm12 : _r[n] + imm12);
                return;
            case 10:
                Set(d, n == Pc ? (_r[Pc] & ~3u) - imm12 : _r[n] - imm12);
                return;
            case 4:
                _r[d] = n << 12 | imm12;
                return;
            case 12:
                _r[d] = _r[d] & 0xFFFF | (n << 12 | imm12) << 16;
                return;
        }

        RefuseIf((hw1 & 0x400) != 0 || (hw2 & 0x20) != 0 || n == Sp || (n == Pc && op != 22));
        switch (op)
        {
            case 16 or 18 or 24 or 26 when lsb == 0 && (op & 2) != 0:
                RefuseIf(!_dsp || (hw2 & 0x10) != 0);
                var low = SaturatedHalf(_r[n] & 0xFFFF, op, low5);
                var high = SaturatedHalf(_r[n] >> 16, op, low5);
                _r[d] = high << 16 | low & 0xFFFF;
                break;
            case 16 or 18 or 24 or 26:
                var value = (int)ShiftImmediate(_r[n], op & 2, (uint)lsb, out _);
                _r[d] = op < 24 ? SaturateSigned(value, low5 + 1) : SaturateUnsigned(value, low5);
                break;
            case 20:
                RefuseIf(lsb + low5 > 31);
                _r[d] = (uint)((int)(_r[n] << 31 - lsb - low5) >> 31 - low5);
                break;
            case 28:
                RefuseIf(lsb + low5 > 31);
                _r[d] = _r[n] << 31 - lsb - low5 >> 31 - low5;
                break;
            case 22:
                RefuseIf(low5 < lsb);
                var mask = uint.MaxValue >> 31 - (low5 - lsb) << lsb;
                _r[d] = _r[d] & ~mask | (n == Pc ? 0 : _r[n] << lsb & mask);
                break;
            default:
                throw Undefined();
        }
    }

    private uint SaturatedHalf(uint half, uint op, int bits)
    {
        var value = (short)half;
        return op < 24 ? SaturateSigned(value, bits + 1) : SaturateUnsigned(value, bits);
    }

    private uint SaturateSigned(long value, int bits)
    {
        var highest = (1L << bits - 1) - 1;
        var result = Math.Clamp(value, ~highest, highest);
        _q |= result != value;
        return (uint)result;
    }

    private uint SaturateUnsigned(long value, int bits)
    {
        var result = Math.Clamp(value, 0, (1L << bits) - 1);
        _q |= result != value;
        return (uint)result;
    }

    private void DataProcessingRegister(uint hw1, uint hw2)
    {
        var op1 = hw1 >> 4 & 15;
        var op2 = hw2 >> 4 & 15;
        var n = hw1 & 15;
        var d = hw2 >> 8 & 15;
        var m = hw2 & 15;
        RefuseIf(hw2 >> 12 != 15);
        RefuseSpPc(d, m);
        if (op1 < 8 && op2 == 0)
        {
            RefuseSpPc(n);
            _r[d] = ShiftRegister(_r[n], op1 >> 1, _r[m], out var carry);
            if ((op1 & 1) != 0)
            {
                SetNZ(_r[d]);
                _c = carry;
            }
        }
        else if (op1 < 6 && (op2 & 12) == 8)
        {
            RefuseIf(n == Sp || (!_dsp && (n != Pc || op1 is 2 or 3))); // without accumulation they are no DSP
            Extend(op1, n, d, BitOperations.RotateRight(_r[m], (int)(op2 & 3) * 8));
        }
        else if (op1 >= 8 && op2 < 8)
        {
            RefuseIf(!_dsp);
            RefuseSpPc(n);
            _r[d] = ParallelAddSubtract(op1 & 7, op2, _r[n], _r[m]);
        }
        else if (op1 is >= 8 and < 12 && (op2 & 12) == 8)
        {
            RefuseSpPc(n);
            MiscellaneousRegister(op1 & 3, op2 & 3, n, d, m);
        }
        else
        {
            throw Undefined();
        }
    }

    private void Extend(uint op, uint n, uint d, uint value)
    {
        var add = n == Pc ? 0 : _r[n];
        _r[d] = op switch
        {
            0 => add + SignExtend(value, 16),
            1 => add + (value & 0xFFFF),
            2 => add + SignExtend(value, 8) & 0xFFFF | (add >> 16) + SignExtend(value >> 16, 8) << 16,
            3 => add + (value & 0xFF) & 0xFFFF | (add >> 16) + (value >> 16 & 0xFF) << 16,
            4 => add + SignExtend(value, 8),
            _ => add + (value & 0xFF),
        };
    }

    private void MiscellaneousRegister(uint op1, uint op2, uint n, uint d, uint m)
    {
        var (a, b) = ((int)_r[n], (int)_r[m]);
        RefuseIf(!_dsp && op1 is 0 or 2); // QADD and its like, SEL
        switch (op1)
        {
            case 0:
                long left = (op2 & 1) != 0 ? (int)SaturateSigned(2L * a, 32) : a;
                _r[d] = SaturateSigned((op2 & 2) != 0 ? b - left : b + left, 32);
                break;
            case 1:
                RefuseIf(n != m);
                var value = _r[m];
                _r[d] = op2 switch
                {
                    0 => BinaryPrimitives.ReverseEndianness(value),
                    1 => (value & 0x00FF_00FF) << 8 | value >> 8 & 0x00FF_00FF,
                    2 => ReverseBits(value),
                    _ => SignExtend(BinaryPrimitives.ReverseEndianness(value) >> 16, 16),
                };
                break;
            case 2 when op2 == 0:
                var mask = ((_ge & 1) * 0xFF) | ((_ge >> 1 & 1) * 0xFF00) | ((_ge >> 2 & 1) * 0xFF_0000) | ((_ge >> 3) * 0xFF00_0000);
                _r[d] = _r[n] & mask | _r[m] & ~mask;
                break;
            case 3 when op2 == 0:
                RefuseIf(n != m);
                _r[d] = (uint)BitOperations.LeadingZeroCount(_r[m]);
                break;
            default:
                throw Undefined();
        }
    }

    private static uint ReverseBits(uint value)
    {
        value = (value & 0x5555_5555) << 1 | value >> 1 & 0x5555_5555;
        value = (value & 0x3333_3333) << 2 | value >> 2 & 0x3333_3333;
        value = (value & 0x0F0F_0F0F) << 4 | value >> 4 & 0x0F0F_0F0F;
        return BinaryPrimitives.ReverseEndianness(value);
    }
}
