namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>Single-precision instructions, one at a time, on qemu's FPU and on ours, zeros, infinities and NaNs included.</summary>
/// <remarks>
/// Compared are all of S0..S31, the integer registers, and of FPSCR the flags N Z C V, IOC and DZC: underflow, overflow, inexact and
/// input-denormal are not looked at by compiled code. Rounding is to nearest, as after reset.
/// </remarks>
public sealed class FloatInstructionsAgainstQemu
{
    private const int Seed = 754;
    private const int PerEncoding = 60;
    private const uint Code = TestMachine.RamBase + 0x4000;
    private const uint Data = TestMachine.RamBase + 0xA000;
    private const uint ComparedStatus = 0xF000_0003;

    private static readonly Encoding[] All =
    [
        new("VMLA, VMLS", "11101110 0 x 00 nnnn dddd 1010 x o x 0 mmmm"),
        new("VNMLA, VNMLS", "11101110 0 x 01 nnnn dddd 1010 x o x 0 mmmm"),
        new("VMUL, VNMUL", "11101110 0 x 10 nnnn dddd 1010 x o x 0 mmmm"),
        new("VADD, VSUB", "11101110 0 x 11 nnnn dddd 1010 x o x 0 mmmm"),
        new("VDIV", "11101110 1 x 00 nnnn dddd 1010 x 0 x 0 mmmm"),
        new("VFNMA, VFNMS", "11101110 1 x 01 nnnn dddd 1010 x o x 0 mmmm"),
        new("VFMA, VFMS", "11101110 1 x 10 nnnn dddd 1010 x o x 0 mmmm"),
        new("VMOV (immediate)", "11101110 1 x 11 iiii dddd 1010 0000 iiii"),
        new("VMOV, VABS", "11101110 1 x 11 0000 dddd 1010 o1x0 mmmm"),
        new("VNEG, VSQRT", "11101110 1 x 11 0001 dddd 1010 o1x0 mmmm"),
        new("VCVT half to single", "11101110 1 x 11 0010 dddd 1010 o1x0 mmmm"),
        new("VCVT single to half", "11101110 1 x 11 0011 dddd 1010 o1x0 mmmm"),
        new("VCMP", "11101110 1 x 11 0100 dddd 1010 o1x0 mmmm"),
        new("VCMP (zero)", "11101110 1 x 11 0101 dddd 1010 o100 0000"),
        new("VCVT integer to single", "11101110 1 x 11 1000 dddd 1010 o1x0 mmmm"),
        new("VCVT single to integer", "11101110 1 x 11 110o dddd 1010 o1x0 mmmm"),
        new("VCVT fixed to single", "11101110 1 x 11 101o dddd 1010 s1i0 iiii", f => f['s'] == 1 || f['i'] % 16 * 2 + f['i'] / 16 <= 16),
        new("VCVT single to fixed", "11101110 1 x 11 111o dddd 1010 s1i0 iiii", f => f['s'] == 1 || f['i'] % 16 * 2 + f['i'] / 16 <= 16),
        new("VMOV core and single", "11101110 000 l dddd tttt 1010 x001 0000", f => f.Low("t")),
        new("VMOV core and half of a double", "11101110 00 h l dddd tttt 1011 0001 0000", f => f.Low("t")),
        new("VMOV core and two singles", "11101100 010 l uuuu tttt 1010 00x1 mmmm", f => f.Low("tu") && f['t'] != f['u'] && f['m'] * 2 + f['x'] < 31),
        new("VMOV core and double", "11101100 010 l uuuu tttt 1011 0001 mmmm", f => f.Low("tu") && f['t'] != f['u']),
        new("VMRS, VMSR", "11101110 111 l 0001 tttt 1010 0001 0000", f => f.Low("t")),
        new("VMRS APSR", "11101110 1111 0001 1111 1010 0001 0000"),
        new("VLDR, VSTR single", "11101101 u x 0 l nnnn dddd 1010 iiiiiiii", f => f['n'] != 15) { Memory = true, Aligned = true },
        new("VLDR, VSTR double", "11101101 u 0 0 l nnnn dddd 1011 iiiiiiii", f => f['n'] != 15) { Memory = true, Aligned = true },
        new("VLDM, VSTM", "11101100 1 x w l nnnn dddd 1010 000 iiiii", f => f['n'] != 15 && f['i'] != 0 && f['d'] * 2 + f['x'] + f['i'] <= 32) { Memory = true, Aligned = true },
        new("VPUSH, VPOP doubles", "11101100 1 0 1 l 1101 dddd 1011 000 iiii 0", f => f['i'] != 0 && f['d'] + f['i'] <= 16),
        new("VLDMDB, VSTMDB", "11101101 0 x 1 l nnnn dddd 1010 000 iiiii", f => f['n'] != 15 && f['i'] != 0 && f['d'] * 2 + f['x'] + f['i'] <= 32) { Memory = true, Aligned = true },
    ];

    private readonly TestMachine _ours = new();
    private readonly Random _random = new(Seed);
    private readonly List<string> _differences = [];

