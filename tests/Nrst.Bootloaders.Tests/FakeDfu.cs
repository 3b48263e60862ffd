using System.Buffers.Binary;
using System.Text;

namespace Nrst.Bootloaders.Tests;

/// <summary>A DfuSe device, written from AN3156 and from logs of real ones.</summary>
internal sealed class FakeDfu(ManualClock clock, params string[] names) : IControlPipe
{
    private byte _state = 10, _status = 0x0A; // as most of them wake up
    private byte[] _latched = [];
    private ushort _block;
    private TimeSpan _doneAt;
    private byte _failsWith;
    private int _alternate;

    public byte[] Flash { get; init; } = new byte[64 * 1024];
    public byte Erased { get; init; } = 0xFF;
    public uint SectorBytes { get; init; } = 2048;
    public TimeSpan BusyFor { get; set; } = TimeSpan.FromMilliseconds(10);
    public uint Pointer { get; private set; }
    public List<string> Log { get; } = [];

    // What can be wrong with it.
    public bool ReadProtected { get; init; }
    public bool DropsErase { get; init; }
    public bool StallsWhileBusy { get; init; }
    public bool NeverReady { get; init; }
    public bool StaysAfterLeave { get; init; }
    public bool IsProgram { get; init; }
    public bool NeverIdle { get; init; }
    public bool SendsTooLittle { get; init; }
    public byte WriteFailsWith { get; init; }
    public bool HangsAtFunctional { get; init; } = true;
    public bool CountsByRequest { get; init; }
    public int TransferSize { get; init; } = 1024;
    public bool Gone { get; private set; }
    public TimeSpan? Poll { get; init; }

