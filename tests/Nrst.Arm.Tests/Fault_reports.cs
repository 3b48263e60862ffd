namespace Nrst.Arm.Tests;

public sealed class Fault_reports
{
    private const uint Cfsr = 0xE000_ED28, Hfsr = 0xE000_ED2C, Mmfar = 0xE000_ED34, Bfar = 0xE000_ED38;

    [Fact]
    public void Of_a_healthy_core_are_empty()
    {
        var report = Report(0, 0);

        Assert.False(report.HasFault);
        Assert.Equal("No fault is recorded.", report.ToString());
    }

    [Fact]
    public void Name_the_address_where_it_is_valid()
    {
        var precise = Report(1 << 9 | 1 << 15, 1 << 30, bfar: 0x6000_0000);
        Assert.Equal(new Address(0x6000_0000), precise.BusFaultAddress);
        Assert.Equal("The program accessed data where nothing answers (PRECISERR) at 0x6000_0000.", precise.ToString());

        Assert.Null(Report(1 << 9, 0, bfar: 0x6000_0000).BusFaultAddress);
        Assert.Equal(new Address(0x10), Report(1 << 1 | 1 << 7, 0, mmfar: 0x10).MemManageAddress);
    }

    [Theory]
    [InlineData(0, "IACCVIOL")]
    [InlineData(8, "IBUSERR")]
    [InlineData(10, "IMPRECISERR")]
    [InlineData(12, "STKERR")]
    [InlineData(16, "UNDEFINSTR")]
    [InlineData(17, "INVSTATE")]
    [InlineData(18, "INVPC")]
    [InlineData(19, "NOCP")]
    [InlineData(24, "UNALIGNED")]
    [InlineData(25, "DIVBYZERO")]
    public void Spell_the_bit_as_the_manual(int bit, string name) =>
        Assert.Contains(name, Assert.Single(Report(1u << bit, 0).Reasons), StringComparison.Ordinal);

    [Fact]
    public void Know_the_hard_fault() =>
        Assert.Contains("VECTTBL", Assert.Single(Report(0, 1 << 1).Reasons), StringComparison.Ordinal);

    private static FaultReport Report(uint cfsr, uint hfsr, uint bfar = 0, uint mmfar = 0)
    {
        var clock = new FakeClock();
        var fake = new FakeCore(clock) { [Cfsr] = cfsr, [Hfsr] = hfsr, [Bfar] = bfar, [Mmfar] = mmfar };
        var core = new CortexMCore(fake, fake, fake, clock);
        core.Attach();
        return core.ReadFaults();
    }
}
