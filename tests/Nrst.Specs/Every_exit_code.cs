using System.Diagnostics;

namespace Nrst.Specs;

/// <summary>Each exit code of the contract, provoked through the real executable.</summary>
public sealed class Every_exit_code : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    [Fact]
    public void Zero_when_the_image_is_on_the_chip_and_proved()
    {
        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(0);
        _nrst.Run("verify", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(0);
    }

    [Fact]
    public void One_when_the_result_cannot_be_written()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "There is no /dev/full here.");
        var outcome = _nrst.RunInShell("\"$@\" > /dev/full", "explain", "NRST1001");

        Assert.Contains("NRST0002", outcome.Exits(1).Talk, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flash")]
    [InlineData("frobnicate")]
    [InlineData("info", "--probe", "virtual:")]
    [InlineData("info", "--probe", "virtual:STM32F999XX")]
    [InlineData("info", "--probe", "virtual:STM32F407VG", "--speed", "0")]
    [InlineData("read", "0x08000000", "0", "--probe", "virtual:STM32F407VG")]
    [InlineData("read", "zero", "4", "--probe", "virtual:STM32F407VG")]
    [InlineData("erase", "--probe", "virtual:STM32F407VG")]
    [InlineData("bench", "new", "board")]
    [InlineData("explain", "NRST0000")]
    public void Two_when_the_command_is_wrong(params string[] arguments) => _nrst.Run(arguments).Exits(2);

    [Fact]
    public void Three_when_the_file_is_bad_and_then_the_chip_is_not_touched()
    {
        var file = _nrst.File("bad.hex", ":0100000041BF\n:00000001FF\n"u8);

        var outcome = _nrst.Run("flash", file, "--probe", "virtual:STM32F407VG").Exits(3);

        Assert.Contains("line 1", outcome.Talk, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_nrst.Bench), "no board should have been made");
    }

    [Theory]
    [InlineData("info")]
    [InlineData("info", "--probe", "0669FF")]
    [InlineData("info", "--probe", "0483:374b")]
    [InlineData("info", "--probe", "usb:1-2")]
    [InlineData("info", "--probe", "tcp:127.0.0.1:9")]
    public void Four_when_there_is_no_probe(params string[] arguments) => _nrst.Run(arguments).Exits(4);

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(150)]
    public void Four_when_the_cable_is_pulled(int transfers)
    {
        var image = new byte[100_000];
        new Random(6).NextBytes(image);
        var file = _nrst.File("image.bin", image) + "@0x08000000";
        _nrst.Run("bench", "new", "loose", "--chip", "STM32F407VG", "--fault", $"usb-unplug-after:{transfers}").Exits(0);

        var talk = _nrst.Run("flash", file, "--probe", "virtual:loose").Exits(4).Talk;

        Assert.Contains("unplugged", talk, StringComparison.Ordinal);
        Assert.Contains("do  ", talk, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-target-power")]
    [InlineData("swd-disconnected")]
    [InlineData("nrst-held-low")]
    public void Five_when_the_chip_cannot_be_reached(string fault)
    {
        _nrst.Run("bench", "new", "sick", "--chip", "STM32F407VG", "--fault", fault).Exits(0);

        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:sick").Exits(5);
    }

    [Fact]
    public void Five_when_it_is_another_chip() =>
        _nrst.Run("info", "--probe", "virtual:STM32F411RE", "--chip", "STM32F407VG").Exits(5);

    [Fact]
    public void Six_when_the_chip_is_protected()
    {
        _nrst.Run("bench", "new", "guarded", "--chip", "STM32F407VG").Exits(0);
        Boards.Change(_nrst.Bench, "guarded", memory => Boards.WriteProtect(memory, sectors: 1));

        var outcome = _nrst.Run("flash", Repository.Sample, "--probe", "virtual:guarded").Exits(6);

        Assert.Contains("sector 0", outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Seven_when_the_flash_does_nothing()
    {
        _nrst.Run("bench", "new", "dead", "--chip", "STM32F407VG", "--fault", "flash-ignores-commands").Exits(0);

        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:dead").Exits(7);
    }

    [Fact]
    public void Eight_when_the_chip_holds_something_else()
    {
        var other = _nrst.File("other.bin", [1, 2, 3, 4]);
        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(0);

        var outcome = _nrst.Run("verify", $"{other}@0x08000000", "--probe", "virtual:STM32F407VG").Exits(8);

        Assert.Contains("0x0800_0000", outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Nine_when_somebody_presses_ctrl_c_and_then_it_says_what_the_chip_holds()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Signals are sent the Unix way.");
        var image = new byte[1024 * 1024];
        new Random(5).NextBytes(image);
        string[] arguments = ["flash", _nrst.File("big.bin", image) + "@0x08000000", "--no-loader", "--probe", "virtual:STM32F407VG"];
        using var process = _nrst.Start(arguments);
        string? talk;
        do
        {
            talk = process.StandardError.ReadLine();
        }
        while (talk?.StartsWith("compare", StringComparison.Ordinal) == false); // after it the long part begins

        Process.Start("kill", ["-INT", $"{process.Id}"])!.WaitForExit();

        var outcome = CommandLine.Finish(process, arguments).Exits(9);

        Assert.NotNull(talk);
        Assert.Contains("NRST9021", outcome.Talk, StringComparison.Ordinal);
        Assert.Contains("bytes programmed", outcome.Talk, StringComparison.Ordinal);
        _nrst.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(0);
    }
}
