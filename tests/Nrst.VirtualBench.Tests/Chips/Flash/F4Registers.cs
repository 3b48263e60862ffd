namespace Nrst.VirtualBench.Tests.Chips.Flash;

public sealed class F4Registers
{
    // The maker's header has OPTCR1 on dies with one bank, too.
    private static readonly Dictionary<string, uint> OneBank = new() { ["OPTCR1"] = 0x0FFF_0000 };

    // RM0402 and RM0430 describe SPRMOD, which the header does not name.
    private static readonly Dictionary<string, uint> WithSprmod = new() { ["OPTCR"] = 1u << 31 };

    [Fact]
    public void Every_bit_of_the_block_of_an_STM32F2_is_accounted_for() =>
        RegistersOfTheManual.Compare("STM32F207ZG", "f2f4", "stm32f207xx");

    [Theory]
    [InlineData("STM32F413ZH", "stm32f413xx")]
    [InlineData("STM32F412ZG", "stm32f412zx")]
    public void And_of_an_STM32F412_and_413(string part, string variant) =>
        RegistersOfTheManual.Compare(part, "f2f4", variant, WithSprmod, OneBank);

    [Fact]
    public void And_of_an_STM32F407() => RegistersOfTheManual.Compare("STM32F407VG", "f2f4", "stm32f407xx", absent: OneBank);

    [Fact]
    public void And_of_one_with_two_banks() => RegistersOfTheManual.Compare("STM32F429ZI", "f2f4", "stm32f429xx");
}
