using Nrst.Targets;

namespace Nrst.Flash.Tests;

public sealed class Geometry_from_the_silicon
{
    [Fact]
    public void Every_part_is_found_by_the_size_its_chip_states()
    {
        foreach (var device in DeviceDatabase.All)
        {
            foreach (var part in device.Parts)
            {
                var seen = FlashGeometry.Read(new Words { [device.Flash.Size.At.Value] = SizeOf(device, part) }, device, null);

                Assert.Equal((part.FlashKiB, part.FlashKiB), (seen.SizeKiB, seen.Part.FlashKiB));
                Assert.Equal(part.FlashKiB * 1024L, seen.Layout.Length);
                Assert.True(seen.Part.RamBytes <= part.RamBytes, $"{part.Name} was taken for {seen.Part.Name}, which has more RAM");
            }
        }
    }

    [Fact]
    public void Whatever_the_option_bits_are_the_map_they_choose_is_taken()
    {
        var maps = 0;
        foreach (var device in DeviceDatabase.All)
        {
            foreach (var part in device.Parts)
            {
                foreach (var layout in part.Layouts)
                {
                    var memory = new Words { [device.Flash.Size.At.Value] = SizeOf(device, part) };
                    foreach (var value in layout.When)
                    {
                        memory[value.Field.At.Value] = memory.GetValueOrDefault(value.Field.At.Value) | value.Value << value.Field.LowestBit;
                    }

                    Assert.Same(layout, FlashGeometry.Read(memory, device, part).Layout);
                    maps++;
                }
            }
        }

        Assert.True(maps > 2000, $"{maps} maps");
    }

    [Fact]
    public void Early_silicon_with_a_blank_size_register_is_what_the_user_says_it_is()
    {
        var (device, part) = DeviceDatabase.FindPart("STM32F103CB")!.Value;
        var memory = new Words { [device.Flash.Size.At.Value] = 0xFFFF };

        Assert.Equal(128, FlashGeometry.Read(memory, device, part).SizeKiB);
        Assert.Equal("NRST3302", Assert.Throws<TargetException>(() => FlashGeometry.Read(memory, device, null)).Code);
    }

    private static uint SizeOf(Device device, Part part) => device.Flash.Size.Form switch
    {
        SizeForm.WordsLessOne => (uint)part.FlashKiB * 256 - 1,
        SizeForm.L1Code => part.FlashKiB == 384 ? 0u : 1u,
        _ => (uint)part.FlashKiB,
    };

    [Fact]
    public void Another_size_than_the_named_part_has_stops_before_erasing()
    {
        var (device, part) = DeviceDatabase.FindPart("STM32F407VG")!.Value;

        var error = Assert.Throws<TargetException>(
            () => FlashGeometry.Read(new Words { [device.Flash.Size.At.Value] = 512 }, device, part));

        Assert.Equal("NRST3301", error.Code);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0xFFFFu)]
    public void A_blank_size_register_is_no_size(uint value)
    {
        var device = DeviceDatabase.FindPart("STM32F407VG")!.Value.Device;

        var error = Assert.Throws<TargetException>(() => FlashGeometry.Read(new Words { [device.Flash.Size.At.Value] = value }, device, null));

        Assert.Equal("NRST3302", error.Code);
    }

    [Theory]
    [InlineData(0u, 1, 12)]
    [InlineData(1u, 2, 16)]
    public void DB1M_chooses_between_one_bank_and_two(uint db1m, int banks, int sectors)
    {
        var (device, part) = DeviceDatabase.FindPart("STM32F429ZG")!.Value;
        var memory = new Words { [device.Flash.Size.At.Value] = 1024, [device.Flash.Controller.Value + 0x14] = db1m << 30 | 0x0FFF_AAED };

        var seen = FlashGeometry.Read(memory, device, part);

        Assert.Equal((banks, sectors), (seen.Layout.Banks.Count, seen.Layout.Sectors.Count()));
    }

    /// <summary>A memory of a few half-words and words, by their addresses.</summary>
    private sealed class Words : Dictionary<uint, uint>, ITargetMemory
    {
        public uint Read32(Address address)
        {
            Assert.True(address.IsAligned(4));
            return this.GetValueOrDefault(address.Value) | this.GetValueOrDefault(address.Value + 2) << 16;
        }

        public void Write32(Address address, uint value) => Assert.Fail("Looking must not write.");
        public void Read(Address address, Span<byte> into) => throw new NotSupportedException();
        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word) => Assert.Fail("Looking must not write.");
    }
}
