using System.Text;
using Nrst.Targets;
using Nrst.VirtualBench.Chips;
using Nrst.VirtualBench.Chips.Peripherals;

namespace Nrst.VirtualBench.Tests.Chips;

/// <summary>Firmware that others built for real boards has to feel at home on the model.</summary>
public sealed class RealFirmwareTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void Mbed_OS_on_a_NUCLEO_F429ZI_prints_its_system_report_and_lets_its_threads_sleep()
    {
        var (chip, pins, image) = Board("STM32F429ZI", "nucleo_f429zi.bin");
        Run(chip, image, 1400, () => Printed(chip).Contains("CPU STATS", StringComparison.Ordinal));

        Assert.Contains("Mbed OS Version: 51104", Printed(chip), StringComparison.Ordinal);
        Assert.Contains("CPU ID: 0x410fc241", Printed(chip), StringComparison.Ordinal);
        Assert.Contains("CPU STATS", Printed(chip), StringComparison.Ordinal); // a wait after the first part
        Assert.InRange(chip.Core.BusyNanoseconds, 1, chip.Core.Now - (100 * Millisecond));
        Assert.Equal(('B', 0, true), (pins[0].Port, pins[0].Pin, pins[0].High));
        Assert.Equal(168, 1_000_000 / chip.HclkPicoseconds);
        Assert.All(chip.UsartLog, sent => Assert.Equal(3, sent.Usart));
        Assert.InRange(chip.UsartLog[100].Time - chip.UsartLog[0].Time, 104 * Millisecond, 105 * Millisecond); // 9600 baud
    }

    [Theory]
    [InlineData("STM32F411RE", "NUCLEO_F411RE.bin", 96)]
    [InlineData("STM32L053R8", "NUCLEO_L053R8.bin", 32)]
    [InlineData("STM32L476RG", "NUCLEO_L476RG.bin", 80)]
    [InlineData("STM32F072RB", "NUCLEO_F072RB.bin", 48)]
    public void A_blinking_Nucleo_changes_its_LED_after_one_second(string part, string file, int megahertz)
    {
        var (chip, pins, image) = Board(part, file);
        Run(chip, image, 1600, () => pins.Count > 1); // the L476 waits half a second for its LSE first

        Assert.Equal([('A', 5, true), ('A', 5, false)], pins.Select(change => (change.Port, change.Pin, change.High)));
        Assert.InRange(pins[1].Time - pins[0].Time, 1000 * Millisecond, 1001 * Millisecond);
        Assert.Equal(megahertz, 1_000_000 / chip.HclkPicoseconds);
    }

    [Fact]
    public void A_Nucleo_F103RB_runs_from_its_PLL_and_echoes_what_it_hears()
    {
        var (chip, _, image) = Board("STM32F103RB", "ST-Nucleo-F103RB.bin");
        chip.RunUntil(20 * Millisecond);
        Assert.Equal(72, 1_000_000 / chip.HclkPicoseconds);
        chip.UsartInput(2, "Hello"u8, 20 * Millisecond);
        Run(chip, image, 60, () => Printed(chip).Contains("Hello", StringComparison.Ordinal));

        Assert.EndsWith("Hello", Printed(chip), StringComparison.Ordinal);
    }

    private static (Stm32Chip Chip, List<PinChange> Pins, byte[] Image) Board(string part, string file)
    {
        var image = Firmware(file);
        var (device, found) = DeviceDatabase.FindPart(part)!.Value;
        var chip = new Stm32Chip(device, found, new ChipOptions());
        var pins = new List<PinChange>();
        chip.PinChanged += pins.Add;
        image.CopyTo(chip.Flash);
        chip.PowerOn(0);
        return (chip, pins, image);
    }

    private static void Run(Stm32Chip chip, byte[] image, int milliseconds, Func<bool> enough)
    {
        for (var ms = 1L; ms <= milliseconds && !enough(); ms++)
        {
            chip.RunUntil(ms * Millisecond);
            Assert.Null(chip.Core.LastFaultText);
        }

        Assert.Empty(chip.Notes);
        var now = chip.Core.Now;
        const uint DHCSR = 0xE000_EDF0, DCRSR = 0xE000_EDF4, DCRDR = 0xE000_EDF8;
        chip.Write(DHCSR, 4, 0xA05F_0003, ref now);
        chip.Write(DCRSR, 4, 15, ref now);
        chip.Read(DCRDR, 4, out var pc, ref now);
        Assert.InRange(pc, 0x0800_0000u, 0x0800_0000u + (uint)image.Length);
        Assert.True(chip.Flash[..image.Length].SequenceEqual(image), "nothing in the firmware writes to the flash");
    }

    private static string Printed(Stm32Chip chip) => Encoding.ASCII.GetString([.. chip.UsartLog.Select(sent => sent.Value)]);

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
