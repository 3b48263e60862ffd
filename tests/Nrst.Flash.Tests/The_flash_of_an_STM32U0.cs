using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>The controller of RM0444 with the options of RM0503.</summary>
public sealed class The_flash_of_an_STM32U0
{
    private static readonly (Device Device, Part Part) s_u083 = DeviceDatabase.FindPart("STM32U083RC")!.Value;
    private static readonly BankedLayout s_layout = s_u083.Part.Layouts[0];

    private readonly FakeG0 _chip = new(s_layout, s_u083.Device.Flash.Times);

    private FlashController Open() => FlashFamilies.Of(s_u083.Device).Open(new FlashChip(_chip, _chip, _chip, s_u083.Device, s_layout, 3.3));

    [Fact]
    public void Pages_are_erased_and_programmed_and_the_debugger_stays()
    {
        _chip.Cells.AsSpan().Clear();

        Open().Erase(s_layout.Sectors.ElementAt(127));
        Open().Program(new Address(0x0803_F800), Examples.Bytes(16));
        Open().ResetCaches();

        Assert.Equal(2048, _chip.Cells.Count(cell => cell != 0));
        Assert.True(_chip.At(0x0803_F800, 16).SequenceEqual(Examples.Bytes(16)));
        Assert.Equal(0x0004_0600u, _chip.Acr);
    }

    [Fact]
    public void One_bank_is_erased_at_once()
    {
        _chip.Cells.AsSpan().Clear();

        Open().EraseAll();

        Assert.False(_chip.Cells.AsSpan().ContainsAnyExcept((byte)0xFF));
        Assert.Contains(_chip.Writes, write => write is { At: 0x4002_2014, Value: 0x0001_0004 });
    }

    [Fact]
    public void Two_areas_are_write_protected_and_there_is_no_PCROP()
    {
        _chip.Options[0x24] = 0; // PCROP on an STM32G0
        _chip.Options[0x28] = 0x1FF;
        _chip.Options[0x2C] = 2 << 16 | 1;
        _chip.Options[0x30] = 127 << 16 | 126;

        var seen = FlashProtection.ReadFrom(_chip, s_u083.Device, s_layout);

        Assert.Equal([1, 2, 126, 127], seen.WriteProtected.Order());
        Assert.Empty(seen.ReadProtected);
    }

    [Fact]
    public void Options_have_their_names()
    {
        var names = OptionReading.ReadFrom(_chip, s_u083.Device).Select(option => option.Name).ToList();

        Assert.Contains("BDRST", names);
        Assert.Contains("NRST_MODE", names);
        Assert.Contains("HDP1EN", names);
        Assert.DoesNotContain("nSWAP_BANK", names);
    }
}
