using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Nrst.VirtualBench.Boards;

/// <summary>A pseudo-terminal of Linux: a serial port that has no hardware, with this program at its other end.</summary>
/// <remarks>It carries bytes and a speed. Parity and control lines the system does not keep for it.</remarks>
internal sealed class PseudoTerminal : IDisposable
{
    private const int ReadWrite = 2, NoControllingTerminal = 0x100, CloseOnExec = 0x80000;
    private const short Readable = 1;
    private const int LongestName = 128;

    // struct termios of glibc and musl: four words, a byte, 32 control characters, and the two speeds.
    private const int TermiosSize = 64;

    // struct termios2 of the kernel: there a speed is a number, also one that a client has asked for by number.
    private const int KernelTermiosSize = 44, OutputSpeedAt = 40;
    private const uint GetKernelSettings = 0x802C_542A; // TCGETS2

    private readonly int _master;
    private readonly int _slave;

    public PseudoTerminal()
    {
        _master = Check(Native.OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec));
        Check(Native.Grant(_master));
        Check(Native.Unlock(_master));
        var name = new byte[LongestName];
        if (Native.NameOfSlave(_master, name, LongestName) != 0)
        {
            throw new Win32Exception();
        }

        Path = Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0));

        // Held open, so that settings outlive a client and its leaving is no error here; and raw before anybody knows it, or the line
        // would echo what it gets.
        _slave = Check(Native.Open(Path, ReadWrite | NoControllingTerminal | CloseOnExec));
        var settings = new byte[TermiosSize];
        Check(Native.GetSettings(_slave, settings));
        Native.MakeRaw(settings);
        Check(Native.SetSettings(_slave, 0, settings));
    }

    /// <summary>What a client opens.</summary>
    public string Path { get; }

    /// <summary>What a client has set.</summary>
    public int Baud
    {
        get
        {
            var settings = new byte[KernelTermiosSize];
            Check(Native.Ioctl(_master, GetKernelSettings, settings));
            return BitConverter.ToInt32(settings, OutputSpeedAt);
        }
    }

    /// <summary>What a client has sent, waiting for it no longer than so many milliseconds.</summary>
    public byte[] Read(int milliseconds)
    {
        var watched = new Native.Watched { Descriptor = _master, Wanted = Readable };
        if (Native.Poll(ref watched, 1, milliseconds) <= 0 || (watched.Seen & Readable) == 0)
        {
            return [];
        }

        var buffer = new byte[4096];
        var count = Native.Read(_master, buffer, buffer.Length);
        return buffer[..(int)Math.Max(count, 0)];
    }

    public void Write(byte[] bytes)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var written = Native.Write(_master, bytes[at..], bytes.Length - at);
            if (written <= 0)
            {
                return; // nobody reads, and the buffer is full: as on a line, what comes now is lost
            }

            at += (int)written;
        }
    }

    public void Dispose()
    {
        _ = Native.Close(_slave);
        _ = Native.Close(_master);
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    private static class Native
    {
        private const string Library = "libc";

        [DllImport(Library, EntryPoint = "posix_openpt", SetLastError = true)]
        public static extern int OpenMaster(int flags);

        [DllImport(Library, EntryPoint = "grantpt", SetLastError = true)]
        public static extern int Grant(int master);

        [DllImport(Library, EntryPoint = "unlockpt", SetLastError = true)]
        public static extern int Unlock(int master);

        [DllImport(Library, EntryPoint = "ptsname_r")]
        public static extern int NameOfSlave(int master, [Out] byte[] name, nint length);

        [DllImport(Library, EntryPoint = "open", SetLastError = true)]
        public static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

        [DllImport(Library, EntryPoint = "close")]
        public static extern int Close(int descriptor);

        [DllImport(Library, EntryPoint = "read")]
        public static extern nint Read(int descriptor, [Out] byte[] into, nint length);

        [DllImport(Library, EntryPoint = "write")]
        public static extern nint Write(int descriptor, byte[] from, nint length);

        [DllImport(Library, EntryPoint = "poll")]
        public static extern int Poll(ref Watched watched, nint count, int milliseconds);

        [DllImport(Library, EntryPoint = "tcgetattr", SetLastError = true)]
        public static extern int GetSettings(int descriptor, [Out] byte[] settings);

        [DllImport(Library, EntryPoint = "tcsetattr", SetLastError = true)]
        public static extern int SetSettings(int descriptor, int when, byte[] settings);

        [DllImport(Library, EntryPoint = "cfmakeraw")]
        public static extern void MakeRaw([In, Out] byte[] settings);

        [DllImport(Library, EntryPoint = "ioctl", SetLastError = true)]
        public static extern int Ioctl(int descriptor, nuint request, [In, Out] byte[] settings);

        [StructLayout(LayoutKind.Sequential)]
        public struct Watched
        {
            public int Descriptor;
            public short Wanted;
            public short Seen;
        }
    }
}
