using System.Globalization;
using System.Text.RegularExpressions;
using Nrst.Flash.Loaders;

namespace Nrst.Flash.Tests;

/// <summary>One session of gdb with a core of qemu that runs a loader.</summary>
internal sealed partial class QemuRun
{
    /// <param name="Machine">Of qemu.</param>
    /// <param name="Architecture">For gdb.</param>
    /// <param name="Flash">RAM that stands in for the flash controller's registers.</param>
    /// <param name="Crc">RAM that stands in for the CRC unit; it answers the last word it was given.</param>
    public sealed record Board(string Machine, string Architecture, int SlotData, uint Flash, uint Crc);

    public const uint Base = 0x2000_0000;
    public static readonly Board CortexM4 = new("netduinoplus2", "armv7e-m", 4096, 0x2001_C000, 0x2001_D000);
    public static readonly Board CortexM0 = new("microbit", "armv6s-m", 256, 0x2000_1000, 0x2000_1400);

    private const int Slots = 4;

    private readonly Judges _judges;
    private readonly Board _board;
    private readonly byte[] _code;
    private readonly List<string> _before = [];
    private readonly List<string> _after = [];
    private readonly uint _ring;
    private bool _hasCrcUnit;
    private uint _sequence;
    private int _files;

    public QemuRun(Judges judges, Board board, string loader)
    {
        (_judges, _board, _code) = (judges, board, LoaderBlob.Of(loader));
        _ring = Base + (((uint)_code.Length + LoaderBlob.StackBytes + 7) / 8 * 8);
        Set(
            (LoaderBlob.Ring, _ring),
            (LoaderBlob.RingEnd, _ring + (uint)(Slots * Stride)),
            (LoaderBlob.SlotData, (uint)board.SlotData),
            (LoaderBlob.Flash, board.Flash),
            (LoaderBlob.CrcEnable, Base + LoaderBlob.Unused),
            (LoaderBlob.Watchdog, Base + LoaderBlob.Unused));
        Load(board.Flash, new byte[0x400]);
    }

    private int Stride => _board.SlotData + LoaderCommand.TrailerBytes;

    /// <summary>Words of the mailbox.</summary>
    public void Set(params (int At, uint Value)[] words)
    {
        foreach (var (at, value) in words)
        {
            LoaderBlob.Set(_code, at, value);
            _hasCrcUnit |= at == LoaderBlob.Crc;
        }
    }

    public void Load(uint at, byte[] data) => Load(_before, at, data);

    /// <summary>Returns where the data of the slot lies.</summary>
    public uint Send(LoaderOperation operation, uint dest, uint flags, byte[] data)
    {
        var command = new LoaderCommand(operation, dest, flags, data, new AddressRange(new Address(Base), 1), default);
        var at = _ring + (uint)((_sequence * Stride) + _board.SlotData - data.Length);
        var bytes = new byte[command.Bytes];
        command.Write(bytes, ++_sequence);
        if (_hasCrcUnit)
        {
            bytes.AsSpan(data.Length + 4, 4).CopyTo(bytes.AsSpan(data.Length + 8)); // the stand-in's idea of a CRC
        }

        Load(_after, at, bytes);
        return at;
    }

    /// <summary>Runs to the loader's end and returns eight words from each place.</summary>
    public uint[][] Go(params uint[] places)
    {
        File.WriteAllBytes(_judges.Path("kernel.bin"), new byte[64]);
        Load(Base, _code);
        string[] script =
        [
            "set pagination off", "set confirm off", "set remotetimeout 30", $"set architecture {_board.Architecture}",
            // A limit of its own: gdb, stopped half-way, would leave it running.
            $"target remote | timeout 60 qemu-system-arm -M {_board.Machine} -display none -monitor none -serial none -S -gdb stdio -kernel {_judges.Path("kernel.bin")}",
            .. _before,
            $"set $r0={Base}", $"set $sp={_ring}", $"set $pc={Base + LoaderBlob.Entry}", "set $xpsr=0x01000000",
            .. Breakpoints().Select(at => $"hbreak *{Base + (uint)at}"),
            // The ring is cleared first; the commands come once it is.
            $"watch *(unsigned*){Base + LoaderBlob.Status}", "continue",
            .. _after,
            $"delete {Breakpoints().Count() + 1}", "continue",
            .. places.Select(place => $"x/8wx {place}"),
            "kill",
        ];
        File.WriteAllLines(_judges.Path("script.gdb"), script);
        // Whether gdb still hears qemu's answer to being killed is a matter of luck; what it printed before is not. On a machine that
        // is busy enough the two can lose each other earlier: then there is no answer, and they are asked again. A wrong answer stands.
        for (var left = 2; ; left--)
        {
            var (_, output, error) = _judges.Try("gdb-multiarch", "-q", "-batch", "-nx", "-x", _judges.Path("script.gdb"));
            var words = Line().Matches(output).SelectMany(line => Word().Matches(line.Value).Select(
                word => uint.Parse(word.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            var found = words.Chunk(8).ToArray();
            if (found.Length == places.Length)
            {
                return found;
            }

            Assert.True(left > 0, error + output);
        }
    }

    private void Load(List<string> script, uint at, byte[] data)
    {
        var file = _judges.Path($"part{_files++}.bin");
        File.WriteAllBytes(file, data);
        script.Add($"restore {file} binary {at}");
    }

    private IEnumerable<int> Breakpoints() =>
        Enumerable.Range(LoaderBlob.Entry / 2, (_code.Length - LoaderBlob.Entry) / 2).Select(i => i * 2)
            .Where(at => _code[at] == 0x00 && _code[at + 1] == 0xBE);

    [GeneratedRegex(@"^0x[0-9a-f]+:.*$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex(@"\t0x([0-9a-f]{8})")]
    private static partial Regex Word();
}
