using System.Buffers.Binary;
using System.Numerics;

namespace Nrst.VirtualBench.Cortex;

// 16-bit Thumb instruction encoding.
internal sealed partial class CortexCore
{
    private void Execute16(uint op)
    {
        var r = _r;
        var d = op & 7;
        var n = op >> 3 & 7;
        var imm5 = op >> 6 & 31;
        var wide = op >> 8 & 7;
        var imm8 = op & 0xFF;
        switch (op >> 11)
        {
            case 0 or 1 or 2:
                var shifted = ShiftImmediate(r[n], op >> 11, imm5, out var carry);
                r[d] = shifted;
                if (!_inIt)
                {
                    SetNZ(shifted);
                    _c = carry;
                }

                break;
            case 3:
                var m = op >> 6 & 7;
                var operand = (op & 0x400) != 0 ? m : r[m];
                r[d] = (op & 0x200) != 0 ? Add16(r[n], ~operand, 1) : Add16(r[n], operand, 0);
                break;
            case 4:
                r[wide] = imm8;
                if (!_inIt)
                {
                    SetNZ(imm8);
                }

                break;
            case 5:
                AddWithFlags(r[wide], ~imm8, 1);
                break;
            case 6:
                r[wide] = Add16(r[wide], imm8, 0);
                break;
            case 7:
                r[wide] = Add16(r[wide], ~imm8, 1);
                break;
            case 8:
                if ((op & 0x400) == 0)
                {
                    DataProcessing16(op >> 6 & 15, d, n);
                }
                else
                {
                    SpecialData16(op);
                }

                break;
            case 9:
                r[wide] = Load32((r[Pc] & ~3u) + imm8 * 4);
                _cycles++;
                break;
            case 10 or 11:
                LoadStoreRegister16(op >> 9 & 7, d, r[n] + r[op >> 6 & 7]);
                break;
            case 12:
                Store32(r[n] + imm5 * 4, r[d]);
                _cycles++;
                break;
            case 13:
                r[d] = Load32(r[n] + imm5 * 4);
                _cycles++;
                break;
            case 14:
                Store8(r[n] + imm5, r[d]);
                _cycles++;
                break;
            case 15:
                r[d] = Load8(r[n] + imm5);
                _cycles++;
                break;
            case 16:
                Store16(r[n] + imm5 * 2, r[d]);
                _cycles++;
                break;
            case 17:
                r[d] = Load16(r[n] + imm5 * 2);
                _cycles++;
                break;
            case 18:
                Store32(r[Sp] + imm8 * 4, r[wide]);
                _cycles++;
                break;
            case 19:
                r[wide] = Load32(r[Sp] + imm8 * 4);
                _cycles++;
                break;
            case 20:
                r[wide] = (r[Pc] & ~3u) + imm8 * 4;
                break;
            case 21:
                r[wide] = r[Sp] + imm8 * 4;
                break;
            case 22 or 23:
                Miscellaneous16(op);
                break;
            case 24:
                StoreMultiple16(wide, imm8);
                break;
            case 25:
                LoadMultiple16(wide, imm8);
                break;
            case 26 or 27:
                ConditionalBranch16(op);
                break;
            default:
                Branch(r[Pc] + SignExtend(op & 0x7FF, 11) * 2);
                break;
        }
    }

    private uint Add16(uint a, uint b, uint carry) => _inIt ? a + b + carry : AddWithFlags(a, b, carry);

    private void DataProcessing16(uint op, uint d, uint m)
    {
        var r = _r;
        uint result;
        switch (op)
        {
            case 2 or 3 or 4 or 7:
                result = ShiftRegister(r[d], op == 7 ? 3 : op - 2, r[m], out var carry);
                _c = _inIt ? _c : carry;
                break;
            case 5:
                r[d] = Add16(r[d], r[m], Carry);
                return;
            case 6:
                r[d] = Add16(r[d], ~r[m], Carry);
                return;
            case 8:
                SetNZ(r[d] & r[m]);
                return;
            case 9:
                r[d] = Add16(~r[m], 0, 1);
                return;
            case 10:
                AddWithFlags(r[d], ~r[m], 1);
                return;
            case 11:
                AddWithFlags(r[d], r[m], 0);
                return;
            case 0:
                result = r[d] & r[m];
                break;
            case 1:
                result = r[d] ^ r[m];
                break;
            case 12:
                result = r[d] | r[m];
                break;
            case 13:
                result = r[d] * r[m];
                break;
            case 14:
                result = r[d] & ~r[m];
                break;
            default:
                result = ~r[m];
                break;
        }

        r[d] = result;
        if (!_inIt)
        {
            SetNZ(result);
        }
    }

    private void SpecialData16(uint op)
    {
        var d = op & 7 | op >> 4 & 8;
        var m = op >> 3 & 15;
        switch (op >> 8 & 3)
        {
            case 0:
                WriteAny(d, _r[d] + _r[m]);
                break;
            case 1:
                RefuseIf(d == Pc || m == Pc || (d < 8 && m < 8));
                AddWithFlags(_r[d], ~_r[m], 1);
                break;
            case 2:
                WriteAny(d, _r[m]);
                break;
            default:
                RefuseIf((op & 7) != 0 || (m == Pc && (op & 0x80) != 0));
                var target = _r[m];
                if ((op & 0x80) != 0)
                {
                    _r[Lr] = _next | 1;
                    _thumb = (target & 1) != 0; // BLX never returns from an exception
                    Branch(target);
                }
                else
                {
                    BranchExchange(target);
                }

                break;
        }
    }

