using System.Diagnostics;
using Nrst.Usb.Serial;
using Nrst.Usb.Tests.Serial;

namespace Nrst.Specs;

/// <summary>The executable at a port of this machine with nobody, or not for long, at its far end.</summary>
public sealed class The_program_at_a_serial_port : IDisposable
{
    private static readonly TimeSpan s_plenty = TimeSpan.FromSeconds(60);

    private readonly CommandLine _nrst = new();
    private readonly FarEnd _far;

    public The_program_at_a_serial_port()
    {
        Assert.SkipUnless(FarEnd.Missing is null, FarEnd.Missing ?? "");
        _far = new FarEnd();
    }

    public void Dispose()
    {
        _far.Dispose();
        _nrst.Dispose();
    }

    /// <summary>By itself it would come to another end, NRST3511 or NRST3512, after some seconds.</summary>
    [Theory]
    [InlineData("flash")]
    [InlineData("info")]
    [InlineData("doctor")]
    public void Ctrl_c_while_nobody_answers_ends_it(string verb)
    {
        string[] arguments = [verb, .. verb == "flash" ? (string[])[_nrst.File("x.bin", FlashingBench.Bytes(64)) + "@0x08000000"] : [], "--probe", $"serial:{_far.Path}"];
        using var process = _nrst.Start(arguments);
        Assert.NotEmpty(_far.Some(s_plenty)); // it calls
        _far.Write([0x55]); // which is worth another speed

        Process.Start("kill", ["-INT", $"{process.Id}"])!.WaitForExit();
        var outcome = CommandLine.Finish(process, arguments).Exits(9);

        Assert.Contains("NRST9001", outcome.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public void Nobody_answers_at_all()
    {
        string[] arguments = ["info", "--probe", $"serial:{_far.Path}"];
        var outcome = _nrst.Run(arguments).Exits(5);
        Assert.Contains("NRST3511", outcome.Talk, StringComparison.Ordinal);
        Assert.Equal(0x7F, _far.Some(s_plenty)[0]);
    }

    [Fact]
    public void A_port_that_vanishes_is_what_the_user_reads()
    {
        string[] arguments = ["flash", _nrst.File("x.bin", FlashingBench.Bytes(64)) + "@0x08000000", "--probe", $"serial:{_far.Path}", "--json"];
        using var process = _nrst.Start(arguments);
        Assert.NotEmpty(_far.Some(s_plenty));

        _far.HangUp();
        var outcome = CommandLine.Finish(process, arguments).Exits(4);

        var error = outcome.Document["error"]!;
        Assert.Equal("NRST1513", (string?)error["code"]);
        Assert.StartsWith($"The serial port {_far.Path} has vanished", (string?)error["fact"], StringComparison.Ordinal);
        Assert.Contains("pulled out", (string?)error["cause"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_is_not_there_is_what_the_user_reads()
    {
        var error = _nrst.Run("info", "--probe", "serial:/dev/ttyUSB-none", "--json").Exits(4).Document["error"]!;
        Assert.Equal("NRST1511", (string?)error["code"]);
        Assert.StartsWith("There is no such port", (string?)error["cause"], StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_another_nrst_has_is_what_the_user_reads()
    {
        using var first = SerialPorts.Open(_far.Path); // in another process than the one that is run

        var error = _nrst.Run("info", "--probe", $"serial:{_far.Path}", "--json").Exits(4).Document["error"]!;

        Assert.Equal("NRST1511", (string?)error["code"]);
        Assert.StartsWith("Another program has it open", (string?)error["cause"], StringComparison.Ordinal);
    }
}
