namespace Nrst.Targets.Tests;

public sealed class Names_people_write
{
    [Theory]
    [InlineData("STM32G071RBT6", "STM32G071RB")] // on the package
    [InlineData("STM32G071RBTx", "STM32G071RB")] // CMSIS-Pack
    [InlineData("stm32g071xb", "STM32G071xB")] // Zephyr and the headers
    [InlineData("STM32G0B1RETxN", "STM32G0B1RE")]
    [InlineData("stm32f407xg", "STM32F407xG")]
    [InlineData("STM32F103C8", "STM32F103C8")] // J-Link
    [InlineData("STM32WBA55CGU6", "STM32WBA55CG")]
    [InlineData("STM32WLE5JCI6", "STM32WLE5JC")]
    [InlineData("STM32WB55VYY6", "STM32WB55VY")]
    [InlineData("STM32L151C6T6", "STM32L151C6")]
    [InlineData("STM32L151C6T6A", "STM32L151C6-A")]
    [InlineData("stm32l151xba", "STM32L151xB-A")]
    [InlineData("STM32L151VDTx", "STM32L151VD")]
    [InlineData("STM32L151C6-A", "STM32L151C6-A")]
    [InlineData("STM32L151VDY6X", "STM32L151VD-X")]
    [InlineData("STM32L152RET6", "STM32L152RE")]
    [InlineData("STM32H750VB", "STM32H750VB")]
    [InlineData("STM32U5F9N", "STM32U5F9NJ")] // as far as it needs to be
    [InlineData("STM32H750XBH6", "STM32H750XB")] // X is a package here
    public void Lead_to_the_part(string written, string part) => Assert.Equal(part, DeviceDatabase.FindPart(written)?.Part.Name);

    [Theory]
    [InlineData("STM32G071", "STM32G071CB")] // too short
    [InlineData("stm32f4x", "STM32F407VG")] // an OpenOCD script
    [InlineData("stm32f407xx", "STM32F407VE")] // a header for two sizes
    public void That_stop_early_give_the_candidates(string written, string among)
    {
        var lookup = DeviceDatabase.Lookup(written);

        Assert.Null(lookup.Found);
        Assert.Contains(among, lookup.Candidates);
        Assert.Empty(lookup.Near);
    }

    [Theory]
    [InlineData("STM32F409VG", "STM32F407VG")]
    [InlineData("STM32G701RB", "STM32G071RB")]
    [InlineData("SMT32F103C8", "STM32F103C8")]
    [InlineData("STM32H743ZZ", "STM32H743ZI")]
    public void That_are_wrong_give_names_that_are_alike(string written, string alike)
    {
        var lookup = DeviceDatabase.Lookup(written);

        Assert.Null(lookup.Found);
        Assert.Empty(lookup.Candidates);
        Assert.Contains(alike, lookup.Near);
    }

    [Fact]
    public void For_parts_that_differ_in_pins_only_is_not_one_of_them()
    {
        var (device, part) = DeviceDatabase.FindPart("stm32f407xg")!.Value;

        Assert.Equal((ushort)0x413, device.DeviceId);
        Assert.Equal(1024, part.FlashKiB);
        Assert.Equal("STM32F407xG", DeviceDatabase.FindPart(part.Name)!.Value.Part.Name);
    }
}
