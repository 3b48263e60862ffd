namespace Nrst.Images.Elf;

internal static class ElfErrors
{
    public static ImageException Of(string file, ElfFault fault)
    {
        var (_, found, expected) = fault;
        return fault.Flaw switch
        {
            ElfFlaw.Class => Foreign(file, $"EI_CLASS is {found}{Named(found, 2, "64-bit")}, should be 1 (32-bit)"),
            ElfFlaw.ByteOrder => Foreign(file, $"EI_DATA is {found}{Named(found, 2, "big-endian")}, should be 1 (little-endian)"),
            ElfFlaw.Machine => Foreign(file, $"e_machine is {found}{Machine(found)}, should be 40 (ARM)"),
            ElfFlaw.Type => NotLinked(file, found),
            ElfFlaw.Version => Damaged(file, "the header", $"EI_VERSION is {found}, should be {expected}"),
            ElfFlaw.HeaderTruncated => Truncated(file, "the header", found, expected),
            ElfFlaw.ProgramHeaderSize => Damaged(file, "the header", $"e_phentsize is {found}, should be {expected}"),
            ElfFlaw.TableTruncated => Truncated(file, "the table of program headers", found, expected),
            ElfFlaw.SegmentTruncated => Truncated(file, $"segment {fault.Segment}", found, expected),
            ElfFlaw.SegmentSizes => Damaged(file, $"segment {fault.Segment}",
                $"p_filesz is {found}, should be at most p_memsz, {expected}"),
            ElfFlaw.HeaderInSegment => HeaderInSegment(file, fault.Segment, new Address((uint)found)),
            ElfFlaw.PastTop => ImageErrors.PastTop(file, $"segment {fault.Segment}"),
            ElfFlaw.TooLarge => ImageErrors.TooLarge(file, found),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Flaw, "Not a flaw."),
        };
    }

    private static ImageException Foreign(string file, string rule) =>
        new("NRST4010", $"{file}: this ELF file is not for an STM32: {rule}.")
        {
            File = file,
            LikelyCause = "It was built for another machine, perhaps for this computer.",
            Remedies = [new("Build with the compiler for the chip, for example arm-none-eabi-gcc, and give that ELF file.")],
        };

    private static ImageException NotLinked(string file, long type) =>
        new("NRST4010", $"{file}: this ELF file is not a program: e_type is {type}{TypeName(type)}, should be 2 (executable).")
        {
            File = file,
            LikelyCause = type == 1
                ? "It is what the compiler makes of one source file; the linker has not yet placed it."
                : "It was written by a debugger or a tool, not by a linker.",
            Remedies = [new("Give the file the linker writes, often named .elf, .axf or .out.")],
        };

    private static ImageException Damaged(string file, string where, string rule) =>
        new("NRST4011", $"{file}, {where}: {rule}.")
        {
            File = file,
            LikelyCause = "The file was damaged, or written by a tool that does not keep to the ELF specification.",
            Remedies = [new("Build or copy the file again.")],
        };

    private static ImageException Truncated(string file, string where, long found, long expected) =>
        new("NRST4011", $"{file}, {where}: the file ends at byte {found}, should reach to byte {expected} at least.")
        {
            File = file,
            LikelyCause = "The file is cut off: a copy or a build did not finish, or is still running.",
            Remedies = [new("Build or copy the file again.")],
        };

    private static ImageException HeaderInSegment(string file, int segment, Address start) =>
        new("NRST4012",
            $"{file}, segment {segment}: the segment begins with the ELF header, which would be written to the flash at {start}.")
        {
            File = file,
            LikelyCause = "The program does not start on a page boundary of the linker, which filled the page with its own header.",
            Remedies =
            [
                new("Link with -Wl,-n, so that segments hold nothing but the program."),
                new("Or convert with arm-none-eabi-objcopy -O ihex and flash the HEX file.", "nrst flash app.hex"),
            ],
        };

    private static string Named(long found, long value, string name) => found == value ? $" ({name})" : "";

    private static string TypeName(long type) => type switch
    {
        1 => " (object file)",
        4 => " (core dump)",
        _ => "",
    };

    private static string Machine(long machine) => machine switch
    {
        3 => " (Intel 80386)",
        8 => " (MIPS)",
        62 => " (x86-64)",
        83 => " (AVR)",
        94 => " (Xtensa)",
        183 => " (AArch64)",
        243 => " (RISC-V)",
        _ => "",
    };
}
