using System.Diagnostics;
using System.Runtime.ExceptionServices;
using System.Text.Json.Nodes;
using Nrst.Targets;

namespace Nrst.Specs;

/// <summary>A chip that OpenOCD 0.12 knows.</summary>
/// <param name="Script">The target's script, as OpenOCD names it.</param>
internal sealed record OpenOcdChip(string Part, string Script, string Transport = "dapdirect_swd")
{
    /// <summary>One of each flash that both know: each driver, and one and two banks where the controller differs.</summary>
    public static IReadOnlyList<OpenOcdChip> All { get; } =
    [
        new("STM32F030C8", "stm32f0x"), new("STM32F042K6", "stm32f0x"), new("STM32F072RB", "stm32f0x", "hla_swd"), new("STM32F091RC", "stm32f0x"),
        new("STM32F100RB", "stm32f1x"), new("STM32F103C6", "stm32f1x"), new("STM32F103C8", "stm32f1x"), new("STM32F103VE", "stm32f1x", "hla_swd"),
        new("STM32F107VC", "stm32f1x"), new("STM32F103ZG", "stm32xl"),
        new("STM32F207ZG", "stm32f2x"),
        new("STM32F303VC", "stm32f3x"), new("STM32F334R8", "stm32f3x"), new("STM32F373CC", "stm32f3x"),
        new("STM32F401RE", "stm32f4x"), new("STM32F407VG", "stm32f4x"), new("STM32F411RE", "stm32f4x"), new("STM32F429ZI", "stm32f4x"),
        new("STM32F446RE", "stm32f4x"), new("STM32F469NI", "stm32f4x"),
        new("STM32F722ZE", "stm32f7x"), new("STM32F746ZG", "stm32f7x"), new("STM32F767ZI", "stm32f7x"),
        new("STM32G030F6", "stm32g0x"), new("STM32G071RB", "stm32g0x", "hla_swd"), new("STM32G0B1RE", "stm32g0x"),
        new("STM32G431KB", "stm32g4x"), new("STM32G474RE", "stm32g4x"), new("STM32G491RE", "stm32g4x"),
        new("STM32H743ZI", "stm32h7x_dual_bank"), new("STM32H750VB", "stm32h7x", "hla_swd"), new("STM32H723ZG", "stm32h7x"),
        new("STM32H7B3ZI", "stm32h7x_dual_bank"),
        new("STM32L031K6", "stm32l0"), new("STM32L053R8", "stm32l0"), new("STM32L073RZ", "stm32l0_dual_bank"),
        new("STM32L152RB", "stm32l1"), new("STM32L152RE", "stm32l1x_dual_bank"),
        new("STM32L432KC", "stm32l4x"), new("STM32L476RG", "stm32l4x", "hla_swd"), new("STM32L496ZG", "stm32l4x"), new("STM32L4R5ZI", "stm32l4x"),
        new("STM32L552ZE", "stm32l5x"),
        new("STM32U575ZI", "stm32u5x"),
        new("STM32WB55RG", "stm32wbx"), new("STM32WB15CC", "stm32wbx", "hla_swd"),
        new("STM32WLE5JC", "stm32wlx"),
    ];

    /// <summary>Drivers for flashes that OpenOCD 0.12 does not know.</summary>
    public static IReadOnlyList<string> DriversItHasNot { get; } = ["stm32h5", "stm32h7rs", "stm32u0", "stm32u3", "stm32wb0", "stm32wba"];

    public Device Device => DeviceDatabase.FindPart(Part)!.Value.Device;

    /// <summary>Both sides are there.</summary>
    public bool IsMet => Device.Flash.IsProgrammable && VirtualBench.Chips.Stm32Chip.CanBe(Device);
}

/// <summary>
/// A board for each chip, all behind one <c>nrst bench serve</c>: nrst flashes one image and OpenOCD verifies and dumps it; OpenOCD programs
/// another at the end of the flash and dumps it, and nrst verifies that. All from outside, and once for the whole class.
/// </summary>
public sealed class AgreementRun : IAsyncLifetime
{
    private readonly CommandLine _nrst = new();
    private readonly Dictionary<string, Exception?> _ends = [];

