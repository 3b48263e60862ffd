namespace Nrst.Diagnosis.Causes;

/// <summary>Error rates in words.</summary>
internal static class WireSamples
{
    public static string Said(BoardObservations seen) => string.Join("; ", seen.Wire.Select(sample => sample.Transfers == 0
        ? $"{sample.Kilohertz} kHz: no answer"
        : $"{sample.Kilohertz} kHz: {sample.Errors} of {sample.Transfers} transfers wrong"));
}
