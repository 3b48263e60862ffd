namespace Nrst.Images.Hex;

internal static class HexErrors
{
    public static ImageException Of(string file, HexFault fault)
    {
        var (_, found, expected, column) = fault;
        var line = fault.Line;
        return fault.Flaw switch
        {
            HexFlaw.NoColon => ImageErrors.Record(file, line,
                $"the record begins with {ImageErrors.Character(found)}, should begin with ':'"),
            HexFlaw.BadDigit => ImageErrors.Record(file, line,
                $"{ImageErrors.Character(found)} in column {column} is not a hexadecimal digit"),
            HexFlaw.TooShort => ImageErrors.Record(file, line,
                $"the record has {found} hexadecimal digits, should have at least {expected}"),
            HexFlaw.Length => ImageErrors.Record(file, line,
                $"the record has {found} hexadecimal digits, should have {expected} by its own byte count"),
            HexFlaw.UnknownType => ImageErrors.Record(file, line, $"the record type is {found:X2}, should be 00 to 05"),
            HexFlaw.TypeLength => ImageErrors.Record(file, line,
                $"the record holds {found} data bytes, should hold {expected} by its type"),
            HexFlaw.Checksum => ImageErrors.Checksum(file, line, $"the checksum is {found:X2}, should be {expected:X2}"),
            HexFlaw.PastTop => ImageErrors.PastTop(file, $"line {line}"),
            HexFlaw.AfterEnd => ImageErrors.AfterEnd(file, line, "the End of File record (type 01)"),
            HexFlaw.NoEnd => ImageErrors.NoEnd(file, line, "an End of File record (type 01)"),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Flaw, "Not a flaw."),
        };
    }
}
