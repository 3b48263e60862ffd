using System.Text;
using Nrst.Usb;

namespace Nrst.Probes.StLink.Tests;

public sealed class Serial_numbers
{
    [Fact]
    public void Of_newer_firmware_are_text() =>
        Assert.Equal("066CFF535155878281112233",
            UsbSerial.Decode([50, 3, .. Encoding.Unicode.GetBytes("066CFF535155878281112233")]));

    [Fact]
    public void Of_old_firmware_are_raw_bytes() =>
        Assert.Equal("57FF72067265575742132067",
            UsbSerial.Decode([26, 3, 0x57, 0, 0xFF, 0, 0x72, 0, 0x06, 0, 0x72, 0, 0x65, 0, 0x57, 0, 0x57, 0, 0x42, 0, 0x13, 0, 0x20, 0, 0x67, 0]));

    [Fact]
    public void That_are_no_string_descriptor_are_empty()
    {
        Assert.Equal("", UsbSerial.Decode([]));
        Assert.Equal("", UsbSerial.Decode([2]));
        Assert.Equal("", UsbSerial.Decode([18, 1, 0, 2]));
        Assert.Equal("", UsbSerial.Decode([2, 3]));
    }

    [Theory]
    [InlineData(0x3748, 0x02)]
    [InlineData(0x374B, 0x01)]
    [InlineData(0x374E, 0x01)]
    public void Come_with_the_endpoints_of_the_product(int product, int output) =>
        Assert.Equal(new BulkEndpoints(0, (byte)output, 0x81), StLinkIds.Endpoints((ushort)product));

    [Fact]
    public void Of_loaders_and_strangers_are_no_probes()
    {
        Assert.False(StLinkIds.IsSupported(0x0483, 0x3744));
        Assert.False(StLinkIds.IsSupported(0x0483, 0x374D));
        Assert.False(StLinkIds.IsStLink(0x0483, 0xDF11));
        Assert.False(StLinkIds.IsStLink(0x1234, 0x374B));
        Assert.True(StLinkIds.IsSupported(0x0483, 0x374B));
    }
}
