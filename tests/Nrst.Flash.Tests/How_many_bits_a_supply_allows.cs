using Nrst.Flash.Stm32F4;

namespace Nrst.Flash.Tests;

public sealed class How_many_bits_a_supply_allows
{
    /// <summary>RM0090, "Program/erase parallelism": 1.8 to 2.1 V x8, 2.1 to 2.7 V x16, 2.7 to 3.6 V x32.</summary>
    [Theory]
    [InlineData(3.6, 32)]
    [InlineData(2.7, 32)]
    [InlineData(2.6999, 16)]
    [InlineData(2.1, 16)]
    [InlineData(2.0999, 8)]
    [InlineData(1.8, 8)]
    [InlineData(null, 8)]
    public void Is_the_manuals_table(double? volts, int bits) => Assert.Equal(bits, ParallelismRules.At(volts).Bits);
}
