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
        var isHighSpeed = model.Hardware >= 3;
        var identity = new UsbIdentity(
            isHighSpeed ? UsbSpeed.High : UsbSpeed.Full,
            ProbeModel.VendorId,
            model.ProductId,
            Release,
            model.Key == "v2" ? default : s_composite,
            "STMicroelectronics",
            isHighSpeed ? "STLINK-V3" : "STM32 STLink",
            board.Identity.Serial,
            isHighSpeed ? "STLINK-V3 Configuration" : null,
            model.Key switch { "v2" => 100, "v2-1" => 300, _ => 500 });
        return new UsbDevice(identity, model.Key == "v2" ? [debug] : [debug]);
    }
}
