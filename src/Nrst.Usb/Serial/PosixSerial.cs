using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nrst.Usb.Serial;

/// <summary>A serial port of Linux or macOS, raw, for this program alone.</summary>
/// <remarks>
/// A pseudo-terminal keeps no parity and has no control lines; both are passed over there, for no bit goes over a wire. On Linux the
/// structures are the kernel's own (<c>struct termios2</c>), so that any speed can be asked for. Who may do everything (root) is not kept out by
/// TIOCEXCL; the lock on the file keeps out those who ask for it, another nrst among them.
/// </remarks>
internal sealed unsafe class PosixSerial : ISerialLine
{
    private const int NotATerminal = 25, InvalidArgument = 22, Interrupted = 4, Again = 11, AgainOnMac = 35; // ENOTTY, EINVAL, EINTR, EAGAIN
    private const short CanRead = 1, CanWrite = 4, HungUp = 0x8 | 0x10 | 0x20; // POLLIN, POLLOUT, POLLERR | POLLHUP | POLLNVAL
    private const int IoError = 5;

    /// <summary>EIO, ENXIO, ENODEV.</summary>
    private static readonly int[] s_gone = [IoError, 6, 19];

    /// <summary>
    /// The usual speeds have codes, 1 upwards in this order (B50 …), and above the extended bit once more. Others are a number (BOTHER), of which
    /// programs that do not know of it read 0 baud.
    /// </summary>
    private static readonly int[] s_codedSpeeds = [50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19_200, 38_400];
    private static readonly int[] s_extendedSpeeds =
        [57_600, 115_200, 230_400, 460_800, 500_000, 576_000, 921_600, 1_000_000, 1_152_000, 1_500_000, 2_000_000, 2_500_000, 3_000_000, 3_500_000, 4_000_000];

    /// <summary>As long as the largest frame takes at the slowest speed that loaders know, twice.</summary>
    private static readonly TimeSpan SendLimit = TimeSpan.FromSeconds(5);

    private readonly string _device;
    private readonly int _port;
    private bool _isOurs;
    private bool _closed;

    private PosixSerial(string device, int port) => (_device, _port) = (device, port);

    private static bool IsMac => OperatingSystem.IsMacOS();

    public static PosixSerial Open(string device)
    {
        const int ReadWrite = 2;
        var flags = IsMac ? ReadWrite | 0x20000 | 0x4 | 0x1000000 : ReadWrite | 0x100 | 0x800 | 0x80000; // O_NOCTTY | O_NONBLOCK | O_CLOEXEC
        var port = PosixNative.Open(device, flags);
        if (port < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw SerialPorts.CannotOpen(device, error, Marshal.GetPInvokeErrorMessage(error));
        }

        var opened = new PosixSerial(device, port);
        try
        {
            const int ExclusiveAtOnce = 2 | 4; // LOCK_EX | LOCK_NB
            if (PosixNative.Flock(port, ExclusiveAtOnce) < 0 && Marshal.GetLastPInvokeError() is (Again or AgainOnMac) and var held)
            {
                throw SerialPorts.CannotOpen(device, held, "another program has locked it");
            }

            _ = PosixNative.IoctlPlain(port, IsMac ? 0x2000740Du : 0x540Cu); // TIOCEXCL
            opened._isOurs = true;
            opened.Configure(115_200, SerialParity.Even);
            opened.SetLines(false, false); // opening asserts both, and a board may hear "reset" in that
            opened.DropInput();
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
        var error = IsMac ? ConfigureMac(baud, parity) : ConfigureLinux(baud, parity);
        if (error == InvalidArgument && parity != SerialParity.None)
        {
            error = IsMac ? ConfigureMac(baud, SerialParity.None) : ConfigureLinux(baud, SerialParity.None); // a pseudo-terminal
        }

        if (error != 0)
        {
            throw Failed($"setting {baud} baud", error);
        }
    }

    public void Send(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* data = bytes)
        {
            for (var at = 0; at < bytes.Length;)
            {
                var count = (int)PosixNative.Write(_port, data + at, bytes.Length - at);
                if (count > 0)
                {
                    at += count;
                    continue;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error is not (Interrupted or Again or AgainOnMac) || (error != Interrupted && !Poll(CanWrite, SendLimit, "sending")))
                {
                    throw Failed("sending", error);
                }
            }
        }
    }

