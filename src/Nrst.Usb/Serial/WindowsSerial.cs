using System.Runtime.InteropServices;

namespace Nrst.Usb.Serial;

/// <summary>A serial port of Windows, through kernel32.</summary>
internal sealed unsafe partial class WindowsSerial : ISerialLine
{
    private const uint SetRts = 3, ClearRts = 4, SetDtr = 5, ClearDtr = 6; // EscapeCommFunction

    /// <summary>ERROR_FILE_NOT_FOUND, ACCESS_DENIED, BAD_COMMAND, GEN_FAILURE, OPERATION_ABORTED, DEVICE_NOT_CONNECTED, DEVICE_REMOVED: what drivers say of a port that was pulled.</summary>
    private static readonly int[] Gone = [2, 5, 22, 31, 995, 1167, 1617];

    private readonly string _device;
    private readonly nint _port;
    private bool _closed;

    private WindowsSerial(string device, nint port) => (_device, _port) = (device, port);

    public static IReadOnlyList<string> List()
    {
        var names = new char[4096];
        return [.. Enumerable.Range(1, 64).Select(number => $"COM{number}").Where(Exists)];

        bool Exists(string name)
        {
            fixed (char* into = names)
            {
                return QueryDosDevice(name, into, (uint)names.Length) != 0;
            }
        }
    }

    public static WindowsSerial Open(string device)
    {
        const uint ReadWrite = 0xC000_0000, Existing = 3;
        var port = CreateFile(device.StartsWith('\\') ? device : $@"\\.\{device}", ReadWrite, 0, 0, Existing, 0, 0);
        if (port == -1)
        {
            var error = Marshal.GetLastPInvokeError();
            throw SerialPorts.CannotOpen(device, error, Marshal.GetPInvokeErrorMessage(error));
        }

        var opened = new WindowsSerial(device, port);
        try
        {
            opened.Configure(115_200, SerialParity.Even);
            opened.SetLines(false, false);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    public void Configure(int baud, SerialParity parity)
    {
        const uint Binary = 1, CheckParity = 2;
        var settings = new Dcb { Length = (uint)sizeof(Dcb) };
        Require(GetCommState(_port, ref settings), "asking for its settings");
        settings.Baud = (uint)baud;
        settings.Flags = Binary | (parity == SerialParity.Even ? CheckParity : 0); // no flow control, DTR and RTS as they are told
        (settings.Bits, settings.Parity, settings.StopBits) = (8, parity == SerialParity.Even ? (byte)2 : (byte)0, 0);
        Require(SetCommState(_port, ref settings), $"setting {baud} baud");
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                Require(WriteFile(_port, data + at, (uint)(bytes.Length - at), out var written, 0), "sending");
                at += (int)written;
            }
        }
    }

    public int Receive(Span<byte> into, TimeSpan limit)
    {
        // An interval and a multiplier of all ones: return as soon as there is a byte, or after the constant.
        var waits = new Timeouts { Interval = uint.MaxValue, Multiplier = uint.MaxValue, Constant = (uint)Math.Clamp(Math.Ceiling(limit.TotalMilliseconds), 1, int.MaxValue), WriteConstant = 5000 };
        Require(SetCommTimeouts(_port, ref waits), "setting its time-outs");
        fixed (byte* data = into)
        {
            Require(ReadFile(_port, data, (uint)into.Length, out var count, 0), "receiving");
            return (int)count;
        }
    }

    public void DropInput() => Require(PurgeComm(_port, 0x0008), "emptying its buffer");

    public void SetLines(bool? dtr, bool? rts)
    {
        if (dtr is { } first)
        {
            Require(EscapeCommFunction(_port, first ? SetDtr : ClearDtr), "setting DTR");
        }

        if (rts is { } second)
        {
            Require(EscapeCommFunction(_port, second ? SetRts : ClearRts), "setting RTS");
        }
    }

    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _ = CloseHandle(_port);
        }
    }

    private void Require(int succeeded, string doing)
    {
        if (succeeded == 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw SerialPorts.Failed(_device, doing, error, Marshal.GetPInvokeErrorMessage(error), Gone);
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Dcb
    {
        public uint Length;
        public uint Baud;
        public uint Flags;
        public ushort Reserved;
        public ushort XonLimit;
        public ushort XoffLimit;
        public byte Bits;
        public byte Parity;
        public byte StopBits;
        public fixed byte Characters[5];
        public ushort Reserved1;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Timeouts
    {
        public uint Interval;
        public uint Multiplier;
        public uint Constant;
        public uint WriteMultiplier;
        public uint WriteConstant;
    }

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial nint CreateFile(string name, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int CloseHandle(nint handle);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int GetCommState(nint port, ref Dcb settings);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int SetCommState(nint port, ref Dcb settings);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int SetCommTimeouts(nint port, ref Timeouts waits);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int ReadFile(nint port, byte* into, uint length, out uint count, nint overlapped);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int WriteFile(nint port, byte* from, uint length, out uint count, nint overlapped);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int PurgeComm(nint port, uint what);

    [LibraryImport("kernel32", SetLastError = true)]
    private static partial int EscapeCommFunction(nint port, uint function);

    [LibraryImport("kernel32", EntryPoint = "QueryDosDeviceW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    private static partial uint QueryDosDevice(string name, char* into, uint length);
}
