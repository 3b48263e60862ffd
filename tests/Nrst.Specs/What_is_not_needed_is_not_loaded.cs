using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Nrst.Specs;

/// <summary>Whoever has a real probe does not pay for the bench.</summary>
public sealed class What_is_not_needed_is_not_loaded : IDisposable
{
    private const string Bench = "Nrst.VirtualBench.dll";

    private readonly CommandLine _nrst = new();
    private readonly TemporaryFolder _copy = new();

    public void Dispose()
    {
        _nrst.Dispose();
        _copy.Dispose();
    }

    [Fact]
    public void A_named_probe_is_used_where_the_bench_is_not_even_installed()
    {
        using var without = new CommandLine { Copy = CopyWithoutTheBench() };
        using var server = _nrst.Start("bench", "serve", "STM32F407VG", "--stlink-server", "0", "--realtime");
        try
        {
            var line = JsonNode.Parse(server.StandardOutput.ReadLine()!)!;

            var result = without.Run("flash", Repository.Sample, "--probe", $"tcp:127.0.0.1:{line["stlinkServer"]}", "--json").Exits(0).Result;

            Assert.Equal("hash", (string?)result["proof"]!["kind"]);
        }
        finally
        {
            Process.Start("kill", ["-INT", $"{server.Id}"])!.WaitForExit();
            CommandLine.Finish(server, "bench", "serve").Exits(0);
        }
    }

    [Fact]
    public void A_copy_without_the_bench_has_no_virtual_boards()
    {
        using var without = new CommandLine { Copy = CopyWithoutTheBench() };

        Assert.Contains(Bench[..^4], without.Run("flash", Repository.Sample, "--probe", "virtual:STM32F407VG").Exits(1).Talk, StringComparison.Ordinal);
    }

    private string CopyWithoutTheBench()
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(CommandLine.Program)!))
        {
            // With the list of dependencies the host would insist on all of them; without it, it takes what is there.
            var name = Path.GetFileName(file);
            if (name != Bench && !name.EndsWith(".deps.json", StringComparison.Ordinal))
            {
                File.Copy(file, Path.Combine(_copy.Path, name));
            }
        }

        return Path.Combine(_copy.Path, Path.GetFileName(CommandLine.Program));
    }
}
