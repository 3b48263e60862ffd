namespace Nrst.VirtualBench.Chips.Flash;

/// <summary>What the flash has besides main cells: bootloader, unique id, flash size, one-time programmable bytes, option bytes.</summary>
/// <remarks>Bytes of a window that nobody has put anything at read as erased.</remarks>
internal sealed class InformationBlock
{
    private const uint Loop = 0x40;

    private readonly HashSet<uint> loops = [];
    private readonly List<AddressRange> windows = [];
    private readonly List<(uint Start, uint Length, Func<uint, byte> Byte)> contents = [];

    /// <summary>Where this block answers at all.</summary>
    public IReadOnlyList<AddressRange> Windows => windows;

    /// <summary>Where the first bootloader is; null where none was put.</summary>
    public AddressRange? SystemMemory { get; private set; }

    /// <summary>A core that is here runs the bootloader: see <see cref="Bootloader"/>.</summary>
    public bool IsLoaderLoop(uint programCounter) => loops.Contains(programCounter);

    /// <summary>Lets the block answer at so many bytes from an address.</summary>
    public InformationBlock Window(uint start, uint length)
    {
        windows.Add(new AddressRange(new Address(start), length));
        return this;
    }

    /// <summary>What is read at so many bytes from an address; the function gets the offset. What was put last wins.</summary>
    public InformationBlock Put(uint start, uint length, Func<uint, byte> content)
    {
        contents.Insert(0, (start, length, content));
        return this;
    }

    public InformationBlock Put(uint start, IReadOnlyList<byte> bytes) => Put(start, (uint)bytes.Count, offset => bytes[(int)offset]);

    public InformationBlock Put(uint start, ushort half) => Put(start, [(byte)half, (byte)(half >> 8)]);

    /// <summary>Words that change: the option bytes as they are programmed.</summary>
    public InformationBlock PutWords(uint start, uint length, Func<uint, uint> word) =>
        Put(start, length, offset => (byte)(word(offset & ~3u) >> (int)(8 * (offset & 3))));

    /// <summary>Not the maker's bootloader, only its shape: a stack pointer, a reset vector, and a loop that the core can rest in.</summary>
    /// <param name="stackTop">The end of the RAM that a real bootloader would use.</param>
    public InformationBlock Bootloader(uint start, uint length, uint stackTop)
    {
        var code = new byte[Loop + 2];
        code.AsSpan().Fill(0xFF);
        BitConverter.TryWriteBytes(code.AsSpan(0), stackTop);
        BitConverter.TryWriteBytes(code.AsSpan(4), start + Loop + 1);
        (code[Loop], code[Loop + 1]) = (0xFE, 0xE7); // b .
        loops.Add(start + Loop);
        SystemMemory ??= new AddressRange(new Address(start), length);
        return Window(start, length).Put(start, code);
    }

    public bool Covers(uint address)
    {
        foreach (var window in windows)
        {
            if (address - window.Start.Value < window.Length)
            {
                return true;
            }
        }

        return false;
    }

    public uint Read(uint address, int bytes)
    {
        var value = 0u;
        for (var i = bytes - 1; i >= 0; i--)
        {
            value = (value << 8) | ByteAt(address + (uint)i);
        }

        return value;
    }

    private byte ByteAt(uint address)
    {
        foreach (var (start, length, content) in contents)
        {
            if (address - start < length)
            {
                return content(address - start);
            }
        }

        return 0xFF;
    }
}
