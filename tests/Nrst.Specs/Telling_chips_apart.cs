using Nrst.Images;
using Nrst.Targets;

namespace Nrst.Specs;

/// <summary>Every chip by what it answers, and what is said of those that are none of them.</summary>
public sealed class Telling_chips_apart
{
    [Fact]
    public void Every_chip_is_told_by_its_id_its_core_and_where_it_keeps_them()
    {
        foreach (var device in DeviceDatabase.All)
        {
            foreach (var id in device.OtherIds.Prepend(device.DeviceId))
            {
                var silicon = new Silicon(device, id);

                var seen = ChipIdentification.Identify(silicon, chip: null, device.Debug.AccessPort);

                Assert.Same(device, seen.Device);
                Assert.Equal(device.Debug.IdCodes[0].FromJtagId ? 0x2 : 0x1000, seen.RevisionId);
                Assert.Equal(device.UniqueId.Offsets.Count == 2 ? "2222222211111111" : "333333332222222211111111", seen.UniqueId);
            }
        }
    }

    [Fact]
    public void The_commonest_place_is_asked_first()
    {
        var silicon = new Silicon(DeviceDatabase.FindById(0x413)!, 0x413);

        ChipIdentification.Identify(silicon, "STM32F407VG");

        Assert.Equal(2, silicon.Batches);
    }

    [Fact]
    public void No_chip_takes_more_than_a_few_questions() => Assert.All(DeviceDatabase.All, device =>
    {
        var silicon = new Silicon(device, device.DeviceId);
        ChipIdentification.Identify(silicon, chip: null, device.Debug.AccessPort);
        Assert.InRange(silicon.Batches, 2, 7);
    });

    [Theory]
    [InlineData(0x411, "Cortex-M3", "STM32F2x")]
    [InlineData(0x411, "Cortex-M4F", "STM32F405/407/415/417")] // revision A
    public void One_id_on_two_cores_is_two_chips(int id, string core, string name)
    {
        var device = DeviceDatabase.FindAllById((ushort)id).Single(device => device.Core == core);

        Assert.Equal(name, ChipIdentification.Identify(new Silicon(device, (ushort)id), chip: null).Device.Name);
    }

    [Fact]
    public void A_copy_with_another_core_is_not_taken_for_the_chip_whose_id_it_has()
    {
        var copy = new Silicon(DeviceDatabase.FindById(0x410)!, 0x410, cpuId: 0x410F_C241);

        var error = Assert.ThrowsAny<TargetException>(() => ChipIdentification.Identify(copy, chip: null));

        Assert.Equal("NRST3321", error.Code);
        Assert.Contains(error.Evidence, line => line.Contains("0x10000410", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0x486, 0x8000_1000u, 0x411F_D220u, "STM32N6")]
    [InlineData(0x500, 0x5008_1000u, 0x410F_C241u, "STM32MP15x")]
    public void A_chip_without_internal_flash_is_named(int id, uint at, uint cpuId, string name)
    {
        var silicon = new Silicon(new Address(at), 0x1000_0000u | (uint)id, cpuId);

        var error = Assert.Throws<TargetException>(() => ChipIdentification.Identify(silicon, chip: null));

        Assert.Equal("NRST3324", error.Code);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_chip_whose_memory_is_behind_another_access_port_is_told_all_the_same()
    {
        var silicon = new Silicon(new Address(0xE004_4000), 0x1000_0484, 0x410F_D214);

        var error = Assert.Throws<TargetException>(() => ChipIdentification.Identify(silicon, chip: null));

        Assert.Equal("NRST3323", error.Code);
        Assert.Contains("STM32H562/563/573", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_chip_than_the_named_one_is_an_error()
    {
        var silicon = new Silicon(DeviceDatabase.FindById(0x460)!, 0x460);

        var error = Assert.Throws<TargetException>(() => ChipIdentification.Identify(silicon, "stm32g431rb"));

        Assert.Equal("NRST3322", error.Code);
    }

    [Theory]
    [InlineData("STM32G071", "STM32G071C6")]
    [InlineData("STM32F409VG", "STM32F407VG")]
    public void A_name_that_does_not_do_gets_others(string name, string other)
    {
        var error = Assert.Throws<UsageException>(() => ChipIdentification.Identify(new Silicon(DeviceDatabase.FindById(0x413)!, 0x413), name));

        Assert.Equal("NRST0106", error.Code);
        Assert.Contains(error.Evidence, line => line.Contains(other, StringComparison.Ordinal));
    }

    [Fact]
    public void A_chip_that_is_only_described_is_refused_before_anything_is_touched()
    {
        using var bench = new FlashingBench();
        var described = DeviceDatabase.All.FirstOrDefault(device => !device.Flash.IsProgrammable);
        Assert.SkipWhen(described is null, "There is a driver for every chip.");
        bench.Target = bench.Target with { Device = described };
        var before = bench.Exchanges;

        var error = Assert.Throws<RefusedException>(() => bench.Run(ImageReader.Load(Repository.Sample)));

        Assert.Equal("NRST6010", error.Code);
        Assert.Equal(before, bench.Exchanges);
    }

    /// <summary>What a chip answers to 32-bit reads: its ids, and a fault everywhere else.</summary>
    private sealed class Silicon : IWordBatch
    {
        private readonly Dictionary<uint, uint> _words = [];

        public Silicon(Device device, ushort id, uint? cpuId = null)
        {
            var place = device.Debug.IdCodes[0];
            _words[place.At.Value] = place.FromJtagId ? 0x2000_0041u | (uint)(id | 0x2000) << 12 : 0x1000_0000u | id;
            _words[0xE000_ED00] = cpuId ?? CpuId(device.Core);
            var word = 0x1111_1111u;
            foreach (var offset in device.UniqueId.Offsets)
            {
                _words[device.UniqueIdAt.Value + offset] = word;
                word += 0x1111_1111;
            }
        }

        public Silicon(Address at, uint idCode, uint cpuId) => (_words[at.Value], _words[0xE000_ED00]) = (idCode, cpuId);

        public int Batches { get; private set; }

        public void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
        {
            Batches++;
            var next = 0;
            foreach (var access in accesses)
            {
                Assert.Null(access.Written);
                reads[next++] = _words.TryGetValue(access.Address.Value, out var word) ? word
                    : throw new TargetMemoryException("NRST3101", access.Address, $"Reading {access.Address} faulted.");
            }
        }

        private static uint CpuId(string core) => 0x410F_0001u | (core.TrimEnd('F') switch
        {
            "Cortex-M0" => 0xC20u,
            "Cortex-M0+" => 0xC60u,
            "Cortex-M3" => 0xC23u,
            "Cortex-M4" => 0xC24u,
            "Cortex-M7" => 0xC27u,
            _ => 0xD21u,
        } << 4);
    }
}
