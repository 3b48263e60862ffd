using System.Diagnostics;
using System.Globalization;

namespace Nrst.Targets.Tests;

/// <summary>The committed samples/blink-f4.elf against its source, and against an emulated STM32F405.</summary>
public sealed class The_sample_firmware
{
    private static readonly string Elf = Path.Combine(SharedFiles.Root, "samples/blink-f4.elf");

    [Fact]
    public void Is_what_its_source_builds_to()
    {
        var compiler = Run(Tool("arm-none-eabi-gcc"), "--version").Split('\n')[0];
        var version = compiler[(compiler.IndexOf(')', StringComparison.Ordinal) + 1)..].Trim();
        var committed = File.ReadAllBytes(Elf);
        SkipUnlessCi(committed.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(version)) < 0,
            $"The sample was built by another compiler than arm-none-eabi-gcc {version}.");

        using var rebuilt = new TemporaryFile();
        Run(Path.Combine(SharedFiles.Root, "samples/blink-f4/build.sh"), rebuilt.Path);

        Assert.Equal(committed, File.ReadAllBytes(rebuilt.Path));
    }

    [Fact]
    public void Runs_blinks_and_knows_what_it_holds()
    {
        using var flash = new TemporaryFile();
        Run(Tool("arm-none-eabi-objcopy"), "-O", "binary", Elf, flash.Path);
        var held = File.ReadAllBytes(flash.Path);

        var said = FirstLines(4, Tool("timeout"), "60", Tool("qemu-system-arm"),
            "-M", "netduinoplus2", "-display", "none", "-monitor", "none", "-serial", "null", "-serial", "stdio", "-kernel", Elf);

        Assert.Equal(
            [$"nrst blink-f4, {held.Length} bytes, crc {Crc32(held):X8}", "nrst blink 1", "nrst blink 2", "nrst blink 3"],
            said);
    }

    [Fact]
    public void Names_its_counter_for_those_who_look_from_outside()
    {
        var symbols = Run(Tool("arm-none-eabi-nm"), Elf).Split('\n');

        var counter = Assert.Single(symbols, line => line.EndsWith(" nrst_blinks", StringComparison.Ordinal));
        var address = uint.Parse(counter.AsSpan(0, 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        Assert.True(new AddressRange(new Address(0x2000_0000), 16 * 1024).Contains(new Address(address)), counter);
    }

    private static uint Crc32(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xEDB8_8320 : 0);
            }
        }

        return ~crc;
    }

    private static string Tool(string name)
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        SkipUnlessCi(found is null, $"{name} is not installed.");
        return found!;
    }

    private static void SkipUnlessCi(bool missing, string reason)
    {
        Assert.False(missing && Environment.GetEnvironmentVariable("CI") == "true", reason);
        Assert.SkipWhen(missing, reason);
    }

    private static string Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var talk = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} ended with {process.ExitCode}: {talk.Result}");
        return output;
    }

    private static List<string> FirstLines(int count, string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        var lines = new List<string>();
        try
        {
            while (lines.Count < count && process.StandardOutput.ReadLine() is { } line)
            {
                lines.Add(line.TrimEnd('\r'));
            }
        }
        finally
        {
            process.Kill(entireProcessTree: true);
            process.WaitForExit();
        }

        return lines;
    }

    private static Process Start(string program, string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private sealed class TemporaryFile : IDisposable
    {
        public string Path { get; } = System.IO.Path.GetTempFileName();

        public void Dispose() => File.Delete(Path);
    }
}
