using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>Floating point instructions, one at a time, on qemu's FPU and on ours, zeros, infinities and NaNs included.</summary>
/// <remarks>
/// Compared are all of S0..S31, the integer registers, and of FPSCR the flags N Z C V, IOC and DZC: underflow, overflow, inexact and
/// input-denormal are not looked at by compiled code. Rounding is to nearest, as after reset.
/// </remarks>
public sealed class FloatInstructionsAgainstQemu
{
    private const int Seed = 754;
    private const uint ComparedStatus = 0xF000_0003;

    private readonly Random _random = new(Seed);
    private readonly List<string> _differences = [];
    private CoreOnQemu _core = CoreOnQemu.Of(nameof(CoreKind.M4F));
    private TestMachine _ours = new();

    [Theory]
    [InlineData(nameof(CoreKind.M4F), 60, 29)]
    [InlineData(nameof(CoreKind.M7D), 40, 61)]
    [InlineData(nameof(CoreKind.M33F), 30, 35)]
    public void Every_floating_point_instruction_does_what_it_does_on_qemu(string kind, int each, int encodings)
    {
        _core = CoreOnQemu.Of(kind);
        using var qemu = QemuMachine.Require(_core.Board);
        _ours = _core.Make(qemu, _random);
        _core.EnableFloat(qemu, _ours);
        _ours.Core.CONTROL = 4; // a floating point context is there already
        BeginContext(qemu);
        var all = FloatEncodings.All.Where(encoding => encoding.ExistsOn(_core.Traits)).ToList();
        Assert.Equal(encodings, all.Count);

        foreach (var encoding in all)
        {
            for (var i = 0; i < each && _differences.Count < 40; i++)
            {
                Compare(qemu, encoding);
            }
        }

        Assert.True(qemu.ReadMemory(_core.Ram, _core.RamSize).AsSpan().SequenceEqual(_ours.Ram.AsSpan(0, _core.RamSize)), "Memory differs.");
        Assert.True(_differences.Count == 0, $"Seed {Seed}:\n{string.Join('\n', _differences)}");
    }

    // The first floating point instruction of a context resets qemu's whole FPSCR.
    private void BeginContext(QemuMachine qemu)
    {
        var state = new uint[17];
        (state[13], state[15], state[16]) = (_core.Data, _core.Code, 1 << 24);
        qemu.WriteMemory(_core.Code, [0xB0, 0xEE, 0x40, 0x0A, 0x00, 0xBF]); // VMOV s0, s0
        qemu.WriteRegisters(state);
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

        (state[13], state[15], state[16]) = (_core.Data, _core.Code, (uint)_random.Next(16) << 28 | 1 << 24);
        if (encoding.Memory)
        {
            state[fields['n']] = _core.Data + (uint)_random.Next(64) * 4;
        }

        var singles = new uint[32];
        for (var i = 0; i < 32; i++)
        {
            singles[i] = Value();
        }

        for (var i = 1; i < 32 && encoding.Needs == Needs.Double && _random.Next(4) != 0; i += 2)
        {
            (singles[i - 1], singles[i]) = DoubleValue();
        }

        var fpscr = (uint)_random.Next(16) << 28 | (_random.Next(8) == 0 ? 1u << 25 : 0);
        _ours.PokeCode(_core.Code, (ushort)(fields.Word >> 16), (ushort)fields.Word, 0xBF00);
        qemu.WriteMemory(_core.Code, _ours.Ram.AsSpan((int)(_core.Code - _core.Ram), 6));
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

    private (uint Low, uint High) DoubleValue()
    {
        var low = (uint)_random.NextInt64(1L << 32);
        var value = _random.Next(14) switch
        {
            0 => 0.0,
            1 => -0.0,
            2 => double.PositiveInfinity,
            3 => double.NegativeInfinity,
            4 => _random.Next(-100, 100),
            5 => _random.Next(-100, 100) + 0.5,
            6 => BitConverter.UInt64BitsToDouble(0x7FF8_0000_0000_0000 | (ulong)_random.Next(1 << 19) << 32 | low),
            7 => BitConverter.UInt64BitsToDouble(0xFFF0_0000_0000_0000 | (ulong)_random.Next(1, 1 << 19) << 32 | low),
            8 => BitConverter.UInt64BitsToDouble((ulong)_random.Next(1 << 20) << 32 | low),
            9 => BitConverter.UInt64BitsToDouble((ulong)_random.NextInt64(1L << 32) << 32 | low),
            10 => _random.NextSingle(),
            _ => (_random.NextDouble() - 0.5) * Math.ScaleB(1, _random.Next(0, 40)),
        };
        var bits = BitConverter.DoubleToUInt64Bits(value);
        return ((uint)bits, (uint)(bits >> 32));
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
