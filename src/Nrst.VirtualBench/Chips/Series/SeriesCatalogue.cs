using Nrst.Targets;

namespace Nrst.VirtualBench.Chips.Series;

/// <summary>The series this bench can play.</summary>
internal static class SeriesCatalogue
{
    private static readonly Func<Device, SeriesDescription?>[] All =
    [
        Stm32F0Series.Describe,
        Stm32F1Series.Describe,
        Stm32F3Series.Describe,
        Stm32F4Series.Describe,
        Stm32F7Series.Describe,
        Stm32G0Series.Describe,
        Stm32G4Series.Describe,
        Stm32H5Series.Describe,
        Stm32H7Series.Describe,
        Stm32H7rsSeries.Describe,
        Stm32L0Series.Describe,
        Stm32L1Series.Describe,
        Stm32L4Series.Describe,
        Stm32WbSeries.Describe,
        Stm32L5Series.Describe,
        Stm32U0Series.Describe,
        Stm32U3Series.Describe,
        Stm32U5Series.Describe,
        Stm32Wb0Series.Describe,
        Stm32WbaSeries.Describe,
    ];

    /// <summary>The series a device is of; null where the bench has none for it.</summary>
    public static SeriesDescription? Find(Device device)
    {
        foreach (var describe in All)
        {
            if (describe(device) is { } series)
            {
                return series;
            }
        }

        return null;
    }
}
