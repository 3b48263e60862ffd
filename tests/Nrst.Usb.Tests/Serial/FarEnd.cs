using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;

namespace Nrst.Usb.Tests.Serial;

/// <summary>A pseudo-terminal of Linux: a serial port with the test at its far end.</summary>
internal sealed class FarEnd : IDisposable
{
    private const int ReadWrite = 2, NoControllingTerminal = 0x100, CloseOnExec = 0x80000;
    private const short Readable = 1;

    private readonly int _master;
    private int _kept = -1;
    private bool _closed;

    public FarEnd()
    {
        _master = Check(Native.OpenMaster(ReadWrite | NoControllingTerminal | CloseOnExec));
        Check(Native.Grant(_master));
        Check(Native.Unlock(_master));
        var name = new byte[128];
        Check(-Native.NameOfSlave(_master, name, name.Length));
        Path = Encoding.UTF8.GetString(name, 0, Array.IndexOf(name, (byte)0));
    }

    /// <summary>Why there is none on this system; null where there is.</summary>
    public static string? Missing => OperatingSystem.IsLinux() && File.Exists("/dev/ptmx") ? null : "Pseudo-terminals are looked into as Linux has them.";

    /// <summary>The port.</summary>
    public string Path { get; }

    /// <summary>As the kernel keeps them.</summary>
    public Settings Kept
    {
        get
        {
            const uint Get = 0x802C_542A; // TCGETS2, of struct termios2: four words, a discipline, 19 characters, two speeds
            var raw = new byte[44];
            Check(Native.Ioctl(_master, Get, raw));
            return new Settings(
                BitConverter.ToUInt32(raw, 0), BitConverter.ToUInt32(raw, 4), BitConverter.ToUInt32(raw, 8), BitConverter.ToUInt32(raw, 12),
                BitConverter.ToInt32(raw, 36), BitConverter.ToInt32(raw, 40));
        }
    }

    /// <summary>Who may use it, as far as the file goes.</summary>
    public void Allow(bool everybody)
    {
        const UnixFileMode All = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path, everybody ? All : UnixFileMode.None);
        }
    }

    /// <summary>Has the port open as well, without using it, as a bridge does for which a client's leaving is no end.</summary>
    public void KeepOpen() => _kept = Check(Native.Open(Path, ReadWrite | NoControllingTerminal | CloseOnExec));

    public void Write(ReadOnlySpan<byte> bytes) => Assert.Equal(bytes.Length, Native.Write(_master, bytes.ToArray(), bytes.Length));

    /// <summary>So many bytes, or what came until half a minute went by without one.</summary>
    public byte[] Read(int count)
    {
        var all = new List<byte>();
        while (all.Count < count && Some(TimeSpan.FromSeconds(30)) is { Length: > 0 } some)
        {
            all.AddRange(some);
        }

        return [.. all];
    }

    /// <summary>What there is, or comes first.</summary>
    public byte[] Some(TimeSpan limit)
    {
        var watched = new Native.Watched { Descriptor = _master, Wanted = Readable };
        var buffer = new byte[4096];
        return Native.Poll(ref watched, 1, (int)limit.TotalMilliseconds) > 0 && (watched.Seen & Readable) != 0 && Native.Read(_master, buffer, buffer.Length) is > 0 and var count
            ? buffer[..(int)count]
            : [];
    }

    /// <summary>As if the adapter were pulled out.</summary>
    public void HangUp() => Dispose();

    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _ = _kept < 0 ? 0 : Native.Close(_kept);
            _ = Native.Close(_master);
        }
    }

    /// <summary>Runs in a thread that may do no more than any user of this machine: of the whole process only root can be another, and be it again.</summary>
    public static T AsNobody<T>(Func<T> act)
    {
        const int Nobody = 65_534, Keep = -1;
        T result = default!;
        Exception? failed = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Environment.IsPrivilegedProcess)
                {
                    var call = RuntimeInformation.ProcessArchitecture is Architecture.X64 ? 117 : 147; // setresuid of this thread alone, on x64 and arm64
                    Check((int)Native.SystemCall(call, Keep, Nobody, Keep));
                }

                result = act();
            }
#pragma warning disable CA1031 // it is thrown again where the test waits
            catch (Exception error)
#pragma warning restore CA1031
            {
                failed = error;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? result : throw failed;
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    internal sealed record Settings(uint Input, uint Output, uint Control, uint Local, int InputSpeed, int OutputSpeed);

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

        [DllImport(Library, EntryPoint = "ioctl", SetLastError = true)]
        public static extern int Ioctl(int descriptor, nuint request, [In, Out] byte[] settings);

        [DllImport(Library, EntryPoint = "syscall", SetLastError = true)]
        public static extern nint SystemCall(nint number, nint real, nint effective, nint saved);

        [StructLayout(LayoutKind.Sequential)]
        public struct Watched
        {
            public int Descriptor;
            public short Wanted;
            public short Seen;
        }
    }
}
