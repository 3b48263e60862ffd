using System.Buffers.Binary;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Cortex;

namespace Nrst.VirtualBench.Tests.Cortex;

/// <summary>
/// Flash at 0x0800_0000 (also seen at 0) and RAM at 0x2000_0000, 128 KiB each, without wait states, around the core under test. Where a
/// qemu board has them elsewhere, so can this.
/// </summary>
internal sealed class TestMachine : IBus, ICoreSignals
{
    public const uint FlashBase = 0x0800_0000;
    public const uint RamBase = 0x2000_0000;
    private const int Size = 128 * 1024;

    private readonly uint _flashAt, _ramAt;

    public TestMachine(CoreKind kind = CoreKind.M4F, uint flashAt = FlashBase, uint ramAt = RamBase)
    {
        (_flashAt, _ramAt) = (flashAt, ramAt);
        Core = new CortexCore(CoreTraits.Of(kind), this, this) { CyclePicoseconds = 10_000 };
        Poke(flashAt, ramAt + 0x1000, flashAt + 0x201);
    }

    public CortexCore Core { get; }

    public byte[] Flash { get; } = new byte[Size];

    public byte[] Ram { get; } = new byte[Size];

    public int SystemResets { get; private set; }

    /// <summary>Registers from 0x4000_0000 on read 0 and keep nothing, as where qemu has no model; otherwise nothing answers there.</summary>
    public bool HasIdlePeripherals { get; init; }

    /// <summary>Lowest address written and the address after the highest, since <see cref="ForgetWrites"/>.</summary>
    public (uint From, uint To) Written { get; private set; } = (uint.MaxValue, 0);

    public void ForgetWrites() => Written = (uint.MaxValue, 0);

    /// <summary>Puts words where no bus protects them.</summary>
    public void Poke(uint address, params ReadOnlySpan<uint> words)
    {
        foreach (var word in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(Find(address, 4), word);
            address += 4;
        }
    }

    public void PokeCode(uint address, params ReadOnlySpan<ushort> halfwords)
    {
        foreach (var halfword in halfwords)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(Find(address, 2), halfword);
            address += 2;
        }
    }

    public uint Peek(uint address) => BinaryPrimitives.ReadUInt32LittleEndian(Find(address, 4));

    /// <summary>Reads a register of the private peripheral bus as a debugger.</summary>
    public uint Ppb(uint address)
    {
        Assert.Equal(BusStatus.Ok, Core.ReadPpb(address, 4, out var value, debugger: true, Core.Now));
        return value;
    }

    public void Ppb(uint address, uint value) => Assert.Equal(BusStatus.Ok, Core.WritePpb(address, 4, value, debugger: true, Core.Now));

    public void Run(long nanoseconds) => Core.RunUntil(Core.Now + nanoseconds);

    public BusStatus Read(uint address, int bytes, out uint value, BusMaster master, ref long now)
    {
        var cells = Find(address, bytes);
        value = 0;
        if (IsIdle(address))
        {
            return BusStatus.Ok;
        }

        if (cells.IsEmpty)
        {
            return BusStatus.Error;
        }

        value = bytes switch
        {
            1 => cells[0],
            2 => BinaryPrimitives.ReadUInt16LittleEndian(cells),
            _ => BinaryPrimitives.ReadUInt32LittleEndian(cells),
        };
        return BusStatus.Ok;
    }

    public BusStatus Write(uint address, int bytes, uint value, BusMaster master, ref long now)
    {
        if (IsIdle(address))
        {
            return BusStatus.Ok;
        }

        var cells = address - _ramAt < Size ? Find(address, bytes) : default;
        if (cells.IsEmpty)
        {
            return BusStatus.Error;
        }

        for (var i = 0; i < bytes; i++)
        {
            cells[i] = (byte)(value >> i * 8);
        }

        Written = (Math.Min(Written.From, address), Math.Max(Written.To, address + (uint)bytes));
        return BusStatus.Ok;
    }

    public void SystemResetRequested(long now)
    {
        SystemResets++;
        Core.SystemReset(now);
    }

    private bool IsIdle(uint address) => HasIdlePeripherals && address is >= 0x4000_0000 and < 0x6000_0000;

    private Span<byte> Find(uint address, int bytes)
    {
        if (address - _ramAt <= (uint)(Size - bytes))
        {
            return Ram.AsSpan((int)(address - _ramAt), bytes);
        }

        address = address < Size ? address + _flashAt : address;
        return address - _flashAt <= (uint)(Size - bytes) ? Flash.AsSpan((int)(address - _flashAt), bytes) : default;
    }
}
