using System.Numerics;

namespace Nrst.VirtualBench.Cortex;

// 32-bit loads and stores: single, dual, multiple, exclusive, and table branches.
internal sealed partial class CortexCore
{
    private void LoadStoreMultiple32(uint hw1, uint hw2)
    {
        var n = hw1 & 15;
        var load = (hw1 & 0x10) != 0;
        var writeBack = (hw1 & 0x20) != 0;
        var before = (hw1 & 0x180) == 0x100;
        RefuseIf(!before && (hw1 & 0x180) != 0x080);
        RefuseIf(n == Pc || BitOperations.PopCount(hw2) < 2 || (hw2 & 0x2000) != 0 || (writeBack && (hw2 >> (int)n & 1) != 0));
        if (load)
        {
            RefuseIf((hw2 & 0xC000) == 0xC000);
            LoadMultiple(n, hw2, before, writeBack);
        }
        else
        {
            RefuseIf((hw2 & 0x8000) != 0);
            StoreMultiple(n, hw2, before, writeBack);
        }
    }

    private void LoadStoreDualOrExclusive(uint hw1, uint hw2)
    {
        var n = hw1 & 15;
        var t = hw2 >> 12;
        var t2 = hw2 >> 8 & 15;
        var load = (hw1 & 0x10) != 0;
        if ((hw1 & 0x120) == 0)
        {
            if ((hw1 & 0x80) == 0)
            {
                RefuseIf(n == Pc);
                if (_v8 && !load && t2 != Pc && (hw2 & 0xF03F) == 0xF000)
                {
                    TestTarget(t2, hw2);
                    return;
                }

                Exclusive(load, _r[n] + (hw2 & 0xFF) * 4, 4, t, t2);
                return;
            }

            switch (hw2 >> 4 & 15)
            {
                case 0 or 1 when load:
                    TableBranch(n, hw2 & 15, halfwords: (hw2 & 0x10) != 0);
                    return;
                case >= 8 when _v8:
                    AcquireOrRelease(load, n, t, hw2);
                    return;
                case 4 or 5:
                    RefuseIf(n == Pc);
                    Exclusive(load, _r[n], (hw2 & 0x10) != 0 ? 2 : 1, t, load ? Pc : hw2 & 15);
                    return;
                default:
                    throw Undefined();
            }
        }

        RefuseSpPc(t, t2);
        var writeBack = (hw1 & 0x20) != 0;
        RefuseIf((writeBack && (n == t || n == t2 || n == Pc)) || (load && t == t2) || (!load && n == Pc));
        var offset = (hw2 & 0xFF) * 4;
        var start = n == Pc ? _r[Pc] & ~3u : _r[n];
        var moved = (hw1 & 0x80) != 0 ? start + offset : start - offset;
        var address = (hw1 & 0x100) != 0 ? moved : start;
        RequireWordAligned(address);
        if (writeBack && n == Sp)
        {
            RequireStack(moved, _stackLimit);
        }

        if (load)
        {
            var first = LoadAligned(address, 4);
            _r[t2] = LoadAligned(address + 4, 4);
            _r[t] = first;
        }
        else
        {
            StoreAligned(address, 4, _r[t]);
            StoreAligned(address + 4, 4, _r[t2]);
        }

        if (writeBack)
        {
            Set(n, moved);
        }

        _cycles += 2;
    }

    private void Exclusive(bool load, uint address, int bytes, uint t, uint d)
    {
        RefuseSpPc(t);
        if ((address & (uint)(bytes - 1)) != 0)
        {
            throw Unaligned(address);
        }

        _cycles++;
        if (load)
        {
            RefuseIf(d != Pc);
            _r[t] = LoadAligned(address, bytes);
            _exclusive = address & ~3u;
            return;
        }

        RefuseSpPc(d);
        RefuseIf(d == t);
        var granted = _exclusive == (address & ~3u);
        _exclusive = NothingFetched;
        if (granted)
        {
            StoreAligned(address, bytes, bytes == 4 ? _r[t] : _r[t] & (bytes == 2 ? 0xFFFFu : 0xFF));
        }

        _r[d] = granted ? 0 : 1u;
    }

