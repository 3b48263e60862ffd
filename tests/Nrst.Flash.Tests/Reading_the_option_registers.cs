using Nrst.Flash.Stm32F4;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

public sealed class Reading_the_option_registers
{
    // Reset values: RDP level 0, nothing write-protected.
    private const uint Open = 0x0FFF_AAED;

    [Theory]
    [InlineData(0xAA, ReadProtection.Level0)]
    [InlineData(0xCC, ReadProtection.Level2)]
    [InlineData(0xBB, ReadProtection.Level1)]
    [InlineData(0x00, ReadProtection.Level1)]
    [InlineData(0xFF, ReadProtection.Level1)]
    [InlineData(0xA5, ReadProtection.Level1)]
    public void Any_byte_but_two_is_read_protection_level_1(byte rdp, ReadProtection level)
    {
        var seen = Stm32F4Family.Decode((Open & 0xFFFF_00FF) | (uint)rdp << 8, null, Layout("STM32F407VG"));

        Assert.Equal(level, seen.Read);
    }

    [Fact]
    public void A_cleared_bit_protects_its_sector_on_every_part()
    {
        foreach (var part in DeviceDatabase.All.Where(device => device.Series == "STM32F4").SelectMany(device => device.Parts).Where(part => part.Layouts[0].Banks.Count == 1))
        {
            var layout = part.Layouts[0];
            var sectors = layout.Sectors.ToList();
            var open = sectors.Count > 12 ? 0x7FFF_AAED : Open;
            Assert.Empty(Stm32F4Family.Decode(open, null, layout).WriteProtected);
            for (var i = 0; i < sectors.Count; i++)
            {
                var seen = Stm32F4Family.Decode(open & ~(1u << (16 + Math.Min(i, 14))), null, layout);
                Assert.Contains(i, seen.WriteProtected);
                Assert.Equal(sectors.Count == 16 && i >= 14 ? 2 : 1, seen.WriteProtected.Count); // the last bit of 15 stands for two sectors
            }
        }
    }

    [Fact]
    public void The_second_bank_has_a_register_of_its_own()
    {
        var seen = Stm32F4Family.Decode(Open, 0x0FFF_0000 & ~(1u << 16) & ~(1u << 27), Layout("STM32F429ZI"));

        Assert.Equal([12, 23], seen.WriteProtected.Order());
    }

    [Fact]
    public void With_SPRMOD_a_set_bit_protects_against_reading_and_writing()
    {
        var seen = Stm32F4Family.Decode(0x8000_AAED | 1u << 18, 0, Layout("STM32F429ZI"));

        Assert.Equal([2], seen.WriteProtected);
        Assert.Equal([2], seen.ReadProtected);
    }

    [Fact]
    public void A_protected_sector_is_refused_by_name_before_anything_happens()
    {
        var layout = Layout("STM32F407VG");
        var seen = Stm32F4Family.Decode(Open & ~(0b1011u << 16), null, layout);

        var error = Assert.Throws<RefusedException>(() => seen.Allow(layout.Sectors.Take(5), massErase: false, layout));

        Assert.Equal("NRST6002", error.Code);
        Assert.StartsWith("sectors 0-1, 3 ", error.Message, StringComparison.Ordinal);
        seen.Allow(layout.Sectors.Skip(4), massErase: false, layout);
        Assert.Throws<RefusedException>(() => seen.Allow([], massErase: true, layout));
    }

    [Fact]
    public void A_chip_that_is_closed_by_something_else_than_RDP_says_by_what_and_what_opens_it()
    {
        var seen = new FlashProtection(ReadProtection.Level0, [], ["PRODUCT_STATE = 0x72"])
        {
            Closed = new Closure("The product state is closed", "A production tool closed it.", "Regress the product state; that erases the chip."),
        };

        var error = Assert.Throws<RefusedException>(seen.AllowReading);

        Assert.Equal(("NRST6003", "The product state is closed; nothing was changed."), (error.Code, error.Message));
        Assert.Contains("PRODUCT_STATE = 0x72", error.Evidence);
        Assert.Contains(error.Remedies, remedy => remedy.Advice == "Regress the product state; that erases the chip.");
    }

    private static BankedLayout Layout(string part) => DeviceDatabase.FindPart(part)!.Value.Part.Layouts[0];
}