    public async ValueTask InitializeAsync()
    {
        if (!OpenOcdRun.IsInstalled)
        {
            return;
        }

        var chips = OpenOcdChip.All.Where(chip => chip.IsMet).ToArray();
        var ready = new List<OpenOcdChip>();
        foreach (var chip in chips)
        {
            await Try(chip, () =>
            {
                _nrst.Run("flash", $"{Write(chip, "nrst", Ours(chip))}@{Start(chip)}", "--probe", $"virtual:{chip.Part}").Exits(0);
                ready.Add(chip);
                return Task.CompletedTask;
            });
        }

        var serials = new Nrst.VirtualBench.Boards.BoardStore(_nrst.Bench).List().ToDictionary(board => board.Name, board => board.Probe.Serial);
        using (var server = _nrst.Start(["bench", "serve", .. ready.Select(chip => chip.Part), "--stlink-server", "0"]))
        {
            var port = 0;
            foreach (var _ in ready)
            {
                port = (int)JsonNode.Parse((await server.StandardOutput.ReadLineAsync())!)!["stlinkServer"]!;
            }

            foreach (var chip in ready)
            {
                await Try(chip, () => AskOpenOcd(chip, port, serials[chip.Part]));
            }

            Process.Start("kill", ["-INT", $"{server.Id}"])!.WaitForExit();
            CommandLine.Finish(server, "bench", "serve").Exits(0);
        }

        foreach (var chip in ready.Where(chip => _ends[chip.Part] is null))
        {
            await Try(chip, () =>
            {
                _nrst.Run("verify", $"{Path("openocd", chip)}@{End(chip)}", "--probe", $"virtual:{chip.Part}").Exits(0);
                return Task.CompletedTask;
            });
        }
    }

    public ValueTask DisposeAsync()
    {
        _nrst.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Throws what went wrong with this chip.</summary>
    public void Judge(string part)
    {
        Assert.True(_ends.TryGetValue(part, out var end), $"{part} was not tried.");
        if (end is not null)
        {
            ExceptionDispatchInfo.Throw(end);
        }
    }

    private async Task AskOpenOcd(OpenOcdChip chip, int port, string serial)
    {
        var (exit, talk) = await OpenOcdRun.Run(
            port,
            0x374B,
            chip.Transport,
            [
                "init", "reset halt",
                $"verify_image {{{Path("nrst", chip)}}} {Start(chip)}",
                $"dump_image {{{Path("nrst-dump", chip)}}} {Start(chip)} {Ours(chip).Length}",
                $"flash write_image erase {{{Write(chip, "openocd", Theirs(chip))}}} {End(chip)}",
                $"verify_image {{{Path("openocd", chip)}}} {End(chip)}",
                $"dump_image {{{Path("openocd-dump", chip)}}} {End(chip)} {Theirs(chip).Length}",
            ],
            chip.Script,
            [$"adapter serial {serial}"]);

        Assert.True(exit == 0, $"{chip.Part}: {talk}");
        Assert.Contains($"verified {Ours(chip).Length} bytes", talk, StringComparison.Ordinal);
        Assert.Contains($"verified {Theirs(chip).Length} bytes", talk, StringComparison.Ordinal);
        Assert.Equal(Ours(chip), await File.ReadAllBytesAsync(Path("nrst-dump", chip)));
        Assert.Equal(Theirs(chip), await File.ReadAllBytesAsync(Path("openocd-dump", chip)));
    }

    private async Task Try(OpenOcdChip chip, Func<Task> act)
    {
        try
        {
            await act();
            _ends[chip.Part] = null;
        }
#pragma warning disable CA1031 // whatever it is, it is this chip's verdict and not the others'
        catch (Exception end)
#pragma warning restore CA1031
        {
            _ends[chip.Part] = end;
        }
    }

    private static byte[] Ours(OpenOcdChip chip) => FlashingBench.Bytes(5001, chip.Part.GetHashCode(StringComparison.Ordinal));

    private static byte[] Theirs(OpenOcdChip chip) => FlashingBench.Bytes(4096, chip.Part.Length + chip.Device.DeviceId);

    private static string Start(OpenOcdChip chip) => $"0x{chip.Device.Flash.Start.Value:x8}";

    /// <summary>The last 4 KiB of the flash, which is in the second bank where there is one.</summary>
    private static string End(OpenOcdChip chip) =>
        $"0x{DeviceDatabase.FindPart(chip.Part)!.Value.Part.Layouts[0].Range.Last.Value + 1 - 4096:x8}";

    private string Write(OpenOcdChip chip, string name, byte[] content) => _nrst.File($"{name}-{chip.Part}.bin", content);

    private string Path(string name, OpenOcdChip chip) => System.IO.Path.Combine(_nrst.Folder, $"{name}-{chip.Part}.bin");
}
