using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>A Cortex-M of another house: qemu-system-arm, looked at and stepped through its gdb stub.</summary>
internal sealed class QemuMachine : IDisposable
{
    private const int ReplyMilliseconds = 20_000;

    private readonly Process _process;
    private readonly Socket _socket;
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _start, _end;

    private QemuMachine(Process process, Socket socket) => (_process, _socket) = (process, socket);

    /// <summary>Skips the test where qemu is not installed; fails it where it has to be.</summary>
    public static QemuMachine Require(string board = "netduinoplus2")
    {
        var qemu = TryStart(board);
        if (qemu is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "qemu-system-arm is missing.");
            Assert.Skip("qemu-system-arm is not installed (Debian: qemu-system-arm).");
        }

        return qemu;
    }

    /// <summary>Starts a board (an STM32F405, if nothing else is said) that executes nothing until told; null if qemu is not installed.</summary>
    public static QemuMachine? TryStart(string board = "netduinoplus2")
    {
        var port = FreePort();
        Process? process;
        try
        {
            process = Process.Start(new ProcessStartInfo("qemu-system-arm",
                $"-M {board} -S -gdb tcp:127.0.0.1:{port} -display none -monitor none -serial none")
            {
                RedirectStandardInput = true,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }

        try
        {
            var machine = new QemuMachine(process!, Connect(process!, port));
            machine.Ask("qSupported:xmlRegisters=arm");
            machine.Ask("qXfer:features:read:target.xml:0,fff");
            machine.Ask("qXfer:features:read:arm-m-profile.xml:0,fff");
            machine.Ask("QStartNoAckMode");
            return machine;
        }
        catch
        {
            process!.Kill();
            throw;
        }
    }

    /// <summary>R0..R15 and xPSR.</summary>
    public uint[] ReadRegisters()
    {
        var bytes = Convert.FromHexString(Ask("g"));
        return [.. Enumerable.Range(0, 17).Select(i => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(i * 4)))];
    }

    public void WriteRegisters(ReadOnlySpan<uint> registers)
    {
        var bytes = new byte[17 * 4];
        for (var i = 0; i < 17; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(i * 4), registers[i]);
        }

        Require("OK", "G" + Convert.ToHexString(bytes));
    }

    /// <summary>S0..S31 in pairs as D0..D15, numbered from 26, then FPSCR.</summary>
    public void WriteFloats(ReadOnlySpan<uint> singles, uint fpscr)
    {
        var bytes = new byte[8];
        for (var i = 0; i < 16; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, singles[i * 2]);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), singles[i * 2 + 1]);
            Require("OK", $"P{26 + i:x}={Convert.ToHexString(bytes)}");
        }

        Require("OK", $"P2a={Convert.ToHexString(BitConverter.GetBytes(fpscr))}");
    }

    public uint ReadFloatStatus() => BinaryPrimitives.ReadUInt32LittleEndian(Convert.FromHexString(Ask("p2a")));

    public (uint Low, uint High) ReadDouble(int number)
    {
        var bytes = Convert.FromHexString(Ask($"p{26 + number:x}"));
        return (BinaryPrimitives.ReadUInt32LittleEndian(bytes), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4)));
    }

    public byte[] ReadMemory(uint address, int length)
    {
        var bytes = new List<byte>(length);
        for (var done = 0; done < length; done += 1024)
        {
            bytes.AddRange(Convert.FromHexString(Ask($"m{address + (uint)done:x},{Math.Min(1024, length - done):x}")));
        }

        return [.. bytes];
    }

    public void WriteMemory(uint address, ReadOnlySpan<byte> bytes)
    {
        for (var done = 0; done < bytes.Length; done += 1024)
        {
            var part = bytes[done..Math.Min(bytes.Length, done + 1024)];
            Require("OK", $"M{address + (uint)done:x},{part.Length:x}:{Convert.ToHexString(part)}");
        }
    }

    public void Step() => Ask("s");

    /// <summary>Runs to an address.</summary>
    public void RunTo(uint address)
    {
        Require("OK", $"Z1,{address:x},2");
        Ask("c");
        Require("OK", $"z1,{address:x},2");
    }

    public void Dispose()
    {
        _socket.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.WaitForExit(5000);
        _process.Dispose();
    }

    private void Require(string expected, string packet)
    {
        var reply = Ask(packet);
        if (reply != expected)
        {
            throw new InvalidOperationException($"qemu answered '{reply}' to '{packet}'.");
        }
    }

    private string Ask(string packet)
    {
        var sum = packet.Aggregate(0, (total, letter) => total + letter) & 0xFF;
        _socket.Send(System.Text.Encoding.ASCII.GetBytes($"${packet}#{sum.ToString("x2", CultureInfo.InvariantCulture)}"));
        var reply = new StringBuilder();
        while (NextByte() != '$')
        {
            // acknowledgements
        }

        for (var letter = NextByte(); letter != '#'; letter = NextByte())
        {
            reply.Append((char)letter);
        }

        NextByte();
        NextByte();
        return reply.ToString();
    }

    private byte NextByte()
    {
        if (_start == _end)
        {
            (_start, _end) = (0, _socket.Receive(_buffer));
            if (_end == 0)
            {
                throw new InvalidOperationException("qemu closed its gdb stub.");
            }
        }

        return _buffer[_start++];
    }

    private static Socket Connect(Process process, int port)
    {
        for (var attempt = 0; ; attempt++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = ReplyMilliseconds };
            try
            {
                socket.Connect(IPAddress.Loopback, port);
                return socket;
            }
            catch (SocketException) when (attempt < 200 && !process.WaitForExit(50))
            {
                socket.Dispose();
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
