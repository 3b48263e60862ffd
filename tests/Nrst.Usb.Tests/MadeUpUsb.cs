using System.Text;
using Nrst.Usb.LibUsb;

namespace Nrst.Usb.Tests;

/// <summary>libusb over devices that exist only here. Everything given out is counted until it comes back.</summary>
internal sealed class MadeUpUsb : ILibUsb
{
    private readonly Dictionary<nint, MadeUpDevice> _open = [];
    private nint _next = 1000;

    public List<MadeUpDevice> Devices { get; } = [];
    public int InitCode { get; set; }
    public int ListCode { get; set; }
    public int Contexts { get; private set; }
    public int References { get; private set; }
    public int Open_ => _open.Count;

    public int Init(out nint context)
    {
        context = InitCode < 0 ? 0 : 1;
        Contexts += InitCode < 0 ? 0 : 1;
        return InitCode;
    }

    public void Exit(nint context)
    {
        Assert.Equal(0, References); // libusb crashes where a context ends before what came from it
        Assert.Empty(_open);
        Contexts--;
    }

    public int GetDeviceList(LibUsbContext context, out nint[] devices)
    {
        Assert.False(context.IsClosed);
        devices = ListCode < 0 ? [] : [.. Enumerable.Range(1, Devices.Count).Select(number => (nint)number)];
        References += devices.Length;
        return ListCode < 0 ? ListCode : devices.Length;
    }

    public void UnrefDevice(nint device) => References--;

    public int GetDeviceDescriptor(LibUsbDeviceReference device, Span<byte> descriptor)
    {
        var found = Of(device);
        descriptor.Clear();
        (descriptor[0], descriptor[1], descriptor[16]) = (18, 1, 3);
        BitConverter.TryWriteBytes(descriptor[8..], found.Vid);
        BitConverter.TryWriteBytes(descriptor[10..], found.Pid);
        return found.DescriptorCode;
    }

    public byte GetBusNumber(LibUsbDeviceReference device) => Of(device).Bus;

    public byte GetDeviceAddress(LibUsbDeviceReference device) => Of(device).Address;

    public int GetPortNumbers(LibUsbDeviceReference device, Span<byte> ports)
    {
        Of(device).Ports.CopyTo(ports);
        return Of(device).Ports.Length;
    }

    public int GetDeviceSpeed(LibUsbDeviceReference device) => Of(device).Speed;

    public int Open(LibUsbDeviceReference device, out nint handle)
    {
        var found = Of(device);
        handle = found.OpenCode < 0 ? 0 : _next++;
        if (handle != 0)
        {
            _open.Add(handle, found);
            found.Log.Add("open");
        }

        return found.OpenCode;
    }

    public void Close(nint handle)
    {
        _open[handle].Log.Add("close");
        Assert.True(_open.Remove(handle));
    }

    public int KernelDriverActive(LibUsbDeviceHandle handle, int @interface) => Of(handle).KernelDriverActive;

    public int DetachKernelDriver(LibUsbDeviceHandle handle, int @interface) => Done(handle, $"detach {@interface}", Of(handle).DetachCode);

    public int AttachKernelDriver(LibUsbDeviceHandle handle, int @interface) => Done(handle, $"attach {@interface}", 0);

    public int ClaimInterface(LibUsbDeviceHandle handle, int @interface) => Done(handle, $"claim {@interface}", Of(handle).ClaimCode);

    public int ReleaseInterface(LibUsbDeviceHandle handle, int @interface) => Done(handle, $"release {@interface}", 0);

    public int SetAlternateSetting(LibUsbDeviceHandle handle, int @interface, int alternate) => Done(handle, $"setting {@interface}.{alternate}", Of(handle).OtherCode);

    public int ClearHalt(LibUsbDeviceHandle handle, byte endpoint) => Done(handle, $"clear {endpoint:X2}", Of(handle).OtherCode);

    public int ResetDevice(LibUsbDeviceHandle handle) => Done(handle, "reset", Of(handle).OtherCode);

    public int ControlTransfer(
        LibUsbDeviceHandle handle, byte requestType, byte request, ushort value, ushort index, Span<byte> data, uint milliseconds)
    {
        Assert.NotEqual(0u, milliseconds); // 0 is for ever
        var device = Of(handle);
        if (device.ControlCode < 0)
        {
            return device.ControlCode;
        }

        byte[]? answer = (requestType, request, value, index) switch
        {
            (0x80, 6, 0x0300, 0) => [4, 3, 0x09, 0x04],
            (0x80, 6, 0x0303, 0x0409) => device.SerialDescriptor,
            (0x80, 6, 0x0200, 0) => device.Configuration,
            _ => null,
        };
        if (answer is null)
        {
            return (int)LibUsbCode.ERROR_PIPE;
        }

        var length = Math.Min(answer.Length, data.Length);
        answer.AsSpan(0, length).CopyTo(data);
        return length;
    }

    public int BulkOut(LibUsbDeviceHandle handle, byte endpoint, ReadOnlySpan<byte> data, out int transferred, uint milliseconds)
    {
        var (code, moved) = Of(handle).Bulk(endpoint, milliseconds);
        transferred = moved ?? data.Length;
        return code;
    }

    public int BulkIn(LibUsbDeviceHandle handle, byte endpoint, Span<byte> data, out int transferred, uint milliseconds)
    {
        var (code, moved) = Of(handle).Bulk(endpoint, milliseconds);
        transferred = moved ?? data.Length;
        data[..transferred].Fill(0x5A);
        return code;
    }

    private MadeUpDevice Of(LibUsbDeviceReference device)
    {
        Assert.False(device.IsClosed);
        return Devices[(int)device.DangerousGetHandle() - 1];
    }

    private MadeUpDevice Of(LibUsbDeviceHandle handle)
    {
        Assert.False(handle.IsClosed);
        return _open[handle.DangerousGetHandle()];
    }

    private int Done(LibUsbDeviceHandle handle, string what, int code)
    {
        Of(handle).Log.Add(what);
        return code;
    }
}

/// <summary>One device of the made-up bus: what it is, and what libusb shall say about it.</summary>
internal sealed class MadeUpDevice(ushort pid, string serial, byte bus, params byte[] ports)
{
    public ushort Vid { get; set; } = 0x0483;
    public ushort Pid => pid;
    public byte Bus => bus;
    public byte[] Ports => ports;
    public byte Address { get; set; } = 7;
    public int Speed { get; set; } = 2;
    public byte[] SerialDescriptor { get; set; } = [(byte)(2 + 2 * serial.Length), 3, .. Encoding.Unicode.GetBytes(serial)];
    public byte[] Configuration { get; set; } = [];
    public int DescriptorCode { get; set; }
    public int OpenCode { get; set; }
    public int ClaimCode { get; set; }
    public int DetachCode { get; set; }
    public int ControlCode { get; set; }
    public int OtherCode { get; set; }
    public int KernelDriverActive { get; set; }
    public Func<byte, uint, (int Code, int? Moved)> Bulk { get; set; } = (_, _) => (0, null);
    public List<string> Log { get; } = [];
}
