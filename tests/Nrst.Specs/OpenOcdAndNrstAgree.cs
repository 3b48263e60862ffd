using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Nrst.Specs;

/// <summary>What one of the two programs writes, the other finds; both from outside, through <c>nrst bench serve</c>.</summary>
public sealed class OpenOcdAndNrstAgree : IDisposable
{
    private readonly CommandLine _nrst = new();
    private readonly string _file;
    private readonly byte[] _bytes = new byte[30_001];

    public OpenOcdAndNrstAgree()
    {
        new Random(77).NextBytes(_bytes);
        _file = _nrst.File("image.bin", _bytes);
    }

    public static TheoryData<string, string> ProbesAndTransports => new()
    {
        { "v2", "dapdirect_swd" }, { "v2", "hla_swd" }, { "v3", "dapdirect_swd" }, { "v3", "hla_swd" },
    };

    public void Dispose() => _nrst.Dispose();

    [Theory]
    [MemberData(nameof(ProbesAndTransports))]
    public async Task What_OpenOCD_programs_nrst_verifies(string kind, string transport)
    {
        OpenOcdRun.Require();
        MakeBoard(kind);

        var (exit, talk) = await OpenOcd(kind, transport, [$"program {_file} 0x08000000 verify"]);

        Assert.True(exit == 0, talk);
        Assert.Contains("Verified OK", talk, StringComparison.Ordinal);
        _nrst.Run("verify", $"{_file}@0x08000000", "--probe", "virtual:board").Exits(0);
    }

    [Theory]
    [MemberData(nameof(ProbesAndTransports))]
    public async Task What_nrst_flashes_OpenOCD_verifies_and_dumps(string kind, string transport)
    {
        OpenOcdRun.Require();
        MakeBoard(kind);
        _nrst.Run("flash", $"{_file}@0x08000000", "--probe", "virtual:board").Exits(0);
        var dump = Path.Combine(_nrst.Folder, "dump.bin");

        var (exit, talk) = await OpenOcd(kind, transport,
            ["init", "reset halt", $"verify_image {_file} 0x08000000", $"dump_image {dump} 0x08000000 {_bytes.Length}"]);

        Assert.True(exit == 0, talk);
        Assert.Contains($"verified {_bytes.Length} bytes", talk, StringComparison.Ordinal);
        Assert.Equal(_bytes, await File.ReadAllBytesAsync(dump, TestContext.Current.CancellationToken));
    }

    private void MakeBoard(string kind) => _nrst.Run("bench", "new", "board", "--chip", "STM32F407VG", "--probe-kind", kind).Exits(0);

    private async Task<(int ExitCode, string Talk)> OpenOcd(string kind, string transport, string[] commands)
    {
        var stats = Path.Combine(_nrst.Folder, "stats.jsonl");
        using var server = _nrst.Start("bench", "serve", "board", "--stlink-server", "0", "--stats", stats);
        try
        {
            var line = JsonNode.Parse((await server.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!)!;
            ushort product = kind switch { "v2" => 0x3748, "v3" => 0x374E, _ => 0x374B };
            return await OpenOcdRun.Run((int)line["stlinkServer"]!, product, transport, commands);
        }
        finally
        {
            Process.Start("kill", ["-INT", $"{server.Id}"])!.WaitForExit();
            CommandLine.Finish(server, "bench", "serve").Exits(0);
            Assert.True(JsonNode.Parse(File.ReadLines(stats).Last())!.AsObject().Count > 3, "the statistics line says too little");
        }
    }
}