    private void TableBranch(uint n, uint m, bool halfwords)
    {
        RefuseIf(n == Sp || m is Sp or Pc);
        var distance = halfwords ? Load16(_r[n] + _r[m] * 2) : Load8(_r[n] + _r[m]);
        _cycles++;
        Branch(_r[Pc] + distance * 2);
    }

    private void LoadStoreSingle(uint hw1, uint hw2)
    {
        var size = hw1 >> 5 & 3;
        var load = (hw1 & 0x10) != 0;
        var signed = (hw1 & 0x100) != 0;
        var n = hw1 & 15;
        var t = hw2 >> 12;
        RefuseIf(size == 3 || (signed && (size == 2 || !load)) || (n == Pc && !load));
        var writeBack = false;
        uint moved = 0;
        uint address;
        if (n == Pc)
        {
            address = (hw1 & 0x80) != 0 ? (_r[Pc] & ~3u) + (hw2 & 0xFFF) : (_r[Pc] & ~3u) - (hw2 & 0xFFF);
        }
        else if ((hw1 & 0x80) != 0)
        {
            address = _r[n] + (hw2 & 0xFFF);
        }
        else if ((hw2 & 0x800) == 0)
        {
            RefuseIf((hw2 & 0x7C0) != 0 || hw2 % 16 is Sp or Pc);
            address = _r[n] + (_r[hw2 & 15] << (int)(hw2 >> 4 & 3));
        }
        else
        {
            var post = (hw2 & 0x400) == 0;
            writeBack = (hw2 & 0x100) != 0;
            RefuseIf(post && !writeBack);
            moved = (hw2 & 0x200) != 0 ? _r[n] + (hw2 & 0xFF) : _r[n] - (hw2 & 0xFF);
            address = post ? _r[n] : moved;
            if ((hw2 & 0x700) == 0x600)
            {
                RefuseSpPc(t);
                Unprivileged(load, size, signed, t, address);
                return;
            }

            RefuseIf(writeBack && n == t);
        }

        if (load && size != 2 && t == Pc)
        {
            RefuseIf(writeBack);
            return; // PLD, PLI: no cache to fill
        }

        RefuseIf(size != 2 && t == Sp || !load && t == Pc);
        _cycles++;
        TransferSingle(load, size, signed, t, address, n, moved, writeBack);
    }

    private void TransferSingle(bool load, uint size, bool signed, uint t, uint address, uint n, uint moved, bool writeBack)
    {
        if (writeBack && n == Sp)
        {
            RequireStack(moved, _stackLimit);
        }

        if (!load)
        {
            var stored = _r[t];
            switch (size)
            {
                case 0:
                    Store8(address, stored);
                    break;
                case 1:
                    Store16(address, stored);
                    break;
                default:
                    Store32(address, stored);
                    break;
            }
        }

        var value = !load ? 0 : size switch
        {
            0 => Load8(address),
            1 => Load16(address),
            _ => Load32(address),
        };
        if (writeBack)
        {
            Set(n, moved);
        }

        if (!load)
        {
            return;
        }

        if (t == Pc)
        {
            RefuseIf((address & 3) != 0);
            BranchExchange(value);
        }
        else
        {
            Set(t, signed ? SignExtend(value, size == 0 ? 8 : 16) : value);
        }
    }

    // LDRT and STRT: only the private peripheral bus cares, the MPU not being modelled.
    private void Unprivileged(bool load, uint size, bool signed, uint t, uint address)
    {
        var control = _control;
        var mode = _ipsr;
        try
        {
            if (address >> 20 == 0xE00)
            {
                (_control, _ipsr) = (_control | CONTROL_nPRIV, 0);
            }

            _cycles++;
            TransferSingle(load, size, signed, t, address, 0, 0, writeBack: false);
        }
        finally
        {
            (_control, _ipsr) = (control, mode);
        }
    }
}
