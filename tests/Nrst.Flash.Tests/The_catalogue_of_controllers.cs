using Nrst.Targets;

namespace Nrst.Flash.Tests;

public sealed class The_catalogue_of_controllers
{
    [Fact]
    public void Has_what_the_device_data_call_written_and_nothing_else() =>
        Assert.Equal(FlashDrivers.Written.Order(), FlashFamilies.Names.Order());

    [Fact]
    public void Gives_every_part_times_a_unit_and_a_loader()
    {
        foreach (var device in DeviceDatabase.All.Where(device => device.Flash.IsProgrammable))
        {
            foreach (var layout in device.Parts.SelectMany(part => part.Layouts))
            {
                var flash = FlashFamilies.Of(device).Open(new FlashChip(null!, null!, null!, device, layout, null));

                Assert.InRange(flash.Grain.Unit, 4u, 128u);
                Assert.Equal(0u, flash.Grain.Unit % (uint)Math.Min(flash.Access, 4));
                Assert.All(layout.Sectors, sector => Assert.Equal(0u, sector.Range.Start.Value % flash.Grain.Unit));
                Assert.All(layout.Sectors, sector => Assert.True(flash.TimeOfErase(sector).Least > TimeSpan.Zero));
                Assert.True(flash.TimeOfProgram(1).Least > TimeSpan.Zero);
                Assert.All(flash.EraseAllWords(), all => Assert.True(all.Time.Least > TimeSpan.Zero));
                Assert.Equal(layout.Sectors.Count(), layout.Sectors.Select(flash.EraseWord).Distinct().Count());
            }
        }
    }
}
