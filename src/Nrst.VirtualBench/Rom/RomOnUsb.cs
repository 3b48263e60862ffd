using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Rom;

/// <summary>A bootloader as a host on the bus meets it.</summary>
internal static class RomOnUsb
{
    public const ushort VendorId = 0x0483, ProductId = 0xDF11;

    /// <summary>Self-powered, as the ROMs say of themselves whatever the board is.</summary>
    private const byte Attributes = 0xC0;

    /// <summary>A control transfer at full speed: its frames, and a packet of 64 bytes after the other.</summary>
    private const long TransferNanoseconds = 250_000, PacketNanoseconds = 55_000;
    private const int PacketBytes = 64;

    public static UsbDevice Make(RomLoader loader, DfuDescription dfu, Action catchUp, Func<long> now) => new(
        new UsbIdentity(
            UsbSpeed.Full, VendorId, ProductId, dfu.Release, default, "STMicroelectronics", dfu.Product, dfu.Serial ?? loader.Serial, null, 100)
        {
            UsbVersion = dfu.UsbVersion,
            Attributes = Attributes,
            UnusedStrings = dfu.StringGap,
            ControlTime = bytes => TransferNanoseconds + ((bytes + PacketBytes - 1) / PacketBytes * PacketNanoseconds),
        },
        [new DfuFunction(loader, dfu, catchUp, now)]);
}
