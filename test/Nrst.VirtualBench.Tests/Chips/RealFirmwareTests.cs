using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Stm32F4;
using Nrst.VirtualBench.Chips.Stm32F4.Peripherals;

namespace Nrst.VirtualBench.Tests.Chips;

/// <summary>Firmware that others built for real boards has to feel at home on the model.</summary>
public sealed class RealFirmwareTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("STM32F429ZI", "nucleo_f429zi.bin")]
    [InlineData("STM32F411RE", "NUCLEO_F411RE.bin")]
    public void Firmware_built_for_a_board_runs_a_second_without_a_fault(string part, string file)
    {
        var image = Firmware(file);
        var (device, found) = DeviceDatabase.FindPart(part)!.Value;
        var chip = new Stm32F4Chip(device, found, new ChipOptions());
        var pins = new List<PinChange>();
        chip.PinChanged += pins.Add;
        image.CopyTo(chip.Flash);
        chip.PowerOn(0);
        for (var ms = 1L; ms <= 1700; ms++)
        {
            chip.RunUntil(ms * 1_000_000);
            if (chip.Core.LastFaultText is { } t)
            {
                output.WriteLine($"fault at {ms} ms: {t}");
                break;
            }
        }

        output.WriteLine(string.Join('\n', chip.Notes));
        output.WriteLine($"{chip.Core.InstructionsExecuted} instructions, HCLK {1e12 / chip.HclkPicoseconds:F0}, busy {chip.Core.BusyNanoseconds}");
        output.WriteLine(string.Join(' ', pins.Take(20)));
        output.WriteLine(System.Text.Encoding.Latin1.GetString([.. chip.UsartLog.Select(b => b.Value)]));
        long now = 1_000_000_000;
        chip.Write(0xE000EDF0, 4, 0xA05F0003, ref now);
        chip.Read(0xE000EDF0, 4, out var dh, ref now);
        output.WriteLine($"dhcsr {dh:X8}");
        for (var i = 0u; i < 17; i++)
        {
            chip.Write(0xE000EDF4, 4, i, ref now);
            chip.Read(0xE000EDF8, 4, out var v, ref now);
            output.WriteLine($"r{i} {v:X8}");
        }

        Assert.Null(chip.Core.LastFaultText);
    }

    private static byte[] Firmware(string file)
    {
        var shared = Environment.GetEnvironmentVariable("NRST_SHARED");
        if (shared is null)
        {
            var root = new DirectoryInfo(AppContext.BaseDirectory);
            while (root is not null && !File.Exists(Path.Combine(root.FullName, "Nrst.slnx")))
            {
                root = root.Parent;
            }

            shared = Path.Combine(root?.FullName ?? ".", "..", "shared");
        }

        var path = Path.Combine(shared, "firmware", file);
        if (!File.Exists(path))
        {
            Assert.Skip($"{path} is not there.");
        }

        return File.ReadAllBytes(path);
    }
}
