using Nrst.Targets;

namespace Nrst.Specs;

/// <summary>What one of the two programs writes the other finds, on every family that both know.</summary>
public sealed class OpenOcd_and_nrst_agree_on_every_family(AgreementRun run) : IClassFixture<AgreementRun>
{
    public static TheoryData<string> Chips() => [.. OpenOcdChip.All.Where(chip => chip.IsMet).Select(chip => chip.Part)];

    [Theory]
    [MemberData(nameof(Chips))]
    public void On(string part)
    {
        OpenOcdRun.Require();
        run.Judge(part);
    }

    [Fact]
    public void No_driver_is_left_out() => Assert.Equal(
        FlashDrivers.Known.Order(StringComparer.Ordinal),
        OpenOcdChip.All.Select(chip => chip.Device.Flash.Driver).Distinct().Concat(OpenOcdChip.DriversItHasNot).Order(StringComparer.Ordinal));
}
