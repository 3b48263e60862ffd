namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>One instruction at a time, on qemu's Cortex-M4 and on ours, from the same state; both must end in the same.</summary>
public sealed class InstructionsAgainstQemu
{
    private const int Seed = 20_407;
    private const int PerEncoding = 130;
    private const uint Code = TestMachine.RamBase + 0x4000;
    private const uint Data = TestMachine.RamBase + 0xA000;
    private const int Compared = 0x1_0000;
    private const uint ComparedFlags = 0xFF0F_FC00;

    private readonly TestMachine _ours = new();
    private readonly Random _random = new(Seed);
    private readonly List<string> _differences = [];

    [Fact]
    public void Every_integer_instruction_does_what_it_does_on_qemu()
    {
        using var qemu = QemuMachine.Require();
        _ours.Core.PowerOnReset(0);
        _ours.Ppb(0xE000_EDF0, 0xA05F_0003);
        _random.NextBytes(_ours.Ram);
        qemu.WriteMemory(TestMachine.RamBase, _ours.Ram.AsSpan(0, Compared));
        Assert.True(Encodings.All.Count * PerEncoding >= 20_000);

        foreach (var encoding in Encodings.All)
        {
            for (var i = 0; i < PerEncoding && _differences.Count < 40; i++)
            {
                Compare(qemu, encoding);
            }

            if (!qemu.ReadMemory(TestMachine.RamBase, Compared).AsSpan().SequenceEqual(_ours.Ram.AsSpan(0, Compared)))
            {
                _differences.Add($"{encoding.Name}: memory differs outside the window looked at");
                qemu.WriteMemory(TestMachine.RamBase, _ours.Ram.AsSpan(0, Compared));
            }
        }

        Assert.True(_differences.Count == 0, $"Seed {Seed}:\n{string.Join('\n', _differences)}");
    }

    private void Compare(QemuMachine qemu, Encoding encoding)
    {
        var fields = encoding.Draw(_random);
        var state = State(encoding, fields);
        var at = state[15];
        ushort[] halfwords = encoding.Wide ? [(ushort)(fields.Word >> 16), (ushort)fields.Word, 0xBF00] : [(ushort)fields.Word, 0xBF00];
        _ours.PokeCode(at, halfwords);
        qemu.WriteMemory(at, _ours.Ram.AsSpan((int)(at - TestMachine.RamBase), halfwords.Length * 2));

        for (var i = 0; i < 16; i++)
        {
            _ours.Core.SetRegister(i, state[i]);
        }

        _ours.Core.XPSR = state[16];
        _ours.ForgetWrites();
        _ours.Ppb(0xE000_EDF0, 0xA05F_0005);
        _ours.Run(10_000);
        qemu.WriteRegisters(state);
        qemu.Step();
        var theirs = qemu.ReadRegisters();

        var what = $"{encoding.Name} {fields.Word:X8} at {at:X8} xPSR {state[16]:X8}";
        for (var i = 0; i < 17; i++)
        {
            var own = i < 16 ? _ours.Core.GetRegister(i) : _ours.Core.XPSR & ComparedFlags;
            var expected = i < 16 ? theirs[i] : theirs[i] & ComparedFlags;
            if (own != expected)
            {
                _differences.Add($"{what}: r{i} is {own:X8}, on qemu {expected:X8}; before: {string.Join(' ', state.Select(r => r.ToString("X8", null)))} {_ours.Core.LastFaultText}");
            }
        }

        CompareMemory(qemu, what);
    }

    private void CompareMemory(QemuMachine qemu, string what)
    {
        var (from, to) = _ours.Written;
        if (from >= to)
        {
            return;
        }

        (from, to) = (Math.Max(TestMachine.RamBase, from - 16), Math.Min(TestMachine.RamBase + Compared, to + 16));
        var theirs = qemu.ReadMemory(from, (int)(to - from));
        if (!theirs.AsSpan().SequenceEqual(_ours.Ram.AsSpan((int)(from - TestMachine.RamBase), theirs.Length)))
        {
            _differences.Add($"{what}: memory at {from:X8}..{to:X8} differs");
        }
    }

    private uint[] State(Encoding encoding, Fields fields)
    {
        var state = new uint[17];
        for (var i = 0; i < 15; i++)
        {
            state[i] = Interesting();
        }

        state[13] = Data + (uint)_random.Next(64) * 4;
        state[15] = Code + (uint)_random.Next(64) * 2;
        if (encoding.Memory)
        {
            var pointer = Data + (uint)_random.Next(256);
            state[fields['n']] = encoding.Aligned || fields['n'] == 13 ? pointer & ~3u : pointer;
            if (fields.Has('m'))
            {
                state[fields['m']] = (uint)_random.Next(256);
            }
        }

        state[16] = Interesting() & 0xF80F_0000 | 1u << 24 | ItState(encoding);
        return state;
    }

    private uint ItState(Encoding encoding)
    {
        if (encoding.NotInIt || _random.Next(4) != 0)
        {
            return 0;
        }

        var mask = encoding.Branches ? 8u : (uint)_random.Next(1, 16);
        var it = (uint)_random.Next(14) << 4 | mask;
        return (it & 3) << 25 | it >> 2 << 10;
    }

    private uint Interesting() => _random.Next(8) switch
    {
        0 => 0,
        1 => (uint)_random.Next(-4, 40),
        2 => 0x8000_0000 - (uint)_random.Next(3),
        3 => 0x7FFF_8000 ^ (uint)_random.Next(3),
        4 => 0x8000_7FFF,
        _ => (uint)_random.NextInt64(1L << 32),
    };
}
