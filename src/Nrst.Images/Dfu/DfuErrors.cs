namespace Nrst.Images.Dfu;

internal static class DfuErrors
{
    public static ImageException Of(string file, DfuFault fault)
    {
        var (flaw, offset, found, expected) = fault;
        return flaw switch
        {
            DfuFlaw.Crc => ImageErrors.Checksum(file, $"offset {Hex(offset)}",
                $"the CRC-32 is {found:X8}, should be {expected:X8}"),
            DfuFlaw.PastTop => ImageErrors.PastTop(file, $"offset {Hex(offset)}"),
            DfuFlaw.NoSuffix => Structure(file, offset, "the file ends without a DFU suffix", cutOff: true),
            DfuFlaw.DfuVersion => Structure(file, offset, $"bcdDFU is {found:X4}, should be {expected:X4}"),
            DfuFlaw.FormatVersion => Structure(file, offset, $"the version of the prefix is {found}, should be {expected}"),
            DfuFlaw.ImageSize => Structure(file, offset, $"DFUImageSize is {found}, should be {expected}"),
            DfuFlaw.TargetSignature => Structure(file, offset, $"target {found} does not begin with 'Target'"),
            DfuFlaw.TargetSize => Structure(file, offset, $"the elements of the target leave {found} bytes of it over"),
            DfuFlaw.Truncated => Structure(file, offset, $"{found} bytes are left, should be at least {expected}"),
            DfuFlaw.Surplus => Structure(file, offset, $"{found} bytes follow the last target"),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), flaw, "Not a flaw."),
        };
    }

    private static ImageException Structure(string file, int offset, string rule, bool cutOff = false) =>
        new("NRST4030", $"{file}, offset {Hex(offset)}: {rule}.")
        {
            File = file,
            LikelyCause = cutOff
                ? "The file is cut off: a copy or a download did not finish."
                : "The file was written by a tool that does not keep to ST's DfuSe format (UM0391).",
            Remedies = [new("Fetch the file again, or flash the HEX or ELF file it was made from.", "nrst flash app.hex")],
        };

    private static string Hex(int offset) => $"0x{offset:X4}";
}
