using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.UsbIp;

/// <summary>One device on offer: a board's probe, or the chip's own USB connector, and where on the pretended buses it is.</summary>
/// <param name="index">Of the board on its shelf.</param>
/// <param name="isProbe">Probes are on the first bus, the chips themselves on the second.</param>
/// <param name="device">What is plugged in there at the moment; null where nothing is.</param>
internal sealed class UsbIpExport(int index, ExportedBoard board, bool isProbe, Func<UsbDevice?> device)
{
    private const int PathLength = 256;
    private const int BusIdLength = 32;

    private uint Bus => isProbe ? 1u : 2;

    public int Index => index;

    public ExportedBoard Board => board;

    public bool IsProbe => isProbe;

    public UsbDevice? Device => device();

    /// <summary>What <c>usbip attach -b</c> is given.</summary>
    public string BusId => string.Create(CultureInfo.InvariantCulture, $"{Bus}-{index + 1}");

    /// <summary>Whoever has it attached; null while nobody has.</summary>
    public UsbIpSession? Session { get; set; }

    /// <summary>The device as OP_REP_DEVLIST and OP_REP_IMPORT describe it, without its interfaces.</summary>
    /// <remarks>
    /// <code>path, 256 bytes | busid, 32 bytes | busnum32 | devnum32 | speed32 | idVendor16 | idProduct16 | bcdDevice16
    /// | class | subclass | protocol | configuration | number of configurations | number of interfaces</code>
    /// </remarks>
    public byte[] Record(UsbDevice device)
    {
        var record = new byte[PathLength + BusIdLength + 24];
        Encoding.ASCII.GetBytes($"/nrst/bench/{board.Board.Name}", record);
        Encoding.ASCII.GetBytes(BusId, record.AsSpan(PathLength));
        var numbers = record.AsSpan(PathLength + BusIdLength);
        var id = device.Identity;
        BinaryPrimitives.WriteUInt32BigEndian(numbers, Bus);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[4..], (uint)index + 2);
        BinaryPrimitives.WriteUInt32BigEndian(numbers[8..], (uint)id.Speed);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[12..], id.VendorId);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[14..], id.ProductId);
        BinaryPrimitives.WriteUInt16BigEndian(numbers[16..], id.Release);
        (numbers[18], numbers[19], numbers[20]) = id.DeviceClass;
        (numbers[21], numbers[22], numbers[23]) = (device.Configuration, 1, (byte)device.Interfaces.DistinctBy(one => one.Number).Count());
        return record;
    }

    /// <summary>What follows the record in OP_REP_DEVLIST: class, subclass, protocol and a spare byte of each interface.</summary>
    public static byte[] InterfaceCodes(UsbDevice device) =>
        [.. device.Interfaces.DistinctBy(one => one.Number).SelectMany(one => (byte[])[one.Code.Class, one.Code.Subclass, one.Code.Protocol, 0])];
}