    public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit)
    {
        clock.Wait(TimeSpan.FromMicroseconds(100));
        if (Gone)
        {
            throw new ProbeException("TEST", "gone") { Failure = TransferFailure.Gone };
        }

        return requestType switch
        {
            0x80 when request == 6 => Descriptor(value, data),
            0x21 or 0xA1 => Class(request, value, data),
            _ => throw Stall(),
        };
    }

    public void Claim(byte @interface, byte alternate = 0)
    {
        _alternate = alternate;
        Log.Add($"alt {alternate}");
    }

    public void Reset()
    {
    }

    public void Dispose()
    {
    }

    private int Class(byte request, ushort value, Span<byte> data)
    {
        switch (request)
        {
            case 1:
                return Download(value, data);
            case 2:
                return Upload(value, data);
            case 3:
                return GetStatus(data);
            case 4 when _state == 10 || NeverReady:
                (_state, _status) = (2, 0);
                return 0;
            case 5:
                data[0] = _state;
                return 1;
            case 6 when _state is 2 or 3 or 5 or 6 or 9:
                _state = 2;
                return 0;
            default:
                (_state, _status) = (10, request == 4 ? (byte)0x0E : (byte)0x0F);
                throw Stall();
        }
    }

    private int Download(ushort block, Span<byte> data)
    {
        if (_state is not (2 or 5))
        {
            (_state, _status) = (10, 0x0F);
            throw Stall();
        }

        (_latched, _block, _failsWith) = (data.ToArray(), block, 0);
        _state = data.Length == 0 ? (byte)6 : (byte)3;
        return data.Length;
    }

    private int Upload(ushort block, Span<byte> data)
    {
        if (ReadProtected && block >= 2)
        {
            (_state, _status) = (10, 0x0B);
            throw Stall();
        }

        if (_state is not (2 or 9))
        {
            (_state, _status) = (10, 0x0F);
            throw Stall();
        }

        var from = Pointer + (uint)((block - 2) * (CountsByRequest ? data.Length : TransferSize));
        if (from < 0x0800_0000 || from - 0x0800_0000 + data.Length > Flash.Length)
        {
            (_state, _status) = (10, 1);
            throw Stall();
        }

        Flash.AsSpan((int)(from - 0x0800_0000), data.Length).CopyTo(data);
        _state = 9;
        return SendsTooLittle ? data.Length - 1 : data.Length;
    }

    private int GetStatus(Span<byte> answer)
    {
        if (_state == 4 && clock.Now < _doneAt && StallsWhileBusy)
        {
            throw Stall();
        }

        if (_state == 4 && clock.Now >= _doneAt && !(NeverReady && _latched is [0x41, ..]))
        {
            (_state, _status) = _failsWith == 0 ? ((byte)5, (byte)0) : ((byte)10, _failsWith);
        }

        var poll = 0;
        if (_state == 3)
        {
            var busy = Do();
            _doneAt = clock.Now + busy;
            _state = 4;
            poll = (int)(Poll ?? busy).TotalMilliseconds;
        }
        else if (_state == 4)
        {
            poll = NeverReady && _latched is [0x41, ..] ? 1000 : 1;
        }
        else if (_state == 6)
        {
            _state = 7;
            poll = 1;
            Log.Add($"leave {Pointer:X8}");
            Gone = !StaysAfterLeave;
        }

        byte[] status = [_status, (byte)poll, (byte)(poll >> 8), (byte)(poll >> 16), IsProgram ? (byte)0 : NeverIdle ? (byte)8 : _state, 0];
        status.CopyTo(answer);
        return 6;
    }

    /// <summary>What was put down is done now; how long it takes.</summary>
    private TimeSpan Do()
    {
        if (_block != 0)
        {
            Log.Add($"write {Written:X8} {_latched.Length}");
            return Program();
        }

        var address = _latched.Length == 5 ? BinaryPrimitives.ReadUInt32LittleEndian(_latched.AsSpan(1)) : 0;
        switch (_latched[0])
        {
            case 0x21:
                Pointer = address;
                return TimeSpan.Zero;
            case 0x41 when ReadProtected:
                _failsWith = 0x0B;
                return TimeSpan.Zero;
            case 0x41 when _latched.Length == 1:
                Log.Add("erase all");
                Flash.AsSpan().Fill(Erased);
                return BusyFor;
            case 0x41 when address - 0x0800_0000 < Flash.Length:
                Log.Add($"erase {address:X8}");
                if (!DropsErase)
                {
                    var sector = (address - 0x0800_0000) / SectorBytes * SectorBytes;
                    Flash.AsSpan((int)sector, (int)SectorBytes).Fill(Erased);
                }

                return BusyFor;
            default:
                _failsWith = 1;
                return TimeSpan.Zero;
        }
    }

    private uint Written => Pointer + (uint)((_block - 2) * (CountsByRequest ? _latched.Length : TransferSize));

    private TimeSpan Program()
    {
        if (Written == 0xFFFF_0000 && names[_alternate].StartsWith("@Device Feature", StringComparison.Ordinal))
        {
            Log.Add($"feature {Convert.ToHexString(_latched)}");
            return TimeSpan.Zero;
        }

        var at = (int)(Written - 0x0800_0000);
        if (WriteFailsWith != 0 || Written < 0x0800_0000 || at + _latched.Length > Flash.Length)
        {
            _failsWith = WriteFailsWith == 0 ? (byte)1 : WriteFailsWith;
            return TimeSpan.Zero;
        }

        for (var i = 0; i < _latched.Length; i++)
        {
            Flash[at + i] = Erased == 0 ? Flash[at + i] == 0 ? _latched[i] : Flash[at + i] : (byte)(Flash[at + i] & _latched[i]);
        }

        return BusyFor;
    }

    private int Descriptor(ushort value, Span<byte> data)
    {
        byte[] functional = [9, 0x21, 0x0B, 0xFF, 0, (byte)TransferSize, (byte)(TransferSize >> 8), 0x1A, 1];
        var descriptor = (value >> 8) switch
        {
            1 => [18, 1, 0, 1, 0, 0, 0, 64, 0x83, 0x04, 0x11, 0xDF, 0x00, 0x22, 1, 2, 3, 1],
            2 => (byte[])[9, 2, (byte)(18 + 9 * names.Length), 0, 1, 1, 0, 0xC0, 50, .. names.SelectMany((_, i) => (byte[])[9, 4, 0, (byte)i, 0, 0xFE, 1, 2, (byte)(4 + i)]), .. functional],
            3 when (value & 0xFF) == 0 => [4, 3, 9, 4],
            3 => Text((value & 0xFF) switch { 2 => "STM32  BOOTLOADER", 3 => "357236543131", >= 4 and var i => names[i - 4], _ => "STMicroelectronics" }),
            0x21 when HangsAtFunctional => throw new ProbeException("TEST", "hangs") { TimedOut = true },
            _ => throw Stall(),
        };
        var count = Math.Min(descriptor.Length, data.Length);
        descriptor.AsSpan(0, count).CopyTo(data);
        return count;
    }

    // The length is eight bits, and what goes beyond it wraps around, as on the STM32F427.
    private static byte[] Text(string text) => [(byte)(2 + 2 * text.Length), 3, .. Encoding.Unicode.GetBytes(text)];

    private static ProbeException Stall() => new("TEST", "stalled") { Failure = TransferFailure.Stalled };
}
