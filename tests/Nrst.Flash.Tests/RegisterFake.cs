using System.Buffers.Binary;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>
/// A chip that is a flash controller and nothing else, for the tests of one driver. A derived class is written from the manual, and says no
/// where the silicon does. Time passes when somebody waits, and a little with every access.
/// </summary>
internal abstract class RegisterFake : ITargetMemory, IWordBatch, IClock
{
    private readonly uint _flashAt;

    protected RegisterFake(BankedLayout layout, byte erased)
    {
        Layout = layout;
        _flashAt = layout.Range.Start.Value;
        Erased = erased;
        Cells = new byte[layout.Range.Length];
        Cells.AsSpan().Fill(erased);
    }

    public BankedLayout Layout { get; }
    public byte Erased { get; }
    public byte[] Cells { get; }
    public TimeSpan Now { get; private set; } = TimeSpan.FromSeconds(1);

    /// <summary>Every write in its order: registers and flash.</summary>
    public List<(uint At, uint Value, int Bytes)> Writes { get; } = [];

    /// <summary>Makes erases and programs take this share of their time.</summary>
    public double Pace { get; set; } = 1;

    public uint Read32(Address address)
    {
        Now += TimeSpan.FromMicroseconds(20);
        return InFlash(address.Value)
            ? BinaryPrimitives.ReadUInt32LittleEndian(Cells.AsSpan((int)(address.Value - _flashAt)))
            : ReadRegister(address.Value);
    }

    public void Write32(Address address, uint value)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        Write(address, bytes);
    }

    public void Read(Address address, Span<byte> into) => Cells.AsSpan((int)(address.Value - _flashAt), into.Length).CopyTo(into);

    public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word)
    {
        for (var i = 0; i < data.Length; i += (int)size)
        {
            Now += TimeSpan.FromMicroseconds(20);
            var value = size switch
            {
                AccessSize.Byte => data[i],
                AccessSize.HalfWord => BinaryPrimitives.ReadUInt16LittleEndian(data[i..]),
                _ => BinaryPrimitives.ReadUInt32LittleEndian(data[i..]),
            };
            var at = address.Value + (uint)i;
            Writes.Add((at, value, (int)size));
            if (InFlash(at))
            {
                WriteFlash(at, value, (int)size);
            }
            else
            {
                Assert.Equal(AccessSize.Word, size);
                WriteRegister(at, value);
            }
        }
    }

    public void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
    {
        var next = 0;
        foreach (var access in accesses)
        {
            if (access.Written is { } value)
            {
                Write32(access.Address, value);
            }
            else
            {
                reads[next++] = Read32(access.Address);
            }
        }
    }

    public void Wait(TimeSpan time) => Now += time;

    /// <summary>Bytes of the flash, by address.</summary>
    public Span<byte> At(uint address, int length) => Cells.AsSpan((int)(address - _flashAt), length);

    protected abstract uint ReadRegister(uint address);

    protected abstract void WriteRegister(uint address, uint value);

    protected abstract void WriteFlash(uint address, uint value, int bytes);

    private bool InFlash(uint address) => address >= _flashAt && address - _flashAt < Cells.Length;
}
