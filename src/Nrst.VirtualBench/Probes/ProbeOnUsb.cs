using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Probes;

/// <summary>A board's probe with all its interfaces, as a host on the bus meets it.</summary>
internal static class ProbeOnUsb
{
    private const ushort Release = 0x0100;

    /// <summary>Several functions that tell by association descriptors which interfaces belong together.</summary>
    private static readonly (byte, byte, byte) s_composite = (0xEF, 2, 1);

    public static UsbDevice Make(VirtualBoard board)
    {
        var model = board.Model;
        var debug = new StLinkOnUsb(board.Device, model);
        var isHighSpeed = board.ProbeSpeed == UsbSpeed.High;
        var identity = new UsbIdentity(
            isHighSpeed ? UsbSpeed.High : UsbSpeed.Full,
            ProbeModel.VendorId,
            model.ProductId,
            Release,
            model.Key == "v2" ? default : s_composite,
            "STMicroelectronics",
            isHighSpeed ? "STLINK-V3" : "STM32 STLink",
            board.RawSerial ? string.Concat(Convert.FromHexString(board.Identity.Serial).Select(one => (char)one)) : board.Identity.Serial,
            isHighSpeed ? "STLINK-V3 Configuration" : null,
            model.Key switch { "v2" => 100, "v2-1" => 300, _ => 500 });
        if (model.Key == "v2")
        {
            return new UsbDevice(identity, [debug]);
        }

        var port = new VirtualComPort(2, model.MaxPacket, board.Usarts, board.VcpUsart, () => board.VirtualClock.Nanoseconds);
        return new UsbDevice(identity, [debug, new MassStorageWithoutMedium(1, model.MaxPacket), port]);
    }
}
