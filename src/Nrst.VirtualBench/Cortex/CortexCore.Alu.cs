using System.Numerics;
using System.Runtime.CompilerServices;

namespace Nrst.VirtualBench.Cortex;

// Conditions, flags, shifts and branches shared by the 16-bit and the 32-bit instructions.
internal sealed partial class CortexCore
{
    private bool Condition(uint condition)
    {
        var holds = (condition >> 1) switch
        {
            0 => _z,
            1 => _c,
            2 => _n,
            3 => _v,
            4 => _c && !_z,
            5 => _n == _v,
            6 => !_z && _n == _v,
            _ => true,
        };
        return (condition & 1) != 0 && condition != 15 ? !holds : holds;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void SetNZ(uint result)
    {
        _n = (int)result < 0;
        _z = result == 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint AddWithFlags(uint a, uint b, uint carry)
    {
        var wide = (ulong)a + b + carry;
        var result = (uint)wide;
        SetNZ(result);
        _c = wide >> 32 != 0;
        _v = ((a ^ result) & (b ^ result)) >> 31 != 0;
        return result;
    }

    private uint Carry => _c ? 1u : 0;

    /// <summary>Shift by an immediate as the instruction encodes it: LSR and ASR 0 mean 32, ROR 0 means RRX.</summary>
    private uint ShiftImmediate(uint value, uint type, uint amount, out bool carry)
    {
        switch (type)
        {
            case 0:
                carry = amount == 0 ? _c : (value >> (int)(32 - amount) & 1) != 0;
                return value << (int)amount;
            case 1:
                return LogicalRight(value, amount == 0 ? 32 : amount, out carry);
            case 2:
                return ArithmeticRight(value, amount == 0 ? 32 : amount, out carry);
            default:
                if (amount == 0)
                {
                    carry = (value & 1) != 0;
                    return value >> 1 | Carry << 31;
                }

                value = BitOperations.RotateRight(value, (int)amount);
                carry = (int)value < 0;
                return value;
        }
    }

    /// <summary>Shift by the low byte of a register.</summary>
    private uint ShiftRegister(uint value, uint type, uint amount, out bool carry)
    {
        amount &= 0xFF;
        if (amount == 0)
        {
            carry = _c;
            return value;
        }

        switch (type)
        {
            case 0:
                carry = amount <= 32 && (value >> (int)(32 - amount) & 1) != 0;
                return amount < 32 ? value << (int)amount : 0;
            case 1:
                return LogicalRight(value, amount, out carry);
            case 2:
                return ArithmeticRight(value, amount, out carry);
            default:
                value = BitOperations.RotateRight(value, (int)amount & 31);
                carry = (int)value < 0;
                return value;
        }
    }

    private static uint LogicalRight(uint value, uint amount, out bool carry)
    {
        carry = amount <= 32 && (value >> (int)(amount - 1) & 1) != 0;
        return amount < 32 ? value >> (int)amount : 0;
    }

    private static uint ArithmeticRight(uint value, uint amount, out bool carry)
    {
        amount = Math.Min(amount, 32);
        carry = ((int)value >> (int)(amount - 1) & 1) != 0;
        return amount < 32 ? (uint)((int)value >> (int)amount) : (uint)((int)value >> 31);
    }

    /// <summary>ThumbExpandImm_C of a modified immediate's twelve bits.</summary>
    private uint ExpandImmediate(uint imm12, out bool carry)
    {
        carry = _c;
        var imm8 = imm12 & 0xFF;
        if (imm12 >> 10 != 0)
        {
            var rotated = BitOperations.RotateRight(imm8 | 0x80, (int)(imm12 >> 7));
            carry = (int)rotated < 0;
            return rotated;
        }

        return (imm12 >> 8) switch
        {
            0 => imm8,
            1 => imm8 | imm8 << 16,
            2 => imm8 << 8 | imm8 << 24,
            _ => imm8 * 0x0101_0101,
        };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Branch(uint address)
    {
        _next = address & ~1u;
        _cycles += 2;
    }

    /// <summary>BXWritePC: a branch that selects the instruction set, or returns from an exception.</summary>
    private void BranchExchange(uint address)
    {
        if (_ipsr != 0 && address >= _lowestExcReturn)
        {
            _next = address & ~1u;
            ReturnFromException(address);
            return;
        }

        _thumb = (address & 1) != 0;
        Branch(address);
    }

    private static uint SignExtend(uint value, int bits) => (uint)((int)(value << 32 - bits) >> 32 - bits);

    private CoreFaultException Undefined() =>
        new(UsageFault, CFSR_UNDEFINSTR) { Text = $"Undefined or unpredictable instruction {Opcode()} at 0x{_pc:X8}" };

    private string Opcode()
    {
        var first = Fetch(_pc);
        return first >= 0xE800 ? $"{first:X4} {Fetch(_pc + 2):X4}" : $"{first:X4}";
    }

    /// <summary>Writes a general register; bits 1:0 of SP are always 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Set(uint register, uint value)
    {
        if (register == Sp)
        {
            RequireStack(value, _stackLimit);
            value &= ~3u;
        }

        _r[register] = value;
    }

    private void RefuseIf(bool unpredictable)
    {
        if (unpredictable)
        {
            throw Undefined();
        }
    }

    /// <summary>For operands that may be neither SP nor PC.</summary>
    private void RefuseSpPc(uint a, uint b = 0, uint c = 0, uint d = 0)
    {
        if (a is Sp or Pc || b is Sp or Pc || c is Sp or Pc || d is Sp or Pc)
        {
            throw Undefined();
        }
    }
}
