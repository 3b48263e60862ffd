using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>One instruction at a time, on a core of qemu's and on ours of the same kind, from the same state; both must end in the same.</summary>
public sealed class InstructionsAgainstQemu
{
    private const int Seed = 20_407;
    private const int Undefined = 8;

    private readonly Random _random = new(Seed);
    private readonly List<string> _differences = [];
    private CoreOnQemu _core = CoreOnQemu.Of(nameof(CoreKind.M4F));
    private TestMachine _ours = new();

    [Theory]
    [InlineData(nameof(CoreKind.M0), 80, 5_000)]
    [InlineData(nameof(CoreKind.M3), 45, 6_000)]
    [InlineData(nameof(CoreKind.M4F), 130, 20_000)]
    [InlineData(nameof(CoreKind.M7D), 45, 7_000)]
    [InlineData(nameof(CoreKind.M33F), 45, 7_000)]
    public void Every_integer_instruction_does_what_it_does_on_qemu(string kind, int each, int atLeast)
    {
        _core = CoreOnQemu.Of(kind);
        using var qemu = QemuMachine.Require(_core.Board);
        _ours = _core.Make(qemu, _random);
        var encodings = Encodings.All.Where(encoding => encoding.ExistsOn(_core.Traits)).ToList();
        Assert.True(encodings.Count * each >= atLeast, $"{encodings.Count} encodings");

        foreach (var encoding in encodings)
        {
            for (var i = 0; i < each && _differences.Count < 40; i++)
            {
                Compare(qemu, encoding);
            }

            CompareAllMemory(qemu, encoding);
        }

        Assert.True(_differences.Count == 0, $"Seed {Seed}:\n{string.Join('\n', _differences)}");
    }

    [Theory]
    [InlineData(nameof(CoreKind.M0), 90)]
    [InlineData(nameof(CoreKind.M3), 50)]
    [InlineData(nameof(CoreKind.M4F), 20)]
    [InlineData(nameof(CoreKind.M7D), 12)]
    [InlineData(nameof(CoreKind.M33F), 10)]
    public void What_an_architecture_lacks_is_undefined_on_both(string kind, int atLeast)
    {
        _core = CoreOnQemu.Of(kind);
        using var qemu = QemuMachine.Require(_core.Board);
        _ours = _core.Make(qemu, _random);
        _core.EnableFloat(qemu, _ours);
        var encodings = Encodings.All.Concat(FloatEncodings.All).Where(encoding => !encoding.ExistsOn(_core.Traits) && !encoding.ElseUnpredictable).ToList();
        Assert.True(encodings.Count >= atLeast, $"{encodings.Count} encodings");

        foreach (var encoding in encodings)
        {
            for (var i = 0; i < Undefined && _differences.Count < 40; i++)
            {
                BothMustFault(qemu, encoding);
            }

            if (encoding.QemuIsLax)
            {
                qemu.WriteMemory(_core.Ram, _ours.Ram.AsSpan(0, _core.RamSize));
            }

            CompareAllMemory(qemu, encoding);
        }

        Assert.True(_differences.Count == 0, $"Seed {Seed}:\n{string.Join('\n', _differences)}");
    }

    private void BothMustFault(QemuMachine qemu, Encoding encoding)
    {
        var fields = encoding.Draw(_random);
        Step(qemu, encoding, fields, State(encoding, fields));
        var theirs = qemu.ReadRegisters();
        var own = (_ours.Core.GetRegister(15), _ours.Core.XPSR & 0x1FF);
        if (own != (_core.Handler, 3u) || ((theirs[15], theirs[16] & 0x1FF) != own && !encoding.QemuIsLax))
        {
            _differences.Add($"{encoding.Name} {fields.Word:X8}: ends at {own.Item1:X8} in exception {own.Item2}, on qemu at {theirs[15]:X8} in {theirs[16] & 0x1FF}");
        }

        // The handlers return, so that the next one is not a fault within a fault.
        if ((theirs[16] & 0x1FF) != 0)
        {
            qemu.Step();
        }

        if (own.Item2 != 0)
        {
            _ours.Ppb(0xE000_EDF0, 0xA05F_0005);
            _ours.Run(10_000);
        }
    }

    private void CompareAllMemory(QemuMachine qemu, Encoding encoding)
    {
        var own = _ours.Ram.AsSpan(0, _core.RamSize);
        if (!qemu.ReadMemory(_core.Ram, _core.RamSize).AsSpan().SequenceEqual(own))
        {
            _differences.Add($"{encoding.Name}: memory differs outside the window looked at");
            qemu.WriteMemory(_core.Ram, own);
        }
    }

    private void Step(QemuMachine qemu, Encoding encoding, Fields fields, uint[] state)
    {
        var at = state[15];
        ushort[] halfwords = encoding.Wide ? [(ushort)(fields.Word >> 16), (ushort)fields.Word, 0xBF00] : [(ushort)fields.Word, 0xBF00];
        _ours.PokeCode(at, halfwords);
        qemu.WriteMemory(at, _ours.Ram.AsSpan((int)(at - _core.Ram), halfwords.Length * 2));

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
    }

    private void Compare(QemuMachine qemu, Encoding encoding)
    {
        var fields = encoding.Draw(_random);
        var state = State(encoding, fields);
        Step(qemu, encoding, fields, state);
        var theirs = qemu.ReadRegisters();

        var what = $"{encoding.Name} {fields.Word:X8} at {state[15]:X8} xPSR {state[16]:X8}";
        // APSR.Q is reserved in ARMv6-M; qemu keeps it all the same.
        var flags = _core.Traits.HasThumb2 ? 0xFF0F_FC00 : 0xF70F_FC00;
        for (var i = 0; i < 17; i++)
        {
            var own = i < 16 ? _ours.Core.GetRegister(i) : _ours.Core.XPSR & flags;
            var expected = i < 16 ? theirs[i] : theirs[i] & flags;
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

        (from, to) = (Math.Max(_core.Ram, from - 16), Math.Min(_core.Ram + (uint)_core.RamSize, to + 16));
        var theirs = qemu.ReadMemory(from, (int)(to - from));
        if (!theirs.AsSpan().SequenceEqual(_ours.Ram.AsSpan((int)(from - _core.Ram), theirs.Length)))
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

        state[13] = _core.Data + (uint)_random.Next(64) * 4;
        state[15] = _core.Code + (uint)_random.Next(64) * 2;
        if (encoding.Memory)
        {
            var pointer = _core.Data + (uint)_random.Next(256);
            state[fields['n']] = encoding.Aligned || fields['n'] == 13 || !_core.Traits.AllowsUnaligned ? pointer & ~3u : pointer;
            if (fields.Has('m'))
            {
                state[fields['m']] = (uint)_random.Next(256) & (_core.Traits.AllowsUnaligned ? ~0u : ~3u);
            }
        }

        state[16] = Interesting() & (_core.Traits.HasDsp ? 0xF80F_0000 : _core.Traits.HasThumb2 ? 0xF800_0000 : 0xF000_0000) | 1u << 24 | ItState(encoding);
        return state;
    }

    private uint ItState(Encoding encoding)
    {
        if (!_core.Traits.HasThumb2 || encoding.NotInIt || !encoding.ExistsOn(_core.Traits) || _random.Next(4) != 0)
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
