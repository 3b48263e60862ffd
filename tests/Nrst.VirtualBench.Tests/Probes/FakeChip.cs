using System.Buffers.Binary;
using System.Collections.Concurrent;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Probes;

/// <summary>128 KiB of RAM at 0x2000_0000, a word that stalls, and nothing else: enough of a chip to talk about probes.</summary>
internal sealed class FakeChip : IBoardChip, ISwdTarget, IMemoryPort, IUsartPins
{
    public const uint RamAt = 0x2000_0000;
    public const uint SlowWord = 0x4000_0000;

    public byte[] Ram { get; } = new byte[128 * 1024];

    public List<(uint Address, int Bytes, bool Write)> Accesses { get; } = [];

    /// <summary>How long the bus is held by an access of <see cref="SlowWord"/>.</summary>
    public long StallNs { get; set; }

    public bool Powered { get; set; }

    public long RanUntil { get; private set; }

    public IUsartPins Usarts => this;

    IReadOnlyCollection<int> IUsartPins.Usarts => [1, 2, 3];

    public event Action<int, byte>? Sent;

    /// <summary>What came to the RX pins.</summary>
    public List<(int Usart, byte Value)> Heard { get; } = [];

    private readonly ConcurrentQueue<(int Usart, byte[] Bytes)> _toSay = new();

    public double SupplyVolts
    {
        get => Powered ? field : 0;
        set;
    } = 3.3;

    public ISwdTarget? Swd => Powered ? this : null;

    public bool ResetIsLow { get; private set; }

    public uint Dpidr => 0x2BA0_1477;

    public uint Idr => 0x2477_0011;

    public uint Base => 0xE00F_F003;

    public uint ResetCsw => 0x2300_0002;

    /// <summary>What hangs behind access port 1.</summary>
    public IMemoryPort? Second { get; set; }

    public IMemoryPort? Port(byte number) => number switch { 0 => this, 1 => Second, _ => null };

    public long HclkPicoseconds { get; set; } = 62_500;

    public ChipTimes Times => default;

    public void PowerOn(long now) => Powered = true;

    public byte[] Save() => Ram;

    public void Load(ReadOnlySpan<byte> saved)
    {
        if (saved.Length != Ram.Length)
        {
            throw new FormatException("Not the size of this RAM.");
        }

        saved.CopyTo(Ram);
    }

    public void DriveReset(bool low, long now) => ResetIsLow = low;

    public void RunUntil(long now)
    {
        RanUntil = now;
        while (_toSay.TryDequeue(out var next))
        {
            Say(next.Usart, next.Bytes);
        }
    }

    public void Receive(int usart, ReadOnlySpan<byte> bytes, long now, int baud, bool hasParity)
    {
        foreach (var value in bytes)
        {
            Heard.Add((usart, value));
        }
    }

    public void Say(int usart, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            Sent?.Invoke(usart, value);
        }
    }

    /// <summary>When the chip next lives for a while.</summary>
    public void SayLater(int usart, ReadOnlySpan<byte> bytes) => _toSay.Enqueue((usart, bytes.ToArray()));

    public BusStatus Read(uint address, int bytes, out uint value, bool secure, ref long now)
    {
        Accesses.Add((address, bytes, false));
        value = 0;
        if (address == SlowWord)
        {
            now += StallNs;
            return BusStatus.Ok;
        }

        if (address < RamAt || address - RamAt + bytes > Ram.Length)
        {
            return BusStatus.Error;
        }

        Span<byte> word = stackalloc byte[4];
        word.Clear();
        Ram.AsSpan((int)(address - RamAt), bytes).CopyTo(word);
        value = BinaryPrimitives.ReadUInt32LittleEndian(word);
        return BusStatus.Ok;
    }

    public BusStatus Write(uint address, int bytes, uint value, bool secure, ref long now)
    {
        Accesses.Add((address, bytes, true));
        if (address < RamAt || address - RamAt + bytes > Ram.Length)
        {
            return BusStatus.Error;
        }

        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(word, value);
        word[..bytes].CopyTo(Ram.AsSpan((int)(address - RamAt)));
        return BusStatus.Ok;
    }
}
