using System.Buffers.Binary;
using System.Globalization;
using System.Text.RegularExpressions;
using Nrst.Flash.Loaders;

namespace Nrst.Flash.Tests;

public sealed partial class The_loader_in_target_RAM
{
    private const uint Base = 0x2000_0000;

    private static readonly string Loaders = Path.Combine(Judges.Root, "src/Nrst.Flash/Loaders");

    public static TheoryData<string> Sources() => [.. Directory.GetFiles(Loaders, "flash.c", SearchOption.AllDirectories)
        .Select(file => Path.GetFileName(Path.GetDirectoryName(file)!))];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Is_what_its_source_compiles_to(string name)
    {
        Judges.Require("sh", "arm-none-eabi-gcc", "arm-none-eabi-objcopy");
        using var judges = new Judges();
        var (ours, theirs) = (File.ReadAllText(Path.Combine(Loaders, "compiler.txt")).Trim(), judges.Run("arm-none-eabi-gcc", "-dumpfullversion").Trim());
        Assert.SkipWhen(ours != theirs, $"The loaders were compiled by gcc {ours}, and here is {theirs}, which makes other bytes of the same source.");

        judges.Run("sh", Path.Combine(Loaders, "build.sh"), name, judges.Path("loader.bin"));

        Assert.Equal(File.ReadAllBytes(judges.Path("loader.bin")), LoaderBlob.Of(name));
    }

    [Fact]
    public void Fits_with_its_ring_into_every_part_it_is_meant_for()
    {
        foreach (var device in Targets.DeviceDatabase.All.Where(device => device.Flash.IsProgrammable))
        {
            foreach (var part in device.Parts)
            {
                var chip = new FlashChip(null!, null!, null!, device, part.Layouts[0], null);
                var name = FlashFamilies.Of(device).Open(chip).Loader!.Name;
                var place = LoaderRam.In(part, LoaderBlob.Of(name).Length);

                Assert.True(place is { Slots: >= 2 and <= 16 }, part.Name);
                Assert.Contains(part.Ram, ram => ram.Executes && ram.Range.Contains(new AddressRange(
                    new Address(place.Value.Base), place.Value.RingEnd - place.Value.Base)));
            }
        }
    }

    [Theory]
    [InlineData(0u, 0xC704_DD7Bu)] // what the CRC unit is known to answer to one word of zeros
    [InlineData(0x1234_5678u, 0xDF8A_8A2Bu)]
    public void Counts_its_CRC_as_the_CRC_unit_does(uint word, uint crc)
    {
        var data = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(data, word);

        Assert.Equal(crc, WordCrc.Of(data));
    }

    /// <summary>
    /// The loader takes its peripherals' addresses in its mailbox, so it runs where there are none: RAM stands in for the flash
    /// controller (never busy, no error) and for the CRC unit (answers the last word it was given).
    /// </summary>
    [Fact]
    public void Does_on_another_simulator_what_it_is_told()
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var run = new QemuRun(judges);
        var content = Enumerable.Range(1, 200).Select(i => (byte)i).ToArray();
        run.Load(0x2001_0000, [.. content, .. content, .. content, .. content, .. content, .. Enumerable.Repeat((byte)0xFF, 3096)]);
        byte[] data = [0x11, 0x22, 0x33, 0x44, .. Enumerable.Repeat((byte)0xFF, 8), 0x55, 0x66, 0x77, 0x88, .. new byte[40]];

        var answers = run.Send(LoaderOperation.Survey, 0, 0, Items(
            new SurveyItem(SurveyKind.Content, 0x2001_0000, 4096),
            new SurveyItem(SurveyKind.Hash, 0x2001_0000, 1000),
            new SurveyItem(SurveyKind.Gap, 0x2001_0200, 2048),
            new SurveyItem(SurveyKind.Gap, 0x2001_0800, 1024)));
        run.Send(LoaderOperation.Program, 0x2001_8000, 0, data);
        run.Send(LoaderOperation.Program, 0x2001_8100, LoaderCommand.ThenEnd, data);
        var seen = run.Go(answers, 0x2001_8000, 0x2001_8100, Base + LoaderBlob.Status, QemuRun.FlashAt + 0x10);