    public int Receive(Span<byte> into, TimeSpan limit)
    {
        var start = Stopwatch.GetTimestamp();
        fixed (byte* data = into)
        {
            while (true)
            {
                var count = (int)PosixNative.Read(_port, data, into.Length);
                if (count > 0)
                {
                    return count;
                }

                var error = count == 0 ? 0 : Marshal.GetLastPInvokeError();
                if (error is not (0 or Interrupted or Again or AgainOnMac))
                {
                    throw Failed("receiving", error);
                }

                var left = limit - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero || !Poll(CanRead, left, "receiving"))
                {
                    return 0;
                }
            }
        }
    }

    public void DropInput()
    {
        if ((IsMac ? PosixNative.TcFlush(_port, 1) : PosixNative.IoctlValue(_port, 0x540B, 0)) < 0 && Marshal.GetLastPInvokeError() is var error && s_gone.Contains(error)) // TCIFLUSH
        {
            throw Failed("emptying its buffer", error);
        }
    }

    public void SetLines(bool? dtr, bool? rts)
    {
        const int Dtr = 2, Rts = 4;
        int set = (dtr == true ? Dtr : 0) | (rts == true ? Rts : 0), clear = (dtr == false ? Dtr : 0) | (rts == false ? Rts : 0);
        Change(IsMac ? 0x8004746Bu : 0x5417u, clear); // TIOCMBIC
        Change(IsMac ? 0x8004746Cu : 0x5416u, set); // TIOCMBIS

        void Change(uint request, int bits)
        {
            if (bits != 0 && PosixNative.Ioctl(_port, request, &bits) < 0 && Marshal.GetLastPInvokeError() is not (NotATerminal or InvalidArgument) and var error)
            {
                throw Failed("setting DTR and RTS", error);
            }
        }
    }

    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            if (_isOurs)
            {
                _ = PosixNative.IoctlPlain(_port, IsMac ? 0x2000740Eu : 0x540Du); // TIOCNXCL: it outlasts us where somebody else has the port open too
            }

            _ = PosixNative.Close(_port);
        }
    }

    /// <summary>Waits until it can go on. A port that is hung up reads as an empty one for ever; only this tells.</summary>
    private bool Poll(short events, TimeSpan limit, string doing)
    {
        var wanted = new PosixNative.PollEntry { Port = _port, Events = events };
        var result = PosixNative.Poll(&wanted, 1, (int)Math.Clamp(Math.Ceiling(limit.TotalMilliseconds), 1, int.MaxValue));
        return result > 0 && (wanted.Seen & HungUp) != 0
            ? throw SerialPorts.Gone(_device, doing, IoError, Marshal.GetPInvokeErrorMessage(IoError))
            : result > 0 || (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
    }

    private ProbeException Failed(string doing, int error) => SerialPorts.Failed(
        _device, doing, error, Marshal.GetPInvokeErrorMessage(error), s_gone);

    private int ConfigureLinux(int baud, SerialParity parity)
    {
        const uint Set = 0x402C542B, Get = 0x802C542A; // TCSETS2, TCGETS2
        const uint EightBits = 0x30, Receiver = 0x80, Parity = 0x100, Local = 0x800, CheckParity = 0x10;
        PosixNative.Termios2 settings;
        if (PosixNative.Ioctl(_port, Get, &settings) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        settings.Input = parity == SerialParity.Even ? CheckParity : 0;
        settings.Output = settings.Local = 0;
        settings.Control = EightBits | Receiver | Local | Speed(baud) | (parity == SerialParity.Even ? Parity : 0);
        settings.Characters[5] = settings.Characters[6] = 0; // VTIME, VMIN
        settings.InputSpeed = settings.OutputSpeed = (uint)baud;
        return PosixNative.Ioctl(_port, Set, &settings) < 0 ? Marshal.GetLastPInvokeError() : 0;
    }

    private static uint Speed(int baud)
    {
        const uint Extended = 0x1000; // and BOTHER, by itself
        var (coded, extended) = (Array.IndexOf(s_codedSpeeds, baud), Array.IndexOf(s_extendedSpeeds, baud));
        return coded >= 0 ? (uint)coded + 1 : extended >= 0 ? Extended | ((uint)extended + 1) : Extended;
    }

    private int ConfigureMac(int baud, SerialParity parity)
    {
        const ulong EightBits = 0x300, Receiver = 0x800, Parity = 0x1000, Local = 0x8000, CheckParity = 0x10;
        const uint SetSpeed = 0x80085402; // IOSSIOSPEED
        PosixNative.MacTermios settings;
        if (PosixNative.TcGetAttr(_port, &settings) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        settings.Input = parity == SerialParity.Even ? CheckParity : 0;
        settings.Output = settings.Local = 0;
        settings.Control = EightBits | Receiver | Local | (parity == SerialParity.Even ? Parity : 0);
        settings.Characters[16] = settings.Characters[17] = 0; // VMIN, VTIME
        settings.InputSpeed = settings.OutputSpeed = 9600;
        if (PosixNative.TcSetAttr(_port, 0, &settings) < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        var speed = (ulong)baud;
        return PosixNative.Ioctl(_port, SetSpeed, &speed) < 0 && Marshal.GetLastPInvokeError() is not NotATerminal and var error ? error : 0;
    }
}
