namespace Nrst.Images.Elf;

/// <summary>One member per rule that a file can break: first those of an ELF file we can use, then those of any ELF file.</summary>
internal enum ElfFlaw
{
    None,

    /// <summary>EI_CLASS is not ELFCLASS32.</summary>
    Class,

    /// <summary>EI_DATA is not ELFDATA2LSB.</summary>
    ByteOrder,

    /// <summary>e_machine is not EM_ARM.</summary>
    Machine,

    /// <summary>e_type is neither ET_EXEC nor ET_DYN: an object file or a core dump.</summary>
    Type,

    /// <summary>EI_VERSION is not EV_CURRENT.</summary>
    Version,

    /// <summary>The file is shorter than its header.</summary>
    HeaderTruncated,

    /// <summary>e_phentsize is not the size of an ELF32 program header.</summary>
    ProgramHeaderSize,

    /// <summary>The table of program headers reaches past the end of the file.</summary>
    TableTruncated,

    /// <summary>A segment reaches past the end of the file.</summary>
    SegmentTruncated,

    /// <summary>p_filesz is larger than p_memsz.</summary>
    SegmentSizes,

    /// <summary>A segment begins with the ELF header itself.</summary>
    HeaderInSegment,

    /// <summary>A segment reaches beyond the last address, 0xFFFF_FFFF.</summary>
    PastTop,

    /// <summary>The segments hold more than nrst reads.</summary>
    TooLarge,
}

/// <summary>Which rule was broken, and the numbers that show it. The segment is -1 where the header is at fault.</summary>
internal readonly record struct ElfFault(ElfFlaw Flaw, long Found = 0, long Expected = 0)
{
    public int Segment { get; init; } = -1;
}
