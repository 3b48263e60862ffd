using System.Globalization;

namespace Nrst.Diagnosis.Causes;

/// <summary>What the voltages that a probe measures mean for an STM32.</summary>
internal static class Supply
{
    /// <summary>Below this nothing is connected.</summary>
    public const double Present = 0.5;

    /// <summary>"Operating conditions" of most lines: 1.71 V; 1.65 V is where the charge pump gives up.</summary>
    public const double Lowest = 1.65;

    /// <summary>The absolute maximum is 3.6 to 4 V; regulators for 3.3 V stay within 3 %.</summary>
    public const double Highest = 3.45;

    /// <summary>A supply that moves more than this between two looks sags.</summary>
    public const double Sag = 0.25;

    public static string Show(double? volts) => string.Create(CultureInfo.InvariantCulture, $"{volts:0.00} V");

    public static string Said(BoardObservations seen) => $"measured supply {string.Join(", ", seen.Volts.Select(volts => Show(volts)))}";
}