    [Fact]
    public void Every_floating_point_instruction_does_what_it_does_on_qemu()
    {
        using var qemu = QemuMachine.Require();
        _ours.Core.PowerOnReset(0);
        _ours.Ppb(0xE000_EDF0, 0xA05F_0003);
        _ours.Ppb(0xE000_ED88, 0xF << 20);
        _ours.Core.CONTROL = 4; // a floating point context is there already
        EnableFloat(qemu);
        _random.NextBytes(_ours.Ram);
        qemu.WriteMemory(TestMachine.RamBase, _ours.Ram.AsSpan(0, 0x1_0000));

        foreach (var encoding in All)
        {
            for (var i = 0; i < PerEncoding && _differences.Count < 40; i++)
            {
                Compare(qemu, encoding);
            }
        }

        Assert.True(qemu.ReadMemory(TestMachine.RamBase, 0x1_0000).AsSpan().SequenceEqual(_ours.Ram.AsSpan(0, 0x1_0000)), "Memory differs.");
        Assert.True(_differences.Count == 0, $"Seed {Seed}:\n{string.Join('\n', _differences)}");
    }

    // qemu's CPACR is out of the stub's reach: the core itself has to write it.
    private static void EnableFloat(QemuMachine qemu)
    {
        var state = new uint[17];
        (state[0], state[1], state[13], state[15], state[16]) = (0xE000_ED88, 0xF << 20, Data, Code, 1 << 24);
        // STR r1, [r0]; VMOV s0, s0: the first floating point instruction of a context resets qemu's whole FPSCR.
        qemu.WriteMemory(Code, [0x01, 0x60, 0xB0, 0xEE, 0x40, 0x0A, 0x00, 0xBF]);
        qemu.WriteRegisters(state);
        qemu.Step();
        qemu.Step();
    }

    private void Compare(QemuMachine qemu, Encoding encoding)
    {
        var fields = encoding.Draw(_random);
        var state = new uint[17];
        for (var i = 0; i < 13; i++)
        {
            state[i] = Value();
        }

        (state[13], state[15], state[16]) = (Data, Code, 1 << 24);
        if (encoding.Memory)
        {
            state[fields['n']] = Data + (uint)_random.Next(64) * 4;
        }

        var singles = new uint[32];
        for (var i = 0; i < 32; i++)
        {
            singles[i] = Value();
        }

        var fpscr = (uint)_random.Next(16) << 28 | (_random.Next(8) == 0 ? 1u << 25 : 0);
        _ours.PokeCode(Code, (ushort)(fields.Word >> 16), (ushort)fields.Word, 0xBF00);
        qemu.WriteMemory(Code, _ours.Ram.AsSpan((int)(Code - TestMachine.RamBase), 6));
        qemu.WriteRegisters(state);
        qemu.WriteFloats(singles, fpscr);
        qemu.Step();
        RunOurs(state, singles, fpscr);
        Report(qemu, $"{encoding.Name} {fields.Word:X8} S {string.Join(' ', singles.Select(s => s.ToString("X8", null)))}");
    }

    private void RunOurs(uint[] state, uint[] singles, uint fpscr)
    {
        for (var i = 0; i < 16; i++)
        {
            _ours.Core.SetRegister(i, state[i]);
        }

        _ours.Core.XPSR = state[16];
        for (uint i = 0; i < 32; i++)
        {
            _ours.Ppb(0xE000_EDF8, singles[i]);
            _ours.Ppb(0xE000_EDF4, 1 << 16 | 64 + i);
        }

        _ours.Ppb(0xE000_EDF8, fpscr);
        _ours.Ppb(0xE000_EDF4, 1 << 16 | 33);
        _ours.Ppb(0xE000_EDF0, 0xA05F_0005);
        _ours.Run(10_000);
    }

    private void Report(QemuMachine qemu, string what)
    {
        var theirs = qemu.ReadRegisters();
        for (var i = 0; i < 16; i++)
        {
            Check($"{what}: r{i}", _ours.Core.GetRegister(i), theirs[i]);
        }

        Check($"{what}: xPSR", _ours.Core.XPSR & 0xF800_0000, theirs[16] & 0xF800_0000);
        for (var i = 0; i < 16; i++)
        {
            var (low, high) = qemu.ReadDouble(i);
            Check($"{what}: s{i * 2}", OurCoreRegister(64 + i * 2), low);
            Check($"{what}: s{i * 2 + 1}", OurCoreRegister(65 + i * 2), high);
        }

        Check($"{what}: FPSCR", OurCoreRegister(33) & ComparedStatus, qemu.ReadFloatStatus() & ComparedStatus);
    }

    private uint OurCoreRegister(int number)
    {
        _ours.Ppb(0xE000_EDF4, (uint)number);
        return _ours.Ppb(0xE000_EDF8);
    }

    private void Check(string what, uint own, uint expected)
    {
        if (own != expected)
        {
            _differences.Add($"{own:X8}, on qemu {expected:X8}: {what} {_ours.Core.LastFaultText}");
        }
    }

    private uint Value() => _random.Next(14) switch
    {
        0 => 0,
        1 => 0x8000_0000,
        2 => 0x3F80_0000,
        3 => 0x7F80_0000,
        4 => 0xFF80_0000,
        5 => 0x7FC0_0000 | (uint)_random.Next(1 << 22),
        6 => 0xFF80_0001 + (uint)_random.Next(1 << 21),
        7 => (uint)_random.Next(1 << 23),
        8 or 9 => (uint)_random.NextInt64(1L << 32),
        10 => BitConverter.SingleToUInt32Bits(_random.Next(-100, 100)),
        _ => BitConverter.SingleToUInt32Bits((_random.NextSingle() - 0.5f) * 1e5f),
    };
}
