using System.Buffers.Binary;

namespace Nrst.Images.Elf;

/// <summary>
/// <code>
///  0  7F 'E' 'L' 'F'   EI_CLASS   EI_DATA   EI_VERSION   padding to 16
/// 16  e_type:2  e_machine:2  e_version:4  e_entry:4  e_phoff:4  e_shoff:4  e_flags:4
/// 40  e_ehsize:2  e_phentsize:2  e_phnum:2  …
/// </code>
/// </summary>
internal readonly record struct ElfHeader(uint Entry, uint TableOffset, int TableEntries)
{
    public const int Size = 52;
    public const int IdentSize = 16;

    private const byte ELFCLASS32 = 1;
    private const byte ELFDATA2LSB = 1;
    private const byte EV_CURRENT = 1;
    private const ushort ET_EXEC = 2;
    private const ushort ET_DYN = 3;
    private const ushort EM_ARM = 40;

    public static ReadOnlySpan<byte> Magic => "\u007fELF"u8;

    /// <param name="start">The first <see cref="Size"/> bytes of the file, or all of a shorter one.</param>
    public static ElfFault Decode(ReadOnlySpan<byte> start, out ElfHeader header)
    {
        header = default;
        if (start.Length < IdentSize)
        {
            return new(ElfFlaw.HeaderTruncated, start.Length, Size);
        }

        if (start[4] != ELFCLASS32)
        {
            return new(ElfFlaw.Class, start[4], ELFCLASS32);
        }

        if (start[5] != ELFDATA2LSB)
        {
            return new(ElfFlaw.ByteOrder, start[5], ELFDATA2LSB);
        }

        if (start[6] != EV_CURRENT)
        {
            return new(ElfFlaw.Version, start[6], EV_CURRENT);
        }

        if (start.Length < Size)
        {
            return new(ElfFlaw.HeaderTruncated, start.Length, Size);
        }

        var machine = BinaryPrimitives.ReadUInt16LittleEndian(start[18..]);
        if (machine != EM_ARM)
        {
            return new(ElfFlaw.Machine, machine, EM_ARM);
        }

        var type = BinaryPrimitives.ReadUInt16LittleEndian(start[16..]);
        if (type is not (ET_EXEC or ET_DYN))
        {
            return new(ElfFlaw.Type, type, ET_EXEC);
        }

        var entries = BinaryPrimitives.ReadUInt16LittleEndian(start[44..]);
        var entrySize = BinaryPrimitives.ReadUInt16LittleEndian(start[42..]);
        if (entries > 0 && entrySize != ElfProgramHeader.Size)
        {
            return new(ElfFlaw.ProgramHeaderSize, entrySize, ElfProgramHeader.Size);
        }

        header = new ElfHeader(
            BinaryPrimitives.ReadUInt32LittleEndian(start[24..]), BinaryPrimitives.ReadUInt32LittleEndian(start[28..]), entries);
        return default;
    }
}

/// <summary>
/// <code>
/// p_type:4  p_offset:4  p_vaddr:4  p_paddr:4  p_filesz:4  p_memsz:4  p_flags:4  p_align:4
/// </code>
/// </summary>
/// <param name="PhysicalAddress">Where the bytes wait in flash; the virtual address is where the start-up code copies them.</param>
internal sealed record ElfProgramHeader(uint Type, uint Offset, uint PhysicalAddress, uint FileSize, uint MemorySize)
{
    public const int Size = 32;

    private const uint PT_LOAD = 1;

    /// <summary>Whether there is anything to program: a segment of zeroed RAM has no bytes in the file.</summary>
    public bool IsLoaded => Type == PT_LOAD && FileSize > 0;

    public static ElfProgramHeader Decode(ReadOnlySpan<byte> entry) => new(
        BinaryPrimitives.ReadUInt32LittleEndian(entry),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[12..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]));
}
