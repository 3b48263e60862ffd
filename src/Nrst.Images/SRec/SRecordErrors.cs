namespace Nrst.Images.SRec;

internal static class SRecordErrors
{
    public static ImageException Of(string file, SRecordFault fault)
    {
        var (_, found, expected, column) = fault;
        var line = fault.Line;
        return fault.Flaw switch
        {
            SRecordFlaw.NoS => ImageErrors.Record(file, line,
                found == 'S'
                    ? "the record begins with S and no digit, should begin with S0 to S9"
                    : $"the record begins with {ImageErrors.Character(found)}, should begin with S0 to S9"),
            SRecordFlaw.BadDigit => ImageErrors.Record(file, line,
                $"{ImageErrors.Character(found)} in column {column} is not a hexadecimal digit"),
            SRecordFlaw.TooShort => ImageErrors.Record(file, line,
                $"the record has {found} hexadecimal digits, should have at least {expected} by its type"),
            SRecordFlaw.Length => ImageErrors.Record(file, line,
                $"the record has {found} hexadecimal digits, should have {expected} by its own byte count"),
            SRecordFlaw.Reserved => ImageErrors.Record(file, line, "the record type is S4, which is reserved"),
            SRecordFlaw.NoData => ImageErrors.Record(file, line,
                $"the record holds {found} data bytes, should hold none by its type"),
            SRecordFlaw.Checksum => ImageErrors.Checksum(file, line,
                $"the checksum is {found:X2}, should be {expected:X2}"),
            SRecordFlaw.Count => ImageErrors.RecordCount(file, line, found, expected),
            SRecordFlaw.PastTop => ImageErrors.PastTop(file, $"line {line}"),
            SRecordFlaw.AfterEnd => ImageErrors.AfterEnd(file, line, "the termination (S7, S8 or S9)"),
            SRecordFlaw.NoEnd => ImageErrors.NoEnd(file, line, "a termination (S7, S8 or S9) or a count (S5 or S6)"),
            _ => throw new ArgumentOutOfRangeException(nameof(fault), fault.Flaw, "Not a flaw."),
        };
    }
}
