using System.Globalization;

namespace Nrst.Images;

/// <summary>The sentences that several formats share. Those of one format stand beside its reader.</summary>
internal static class ImageErrors
{
    public static ImageException Unreadable(string file, string rule, string? cause, Remedy remedy, Exception? inner = null) =>
        new("NRST4001", $"{file}: {rule}.", inner) { File = file, LikelyCause = cause, Remedies = [remedy] };

    public static ImageException NeedsAddress(string file) =>
        new("NRST4002", $"{file}: this is a plain binary, and nothing says at which address it belongs.")
        {
            File = file,
            LikelyCause = "A binary holds bytes and no addresses; it is none of ELF, Intel HEX, S-record or DfuSe.",
            Remedies =
            [
                new("Name the address; the flash of an STM32 starts at 0x08000000.", Quoted($"{file}@0x08000000")),
                new("Or give the ELF or HEX file of the same build, which knows its addresses."),
            ],
        };

    public static ImageException HasAddresses(string file, ImageFormat format) =>
        new("NRST4003", $"{file}: the file is {Name(format)}, which has addresses of its own, and cannot be put elsewhere.")
        {
            File = file,
            LikelyCause = "An address after the file name is for plain binaries.",
            Remedies =
            [
                new("Leave the address out.", Quoted(file)),
                new("If the firmware is meant to run elsewhere, link it for that address."),
            ],
        };

    public static ImageException Nothing(string file, string rule) =>
        new("NRST4004", $"{file}: there is nothing to program, {rule}.")
        {
            File = file,
            LikelyCause = "The build failed, is still running, or left everything out of this file.",
            Remedies = [new("Look at the file and at the messages of the build that made it.")],
        };

    public static ImageException Overlap(string file, string first, string second, Address at) =>
        new("NRST4005", $"{file}: {first} and {second} both hold a byte for {at}.")
        {
            File = file,
            LikelyCause = "Two images were joined that were linked for the same place, or the linker script lays two areas over each other.",
            Remedies = [new("Link bootloader and application for different areas, and join them again.")],
        };

    public static ImageException PastTop(string file, string where) =>
        new("NRST4006", $"{file}, {where}: the bytes reach beyond the last address, {new Address(uint.MaxValue)}.")
        {
            File = file,
            LikelyCause = "An address is wrong: in the linker script, in a damaged file, or after the file name.",
            Remedies = [new("Check the address; the flash of an STM32 starts at 0x08000000.")],
        };

    public static ImageException TooLarge(string file, long bytes) =>
        new("NRST4006", string.Create(CultureInfo.InvariantCulture,
            $"{file}: {bytes} bytes are more than any STM32 holds; the limit is {ImageReader.MaxBytes}."))
        {
            File = file,
            LikelyCause = "This is not a firmware file.",
            Remedies = [new("Check the file name.")],
        };

    public static ImageException Record(string file, int line, string rule) =>
        new("NRST4020", string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: {rule}."))
        {
            File = file,
            LikelyCause = "The file was damaged or cut off on its way, or edited by hand.",
            Remedies = [new("Build or copy the file again.")],
        };

    public static ImageException Checksum(string file, int line, string rule) =>
        Checksum(file, string.Create(CultureInfo.InvariantCulture, $"line {line}"), rule);

    public static ImageException Checksum(string file, string where, string rule) =>
        new("NRST4021", $"{file}, {where}: {rule}.")
        {
            File = file,
            LikelyCause = "The file was damaged on its way, or edited by hand.",
            Remedies = [new("Build or copy the file again.")],
        };

    public static ImageException NoEnd(string file, int line, string record) =>
        new("NRST4022", string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: the file ends without {record}."))
        {
            File = file,
            LikelyCause = "The file is cut off: a copy or a build did not finish, or is still running.",
            Remedies = [new("Build or copy the file again.")],
        };

    public static ImageException AfterEnd(string file, int line, string record) =>
        new("NRST4022", string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: something follows {record}."))
        {
            File = file,
            LikelyCause = "Two files were joined by appending one to the other.",
            Remedies = [new("Flash the files one after the other, or join them with a tool that knows the format, such as srec_cat.")],
        };

    public static ImageException RecordCount(string file, int line, long found, long expected) =>
        new("NRST4022", string.Create(CultureInfo.InvariantCulture,
            $"{file}, line {line}: the file counts {found} data records, but has {expected}."))
        {
            File = file,
            LikelyCause = "Lines were lost or doubled on the way.",
            Remedies = [new("Build or copy the file again.")],
        };

    public static ImageException CannotWrite(string file, string rule, string cause, Remedy remedy) =>
        new("NRST4040", $"{file}: {rule}.") { File = file, LikelyCause = cause, Remedies = [remedy] };

    /// <summary>A character as one would point at it; control characters and what is not ASCII by their code.</summary>
    public static string Character(long value) => value is > 0x20 and < 0x7F
        ? $"'{(char)value}'"
        : string.Create(CultureInfo.InvariantCulture, $"the byte 0x{value:X2}");

    // A command is there to be copied.
    private static string Quoted(string argument) =>
        "nrst flash " + (argument.Any(char.IsWhiteSpace) ? $"\"{argument}\"" : argument);

    private static string Name(ImageFormat format) => format switch
    {
        ImageFormat.Elf => "an ELF file",
        ImageFormat.IntelHex => "an Intel HEX file",
        ImageFormat.SRecord => "an S-record file",
        ImageFormat.DfuSe => "a DfuSe file",
        _ => "a binary",
    };
}
