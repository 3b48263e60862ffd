using System.Buffers.Binary;

namespace Nrst.Probes.StLink;

/// <summary>Target memory through the probe's own block commands, each followed by the question how it went.</summary>
internal sealed class StLinkMemory(StLinkLink link, StLinkGates gates, StLinkVersion version) : ITargetMemory, IWriteAhead
{
    private (Address At, int Length) _ahead;

    public uint Read32(Address address)
    {
        RequireAlignment(address, 4, 4);
        if (link.AccessPort == 0)
        {
            return link.Do(new ReadDebugRegister(address), "a read", address).Value;
        }

        Span<byte> word = stackalloc byte[4]; // the word commands name no access port, the block commands do
        ReadBlock(AccessSize.Word, address, word);
        return BinaryPrimitives.ReadUInt32LittleEndian(word);
    }

    public void Write32(Address address, uint value)
    {
        RequireAlignment(address, 4, 4);
        if (link.AccessPort == 0)
        {
            link.Do(new WriteDebugRegister(address, value), "a write", address);
            return;
        }

        Span<byte> word = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(word, value);
        WriteBlock(AccessSize.Word, address, word);
    }

    public void Read(Address address, Span<byte> into)
    {
        var head = Head(address, into.Length);
        var words = (into.Length - head) & ~3;
        ReadBlocks(AccessSize.Byte, address, into[..head]);
        ReadBlocks(AccessSize.Word, Offset(address, head), into.Slice(head, words));
        ReadBlocks(AccessSize.Byte, Offset(address, head + words), into[(head + words)..]);
    }

    public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word)
    {
        if (size != AccessSize.Word)
        {
            RequireAlignment(address, data.Length, (int)size);
            WriteBlocks(size, address, data);
            return;
        }

        var head = Head(address, data.Length);
        var words = (data.Length - head) & ~3;
        WriteBlocks(AccessSize.Byte, address, data[..head]);
        WriteBlocks(AccessSize.Word, Offset(address, head), data.Slice(head, words));
        WriteBlocks(AccessSize.Byte, Offset(address, head + words), data[(head + words)..]);
    }

    public void WriteAhead(Address address, ReadOnlySpan<byte> words)
    {
        RequireAlignment(address, words.Length, 4);
        for (var at = 0; at < words.Length; at += StLinkGates.LongestBlock)
        {
            var block = words.Slice(at, Math.Min(words.Length - at, StLinkGates.LongestBlock));
            _ahead = (Offset(address, at), block.Length);
            link.Wire.Deliver(new WriteMemory(AccessSize.Word, _ahead.At, (ushort)block.Length, link.AccessPort), block);
        }
    }

    public bool Settle()
    {
        var wait = new StLinkLink.Waiting(link);
        return Settled(ref wait, _ahead.At, _ahead.Length, "a block write");
    }

    private void ReadBlocks(AccessSize size, Address address, Span<byte> into)
    {
        while (!into.IsEmpty)
        {
            var block = into[..Math.Min(into.Length, Longest(size))];
            ReadBlock(size, address, block);
            into = into[block.Length..];
            address = Offset(address, into.IsEmpty ? 0 : block.Length);
        }
    }

    private void WriteBlocks(AccessSize size, Address address, ReadOnlySpan<byte> data)
    {
        if (size == AccessSize.HalfWord && !gates.HasHalfWords)
        {
            throw StLinkErrors.NoHalfWords(version);
        }

        while (!data.IsEmpty)
        {
            var block = data[..Math.Min(data.Length, Longest(size))];
            WriteBlock(size, address, block);
            data = data[block.Length..];
            address = Offset(address, data.IsEmpty ? 0 : block.Length);
        }
    }

    private void ReadBlock(AccessSize size, Address address, Span<byte> into)
    {
        var wait = new StLinkLink.Waiting(link);
        while (true)
        {
            Fetch(new ReadMemory(size, address, (ushort)into.Length, link.AccessPort), into);
            if (Settled(ref wait, address, into.Length, "a block read"))
            {
                return;
            }
        }
    }

    private void WriteBlock(AccessSize size, Address address, ReadOnlySpan<byte> data)
    {
        var wait = new StLinkLink.Waiting(link);
        while (true)
        {
            link.Wire.Deliver(new WriteMemory(size, address, (ushort)data.Length, link.AccessPort), data);
            if (Settled(ref wait, address, data.Length, "a block write"))
            {
                return;
            }
        }
    }

    private void Fetch(ReadMemory request, Span<byte> into)
    {
        if (into.Length > 1)
        {
            link.Wire.Fetch(request, into);
            return;
        }

        Span<byte> two = stackalloc byte[2]; // a single byte travels with a companion
        link.Wire.Fetch(request, two);
        into[0] = two[0];
    }

    private bool Settled(ref StLinkLink.Waiting wait, Address address, int length, string what)
    {
        var last = link.Wire.Ask<GetLastStatus, Reply>(default);
        if (last.Status.IsDone())
        {
            return true;
        }

        // Old firmware leaves the address empty; only one inside the block can be true.
        var reported = new Address(last.Value);
        var inside = last.Value >= address.Value && last.Value - address.Value < length;
        wait.OrThrow(last.Status, what, inside ? reported : address);
        return false;
    }

    private int Longest(AccessSize size) => size == AccessSize.Byte ? gates.LongestByteBlock : StLinkGates.LongestBlock;

    private static int Head(Address address, int length) => Math.Min(length, (int)(-address.Value & 3));

    // The last block may end at the top of the map, where no next address exists.
    private static Address Offset(Address address, int bytes) => new(unchecked(address.Value + (uint)bytes));

    private static void RequireAlignment(Address address, int length, int unit)
    {
        if (!address.IsAligned((uint)unit) || length % unit != 0)
        {
            throw new ArgumentException($"An access of {length} bytes at {address} is not aligned to {unit} bytes.");
        }
    }
}
