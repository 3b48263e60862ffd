using System.Buffers.Binary;
using Nrst.Flash.Loaders;

namespace Nrst.Flash.Tests;

public sealed class The_loader_in_target_RAM
{
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
                var flash = FlashFamilies.Of(device).Open(chip);
                var place = LoaderRam.In(part, LoaderBlob.Of(flash.Loader!.Name).Length, flash.Rows);

                Assert.True(place is { Slots: >= 2 and <= 16 }, part.Name);
                Assert.True(flash.Rows is not { } rows || (place.Value.SlotData - place.Value.Preface) % rows.Bytes == 0, part.Name);
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
        var run = new QemuRun(judges, QemuRun.CortexM4, "stm32f4");
        run.Set((LoaderBlob.Unit, 4), (LoaderBlob.Erased, uint.MaxValue), (LoaderBlob.Crc, QemuRun.CortexM4.Crc), (LoaderBlob.Vtor, 0xE000_ED08));
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
        var seen = run.Go(answers, 0x2001_8000, 0x2001_8100, QemuRun.Base + LoaderBlob.Status, QemuRun.CortexM4.Flash + 0x10);

        Assert.Equal([0x2001_03E8, 0xC8C7_C6C5, 0xC8C7_C6C5, 0, 0x2001_0200, 0x2001_03E8, 0x2001_0800, 0x2001_0800], seen[0]);
        Assert.All(seen[1..3], words => Assert.Equal([0x4433_2211, 0, 0, 0x8877_6655], words[..4])); // blank words are not written
        Assert.Equal(3u, seen[3][0]);
        Assert.Equal(0x8000_0000, seen[4][0]); // locked
    }

    // What a controller's status register must read for its loader to go on, where that is not 0.
    private static readonly Dictionary<string, (uint Offset, uint Value)[]> s_ready = [];

    /// <summary>Loaders that write where it is to stand. The other one gives commands, which RAM does not follow; see <see cref="Loaders_for_whole_flash_words"/>.</summary>
    public static TheoryData<string> Writers() => [.. Sources().Select(row => row.Data).Where(name => name != "stm32wb0")];

    /// <summary>Every loader on the least of all cores: no SCB_VTOR, no CRC unit, 16 KiB of RAM with slots of 256 bytes.</summary>
    [Theory]
    [MemberData(nameof(Writers))]
    public void Runs_on_a_Cortex_M0_and_counts_its_own_CRC(string name)
    {
        Judges.Require("qemu-system-arm", "gdb-multiarch");
        using var judges = new Judges();
        var flash = DriverOf(name);
        var run = new QemuRun(judges, QemuRun.CortexM0, name);
        var (content, dest) = (QemuRun.Base + 0x1800, QemuRun.Base + 0x2000);
        var arguments = flash.Loader!.Arguments.Select((value, i) => (LoaderBlob.Arguments + (4 * i), value));
        run.Set([(LoaderBlob.Unit, (uint)flash.Access), (LoaderBlob.Erased, flash.Grain.ErasedWord), .. arguments]);
        foreach (var (offset, value) in s_ready.GetValueOrDefault(name, []))
        {
            run.Load(QemuRun.CortexM0.Flash + offset, BitConverter.GetBytes(value));
        }

        var some = Examples.Bytes(512);
        some.AsSpan(300).Fill(flash.Grain.Erased);
        run.Load(content, some);
        run.Load(dest, [.. Enumerable.Repeat((byte)0x99, 512)]); // what is left out stays so
        var data = Examples.Bytes(512, seed: 5);
        data.AsSpan(64, 64).Fill(flash.Grain.Erased);
        data.AsSpan(448, 64).Fill(flash.Grain.Erased);

        var answers = run.Send(LoaderOperation.Survey, 0, 0, Items(
            new SurveyItem(SurveyKind.Content, content, 512),
            new SurveyItem(SurveyKind.Hash, content, 256),
            new SurveyItem(SurveyKind.Gap, content + 256, 256),
            new SurveyItem(SurveyKind.Gap, content + 320, 128)));
        run.Send(LoaderOperation.Program, dest, 0, data[..256]);
        run.Send(LoaderOperation.Program, dest + 256, LoaderCommand.ThenEnd, data[256..]);
        var seen = run.Go([answers, QemuRun.Base + LoaderBlob.Status, .. Enumerable.Range(0, 16).Select(i => dest + (uint)(i * 32))]);

        Assert.Equal(
            [content + 300, WordCrc.Of(some.AsSpan(0, 300)), WordCrc.Of(some.AsSpan(0, 256)), 0, content + 256, content + 300, content + 320, content + 320],
            seen[0]);
        Assert.Equal(3u, seen[1][0]);
        data.AsSpan(64, 64).Fill(0x99);
        data.AsSpan(448, 64).Fill(0x99);
        Assert.Equal(data, seen[2..].SelectMany(words => words).SelectMany(BitConverter.GetBytes));
    }

    /// <summary>A driver that uses this loader.</summary>
    private static FlashController DriverOf(string name) => Targets.DeviceDatabase.All
        .Where(device => device.Flash.IsProgrammable)
        .Select(device => FlashFamilies.Of(device).Open(new FlashChip(null!, null!, null!, device, device.Parts[0].Layouts[0], 3.3)))
        .First(flash => flash.Loader?.Name == name);

    internal static byte[] Items(params SurveyItem[] items)
    {
        var data = new byte[items.Length * SurveyItem.Bytes];
        for (var i = 0; i < items.Length; i++)
        {
            items[i].Write(data.AsSpan(i * SurveyItem.Bytes));
        }

        return data;
    }
}