    private void WriteAny(uint d, uint value)
    {
        if (d == Pc)
        {
            Branch(value);
        }
        else
        {
            Set(d, value);
        }
    }

    private void LoadStoreRegister16(uint op, uint t, uint address)
    {
        _cycles++;
        switch (op)
        {
            case 0:
                Store32(address, _r[t]);
                break;
            case 1:
                Store16(address, _r[t]);
                break;
            case 2:
                Store8(address, _r[t]);
                break;
            case 3:
                _r[t] = SignExtend(Load8(address), 8);
                break;
            case 4:
                _r[t] = Load32(address);
                break;
            case 5:
                _r[t] = Load16(address);
                break;
            case 6:
                _r[t] = Load8(address);
                break;
            default:
                _r[t] = SignExtend(Load16(address), 16);
                break;
        }
    }

    private void Miscellaneous16(uint op)
    {
        var d = op & 7;
        var value = _r[op >> 3 & 7];
        switch (op >> 8 & 15)
        {
            case 0:
                Set(Sp, (op & 0x80) != 0 ? _r[Sp] - (op & 0x7F) * 4 : _r[Sp] + (op & 0x7F) * 4);
                break;
            case 1 or 3 or 9 or 11:
                RefuseIf(!_thumb2);
                if ((_r[d] == 0) != ((op & 0x800) != 0))
                {
                    Branch(_r[Pc] + (op >> 3 & 0x1F | op >> 4 & 0x20) * 2);
                }

                break;
            case 2:
                _r[d] = (op >> 6 & 3) switch
                {
                    0 => SignExtend(value, 16),
                    1 => SignExtend(value, 8),
                    2 => value & 0xFFFF,
                    _ => value & 0xFF,
                };
                break;
            case 4 or 5:
                StoreMultiple(Sp, op & 0xFF | (op & 0x100) << 6, before: true, writeBack: true);
                break;
            case 6 when (op & 0xE8) == 0x60:
                ChangeProcessorState((op & 0x10) != 0, op & 3);
                break;
            case 10:
                _r[d] = (op >> 6 & 3) switch
                {
                    0 => BinaryPrimitives.ReverseEndianness(value),
                    1 => (value & 0x00FF_00FF) << 8 | value >> 8 & 0x00FF_00FF,
                    3 => SignExtend(BinaryPrimitives.ReverseEndianness(value) >> 16, 16),
                    _ => throw Undefined(),
                };
                break;
            case 12 or 13:
                LoadMultiple(Sp, op & 0xFF | (op & 0x100) << 7, before: false, writeBack: true);
                break;
            case 14:
                Breakpoint();
                break;
            case 15 when (op & 15) != 0:
                RefuseIf(_inIt || !_thumb2);
                _it = op & 0xFF;
                break;
            case 15:
                Hint(op >> 4 & 15);
                break;
            default:
                throw Undefined();
        }
    }

    private void StoreMultiple16(uint n, uint list)
    {
        RefuseIf(list == 0);
        StoreMultiple(n, list, before: false, writeBack: true);
    }

    private void LoadMultiple16(uint n, uint list)
    {
        RefuseIf(list == 0);
        LoadMultiple(n, list, before: false, writeBack: (list >> (int)n & 1) == 0);
    }

    private void ConditionalBranch16(uint op)
    {
        switch (op >> 8 & 15)
        {
            case 14:
                throw Undefined();
            case 15:
                SupervisorCall();
                break;
            case var condition when Condition(condition):
                Branch(_r[Pc] + SignExtend(op & 0xFF, 8) * 2);
                break;
        }
    }

    /// <summary>STM, STMDB, PUSH: ascending addresses, lowest register first; <paramref name="before"/> counts the base down first.</summary>
    private void StoreMultiple(uint n, uint list, bool before, bool writeBack)
    {
        var count = (uint)BitOperations.PopCount(list);
        var start = before ? _r[n] - count * 4 : _r[n];
        RequireWordAligned(start);
        RequireStack(n == Sp && writeBack ? start : uint.MaxValue, _stackLimit);
        var address = start;
        for (var rest = list; rest != 0; rest &= rest - 1)
        {
            StoreAligned(address, 4, _r[BitOperations.TrailingZeroCount(rest)]);
            address += 4;
        }

        if (writeBack)
        {
            Set(n, before ? start : address);
        }

        _cycles += (int)count;
    }

    private void LoadMultiple(uint n, uint list, bool before, bool writeBack)
    {
        var count = (uint)BitOperations.PopCount(list);
        var start = before ? _r[n] - count * 4 : _r[n];
        RequireWordAligned(start);
        Span<uint> values = stackalloc uint[16];
        for (var i = 0; i < (int)count; i++)
        {
            values[i] = LoadAligned(start + (uint)i * 4, 4);
        }

        _cycles += (int)count;
        if (writeBack)
        {
            Set(n, before ? start : start + count * 4);
        }

        var next = 0;
        for (var rest = list & 0x7FFF; rest != 0; rest &= rest - 1)
        {
            _r[BitOperations.TrailingZeroCount(rest)] = values[next++];
        }

        if ((list & 0x8000) != 0)
        {
            BranchExchange(values[next]);
        }
    }
}
