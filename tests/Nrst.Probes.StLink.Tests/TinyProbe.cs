using System.Buffers.Binary;

namespace Nrst.Probes.StLink.Tests;

/// <summary>An ST-LINK over a few words of memory, at the transport: what it is asked is logged, and it can be made to refuse.</summary>
internal sealed class TinyProbe(ushort version = 0x2947, byte v3Jtag = 13) : IStLinkTransport
{
    private readonly Dictionary<(byte Port, uint Address), byte> _memory = [];
    private byte _port;
    private (int Items, byte[] Data) _batch;
    private (StLinkStatus Status, uint Address) _last = (StLinkStatus.OK, 0);

    public List<string> Log { get; } = [];
    public List<int> DataOut { get; } = [];
    public HashSet<uint> Faults { get; } = [];
    public bool IsDisposed { get; private set; }
    public bool Unplugged { get; set; }
    public bool CarriesWordBatches { get; set; } = true;
    public StLinkMode Mode { get; set; } = StLinkMode.MassStorage;
    public StLinkStatus Enter { get; set; } = StLinkStatus.OK;
    public (uint Reference, uint Half) Voltage { get; set; } = (1489, 2029);

    /// <summary>How often memory accesses answer WAIT before one goes through.</summary>
    public int Waits { get; set; }

    /// <summary>Batch items that answer WAIT once, by their number in the batch.</summary>
    public Func<int, StLinkStatus?> BatchStatus { get; set; } = _ => null;

    /// <summary>What ReadDebugRegister answers, whatever else.</summary>
    public StLinkStatus? Always { get; set; }

    public uint Word(uint address, byte port = 0) =>
        (uint)(Byte(address, port) | Byte(address + 1, port) << 8 | Byte(address + 2, port) << 16 | Byte(address + 3, port) << 24);

    /// <summary>Of access port 0; behind every port lies a memory of its own.</summary>
    public byte Byte(uint address, byte port = 0) => _memory.GetValueOrDefault((port, address));

    public void Exchange(ReadOnlySpan<byte> command, ReadOnlySpan<byte> dataOut, Span<byte> answer)
    {
        if (Unplugged)
        {
            throw new ProbeException("NRST1102", "The probe is gone.") { LostSync = true };
        }

        Log.Add(command[0] is 0xF2 or 0xF3 or 0xF4 ? $"{command[0]:X2} {command[1]:X2}" : $"{command[0]:X2}");
        DataOut.Add(dataOut.Length);
        answer.Clear();
        if (command[0] != 0xF2)
        {
            General(command[0], answer);
            return;
        }

        var address = BinaryPrimitives.ReadUInt32LittleEndian(command[2..]);
        var length = BinaryPrimitives.ReadUInt16LittleEndian(command[6..]);
        _port = command[1] is 0x07 or 0x0C or 0x47 or 0x08 or 0x0D or 0x48 ? command[8] : (byte)0;
        switch (command[1])
        {
            case 0x07 or 0x0C or 0x47: ReadBlock(address, answer[..length]); break;
            case 0x08 or 0x0D or 0x48: Assert.Equal(length, dataOut.Length); WriteBlock(address, dataOut); break;
            case 0x3E: Reply(answer, _last.Status, _last.Address); break;
            case 0x36: Debug(address, null, answer); break;
            case 0x35: Debug(address, BinaryPrimitives.ReadUInt32LittleEndian(command[6..]), answer); break;
            case 0x51: _batch = ((int)address, dataOut.ToArray()); break;
            case 0x52: RunBatch(answer); break;
            case 0x30: Reply(answer, Enter); break;
            case 0x61: Reply(answer, StLinkStatus.OK, BinaryPrimitives.ReadUInt32LittleEndian(command[4..])); break;
            case 0x62: Frequencies(answer); break;
            case 0x21: break;
            default: Reply(answer, StLinkStatus.OK); break;
        }
    }

    public void Dispose() => IsDisposed = true;

