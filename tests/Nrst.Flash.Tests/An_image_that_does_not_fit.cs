using Nrst.Targets;
using static Nrst.Flash.Tests.Examples;

namespace Nrst.Flash.Tests;

public sealed class An_image_that_does_not_fit
{
    private static readonly (Device Device, Part Part) Chip = DeviceDatabase.FindPart("STM32F407VG")!.Value;

    [Theory]
    [InlineData(0x2000_0000, "RAM (SRAM1)")]
    [InlineData(0x1000_0000, "RAM (CCM)")]
    [InlineData(0x1FFF_7800, "OTP")]
    [InlineData(0x1FFF_C000, "option bytes")]
    [InlineData(0x1FFF_0000, "system memory")]
    [InlineData(0x0810_0000, "past the end of the 1024 KiB of flash")]
    [InlineData(0x0900_0000, "nothing this chip has")]
    public void Is_told_what_lies_where_it_wants_to_go(uint at, string name)
    {
        var error = Refused((0x0800_0000, Bytes(100)), (at, Bytes(8)));

        Assert.Equal("NRST4090", error.Code);
        Assert.Contains("segment 1 ", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($" is {name}.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_refused_when_only_its_last_byte_hangs_out()
    {
        var error = Refused((0x080F_FFF0, Bytes(17)));

        Assert.Contains("0x0810_0000", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Is_refused_when_it_is_empty() => Assert.Equal("NRST4091", Refused().Code);

    [Fact]
    public void Is_not_one_that_fills_the_flash_to_the_last_byte() =>
        ImagePlacement.Check(Image((0x0800_0000, Bytes(1024 * 1024))), Chip.Device, Chip.Part, F407VG);

    private static ImageException Refused(params (uint, byte[])[] pieces) => Assert.Throws<ImageException>(
        () => ImagePlacement.Check(Image(pieces), Chip.Device, Chip.Part, F407VG));
}
