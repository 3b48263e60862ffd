using Nrst.Targets;

namespace Nrst.Specs;

/// <summary>The main job on input nobody here wrote, through the real executable, on every kind of probe.</summary>
public sealed class Flashing_real_firmware : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Theory]
    [InlineData("nucleo_f429zi.bin", "STM32F429ZI", "v2-1")]
    [InlineData("nucleo_f429zi.bin", "STM32F429ZI", "v3")]
    [InlineData("NUCLEO_F411RE.bin", "STM32F411RE", "v2-1")]
    [InlineData("NUCLEO_F411RE.bin", "STM32F411RE", "v2")]
    public void It_is_programmed_proved_read_back_the_same_and_runs(string file, string chip, string kind)
    {
        var firmware = Repository.Firmware(file);
        _nrst.Run("bench", "new", "board", "--chip", chip, "--probe-kind", kind).Exits(0);

        var result = _nrst.Run("flash", $"{firmware}@0x08000000", "--probe", "virtual:board", "--json").Exits(0).Result;

        Assert.Equal("running", (string?)result["firmware"]!["state"]);
        Assert.Equal(new FileInfo(firmware).Length, (long)result["proof"]!["bytesCompared"]!);
        Assert.Equal(File.ReadAllBytes(firmware), ReadBack(new FileInfo(firmware).Length));
    }

    /// <summary>Firmware for one board of each line; it runs as far as the bench has what it waits for.</summary>
    [Theory]
    [InlineData("NUCLEO_F072RB.bin", "STM32F072RB")]
    [InlineData("ST-Nucleo-F103RB.bin", "STM32F103RB")]
    [InlineData("NUCLEO_F746ZG.bin", "STM32F746ZG")]
    [InlineData("NUCLEO_L053R8.bin", "STM32L053R8")]
    [InlineData("NUCLEO_L476RG.bin", "STM32L476RG")]
    public void That_of_other_lines_is_programmed_proved_and_read_back_the_same(string file, string chip)
    {
        var firmware = Repository.Firmware(file);
        Assert.SkipUnless(Family.Met.Any(family => family.Devices.Contains(DeviceDatabase.FindPart(chip)!.Value.Device)), $"The bench has no model of {chip} yet.");

        var result = _nrst.Run("flash", $"{firmware}@0x08000000", "--probe", $"virtual:{chip}", "--json").Exits(0).Result;

        Assert.Equal("running", (string?)result["firmware"]!["state"]);
        Assert.Equal(new FileInfo(firmware).Length, (long)result["proof"]!["bytesCompared"]!);
        Assert.Equal(File.ReadAllBytes(firmware), ReadBack(new FileInfo(firmware).Length, chip));
    }

    [Fact]
    public void So_is_an_ELF_of_the_U585_that_was_made_to_fault()
    {
        var firmware = Repository.Firmware("stm32u585_hardfault_fp.elf");
        Assert.SkipUnless(Family.Met.Any(family => family.Driver == "stm32u5"), "The bench has no model of the STM32U5 yet.");

        _nrst.Run("flash", firmware, "--probe", "virtual:STM32U585AI").Exits(0);
        _nrst.Run("verify", firmware, "--probe", "virtual:STM32U585AI").Exits(0);
    }

    [Theory]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F429ZI")]
    [InlineData("STM32F469NI")]
    public void The_sample_is_programmed_proved_and_runs(string chip)
    {
        var result = _nrst.Run("flash", Repository.Sample, "--probe", $"virtual:{chip}", "--json").Exits(0).Result;

        Assert.Equal("running", (string?)result["firmware"]!["state"]);
        Assert.Equal("elf", (string?)result["image"]!["format"]);
    }

    [Fact]
    public void A_second_time_nothing_is_erased_and_the_proof_is_still_given()
    {
        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(0);

        var again = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG", "--json").Exits(0).Result;

        Assert.Equal(0, (long)again["plan"]!["erased"]!);
        Assert.Equal(0, (long)again["plan"]!["programmed"]!);
        Assert.Equal((long)again["image"]!["bytes"]!, (long)again["proof"]!["bytesCompared"]!);
    }

    [Fact]
    public void A_plan_changes_nothing()
    {
        _nrst.Run("flash", Repository.Sample, "--plan", "--probe", "virtual:STM32F407VG").Exits(0);

        Assert.All(ReadBack(64 * 1024, "STM32F407VG"), value => Assert.Equal(0xFF, value));
    }

    private byte[] ReadBack(long length, string board = "board")
    {
        var output = _nrst.File("back.bin", []);
        _nrst.Run("read", "0x08000000", $"{length}", "-o", output, "--probe", $"virtual:{board}").Exits(0);
        return File.ReadAllBytes(output);
    }
}