    private void General(byte command, Span<byte> answer)
    {
        switch (command)
        {
            case 0xF1: BinaryPrimitives.WriteUInt16BigEndian(answer, version); break;
            case 0xFB: (answer[0], answer[2]) = (3, v3Jtag); break;
            case 0xF5: answer[0] = (byte)Mode; break;
            case 0xF7:
                BinaryPrimitives.WriteUInt32LittleEndian(answer, Voltage.Reference);
                BinaryPrimitives.WriteUInt32LittleEndian(answer[4..], Voltage.Half);
                break;
        }
    }

    private static void Reply(Span<byte> answer, StLinkStatus status, uint value = 0)
    {
        answer[0] = (byte)status;
        if (answer.Length >= 8)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(answer[4..], value);
        }
    }

    private void Debug(uint address, uint? written, Span<byte> answer)
    {
        if (Always is { } always)
        {
            Reply(answer, always, 0x1234_5678);
        }
        else if (Waits > 0)
        {
            Waits--;
            Reply(answer, StLinkStatus.SWD_AP_WAIT);
        }
        else if (Faults.Contains(address))
        {
            Reply(answer, StLinkStatus.SWD_AP_FAULT);
        }
        else
        {
            Reply(answer, StLinkStatus.OK, Access(address, written));
        }
    }

    private uint Access(uint address, uint? written)
    {
        for (var i = 0; written is { } value && i < 4; i++)
        {
            _memory[(_port, address + (uint)i)] = (byte)(value >> 8 * i);
        }

        return Word(address, _port);
    }

    private void ReadBlock(uint address, Span<byte> into)
    {
        for (var i = 0; Touch(address, into.Length) && i < into.Length; i++)
        {
            into[i] = Byte(address + (uint)i, _port);
        }
    }

    private void WriteBlock(uint address, ReadOnlySpan<byte> data)
    {
        for (var i = 0; Touch(address, data.Length) && i < data.Length; i++)
        {
            _memory[(_port, address + (uint)i)] = data[i];
        }
    }

    private bool Touch(uint address, int length)
    {
        _last = (StLinkStatus.OK, 0);
        if (Waits > 0)
        {
            Waits--;
            _last = (StLinkStatus.SWD_DP_WAIT, 0);
        }

        foreach (var fault in Faults.Where(f => f >= address && f - address < length))
        {
            _last = (StLinkStatus.SWD_AP_FAULT, fault);
        }

        return _last.Status == StLinkStatus.OK;
    }

    private void RunBatch(Span<byte> answer)
    {
        var (items, data) = _batch;
        var words = data.AsSpan((items + 3) / 4 * 4);
        var address = 0u;
        for (var i = 0; i < items; i++)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(words[(4 * i)..]);
            var status = BatchStatus(i) ?? StLinkStatus.OK;
            var result = 0u;
            if (status == StLinkStatus.OK)
            {
                switch (data[i])
                {
                    case 1: address = word; break;
                    case 2 when Faults.Contains(address): status = StLinkStatus.SWD_AP_FAULT; break;
                    case 2: Access(address, word); break;
                    case 3 when Faults.Contains(word): status = StLinkStatus.SWD_AP_FAULT; break;
                    case 3: result = Access(word, null); break;
                    case 5: _port = (byte)word; break;
                    default: Assert.Fail($"batch item {data[i]}"); break;
                }
            }

            BinaryPrimitives.WriteUInt32LittleEndian(answer[(4 * i)..], result);
            BinaryPrimitives.WriteUInt32LittleEndian(answer[(4 * (items + i))..], (uint)status);
        }
    }

    private static void Frequencies(Span<byte> answer)
    {
        uint[] offered = [24000, 8000, 3300, 1000, 200, 50, 5];
        Reply(answer, StLinkStatus.OK, 3300);
        answer[8] = (byte)offered.Length;
        for (var i = 0; i < offered.Length; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(answer[(12 + 4 * i)..], offered[i]);
        }
    }
}
