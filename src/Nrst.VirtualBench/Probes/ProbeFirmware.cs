using System.Globalization;
using System.Text.RegularExpressions;

namespace Nrst.VirtualBench.Probes;

/// <summary>What a firmware release added.</summary>
internal enum Feature
{
    TargetVoltage,
    LastStatusWithAddress,
    SwdDivisor,
    JtagDivisor,
    DapRegisters,
    HalfWords,
    OpenAp,
    BankedDp,
    ReadWithoutIncrement,
    Batches,
    BoardIdentifiers,
    FrequencyList,
    LongByteTransfers,
}

/// <summary>A firmware version as ST writes it: <c>V2J45M31</c>, <c>V3J13M4B5S1</c>.</summary>
internal sealed partial record ProbeFirmware(int Hardware, int Jtag, int Swim, int MassStorage, int Bridge, int Power)
{
    /// <summary>Null where the text is no version of an ST-LINK of that hardware generation.</summary>
    public static ProbeFirmware? TryParse(string text, int hardware)
    {
        var match = Pattern().Match(text);
        if (!match.Success)
        {
            return null;
        }

        int Number(string group) => match.Groups[group] is { Success: true } found
            ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture)
            : 0;
        var version = new ProbeFirmware(Number("v"), Number("j"), Number("s"), Number("m"), Number("b"), Number("p"));
        var fits = hardware >= 3 || version is { Jtag: <= 63, Swim: <= 63, MassStorage: <= 63, Bridge: 0, Power: 0 };
        return version.Hardware == hardware && fits ? version : null;
    }

    public bool Has(Feature feature) => Hardware >= 3
        ? Jtag >= FirstOnV3(feature)
        : Jtag >= FirstOnV2(feature);

    /// <summary>The word that GET_VERSION answers: from V3 on only the hardware, the rest is for GET_VERSION_EX.</summary>
    public ushort Word => Hardware >= 3
        ? (ushort)(Hardware << 12)
        : (ushort)(Hardware << 12 | Jtag << 6 | (MassStorage != 0 ? MassStorage : Swim));

    public override string ToString()
    {
        string Part(char letter, int number) => number == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{letter}{number}");
        return string.Create(CultureInfo.InvariantCulture, $"V{Hardware}J{Jtag}")
            + Part('M', MassStorage) + Part('B', Bridge) + Part('S', Swim) + Part('P', Power);
    }

    private const int Never = int.MaxValue;

    private static int FirstOnV2(Feature feature) => feature switch
    {
        Feature.TargetVoltage => 13,
        Feature.LastStatusWithAddress => 15,
        Feature.SwdDivisor => 22,
        Feature.JtagDivisor or Feature.DapRegisters => 24,
        Feature.HalfWords => 26,
        Feature.OpenAp => 28,
        Feature.BankedDp or Feature.ReadWithoutIncrement or Feature.Batches => 32,
        Feature.BoardIdentifiers => 36,
        _ => Never,
    };

    private static int FirstOnV3(Feature feature) => feature switch
    {
        Feature.SwdDivisor or Feature.JtagDivisor => Never,
        Feature.BankedDp or Feature.ReadWithoutIncrement or Feature.Batches => 2,
        Feature.BoardIdentifiers or Feature.LongByteTransfers => 6,
        _ => 0,
    };

    [GeneratedRegex(@"^V(?<v>\d)J(?<j>\d{1,2})(M(?<m>\d{1,2}))?(B(?<b>\d{1,2}))?(S(?<s>\d{1,2}))?(P(?<p>\d{1,2}))?$")]
    private static partial Regex Pattern();
}