        Assert.Equal([0x2001_03E8, 0xC8C7_C6C5, 0xC8C7_C6C5, 0, 0x2001_0200, 0x2001_03E8, 0x2001_0800, 0x2001_0800], seen[0]);
        Assert.All(seen[1..3], words => Assert.Equal([0x4433_2211, 0, 0, 0x8877_6655], words[..4])); // blank words are not written
        Assert.Equal(3u, seen[3][0]);
        Assert.Equal(0x8000_0000, seen[4][0]); // locked
    }

    private static byte[] Items(params SurveyItem[] items)
    {
        var data = new byte[items.Length * SurveyItem.Bytes];
        for (var i = 0; i < items.Length; i++)
        {
            items[i].Write(data.AsSpan(i * SurveyItem.Bytes));
        }

        return data;
    }

    /// <summary>One session of gdb with a Cortex-M4 of qemu.</summary>
    private sealed partial class QemuRun
    {
        public const uint FlashAt = 0x2001_C000;
        private const uint CrcAt = 0x2001_D000;
        private const int Slots = 4, SlotData = 4096, Stride = SlotData + LoaderCommand.TrailerBytes;

        private readonly Judges _judges;
        private readonly byte[] _code;
        private readonly List<string> _before = [];
        private readonly List<string> _after = [];
        private readonly uint _ring;
        private uint _sequence;
        private int _files;

        public QemuRun(Judges judges, string name = "stm32f4", uint unit = 4, params uint[] arguments)
        {
            _judges = judges;
            _code = LoaderBlob.Of(name);
            _ring = Base + ((uint)_code.Length + LoaderBlob.StackBytes + 7) / 8 * 8;
            LoaderBlob.Set(_code, LoaderBlob.Ring, _ring);
            LoaderBlob.Set(_code, LoaderBlob.RingEnd, _ring + (Slots * Stride));
            LoaderBlob.Set(_code, LoaderBlob.SlotData, SlotData);
            LoaderBlob.Set(_code, LoaderBlob.Unit, unit);
            for (var i = 0; i < arguments.Length; i++)
            {
                LoaderBlob.Set(_code, LoaderBlob.Arguments + (4 * i), arguments[i]);
            }

            LoaderBlob.Set(_code, LoaderBlob.Erased, uint.MaxValue);
            LoaderBlob.Set(_code, LoaderBlob.Flash, FlashAt);
            LoaderBlob.Set(_code, LoaderBlob.Crc, CrcAt);
            LoaderBlob.Set(_code, LoaderBlob.CrcEnable, CrcAt + 0x100);
            LoaderBlob.Set(_code, LoaderBlob.Watchdog, Base + LoaderBlob.Unused);
            LoaderBlob.Set(_code, LoaderBlob.Vtor, 0xE000_ED08);
            Load(Base, _code);
        }

        public void Load(uint at, byte[] data) => Load(_before, at, data);

        /// <summary>Returns where the data of the slot lies.</summary>
        public uint Send(LoaderOperation operation, uint dest, uint flags, byte[] data)
        {
            var command = new LoaderCommand(operation, dest, flags, data, new AddressRange(new Address(Base), 1), default);
            var at = _ring + (_sequence * Stride) + SlotData - (uint)data.Length;
            var bytes = new byte[command.Bytes];
            command.Write(bytes, ++_sequence);
            bytes.AsSpan(data.Length + 4, 4).CopyTo(bytes.AsSpan(data.Length + 8)); // the stand-in's idea of a CRC
            Load(_after, at, bytes);
            return at;
        }

        /// <summary>Runs to the loader's end and returns eight words from each place.</summary>
        public uint[][] Go(params uint[] places)
        {
            File.WriteAllBytes(_judges.Path("kernel.bin"), new byte[64]);
            string[] script =
            [
                "set pagination off", "set confirm off", "set architecture armv7e-m",
                // A limit of its own: gdb, stopped half-way, would leave it running.
                $"target remote | timeout 60 qemu-system-arm -M netduinoplus2 -display none -monitor none -serial none -S -gdb stdio -kernel {_judges.Path("kernel.bin")}",
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
            // Whether gdb still hears qemu's answer to being killed is a matter of luck; what it printed before is not.
            var (_, output, error) = _judges.Try("gdb-multiarch", "-q", "-batch", "-nx", "-x", _judges.Path("script.gdb"));
            var words = Line().Matches(output).SelectMany(line => Word().Matches(line.Value).Select(
                word => uint.Parse(word.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));
            var found = words.Chunk(8).ToArray();
            Assert.True(found.Length == places.Length, error + output);
            return found;
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
}
