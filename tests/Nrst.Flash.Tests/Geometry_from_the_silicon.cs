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
                var seen = FlashGeometry.Read(new Words { [device.Flash.Size.At.Value] = (uint)part.FlashKiB }, device, null);

                Assert.Equal((part.FlashKiB, part.FlashKiB), (seen.SizeKiB, seen.Part.FlashKiB));
                Assert.Equal((uint)part.FlashKiB * 1024, seen.Layout.Range.Length);
            }
        }
    }

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
