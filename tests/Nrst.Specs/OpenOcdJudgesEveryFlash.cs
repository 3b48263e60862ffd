using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>
/// Each flash model against OpenOCD's driver of that flash, with its own loader on the chip's core: erase, program, verify, and a dump that is
/// compared here. A family is judged as soon as it has a row.
/// </summary>
/// <remarks>
/// OpenOCD 0.12 does not know the C0, which has the flash of the G0, nor the STM32U3, and of the STM32U5 it knows DEV_ID 0x482 alone ("Cannot
/// identify target" for the others). These are held by the maker's table of registers.
/// </remarks>
public sealed class OpenOcdJudgesEveryFlash : IDisposable
{
    private const string Dap = "dapdirect_swd";
    private const string Hla = "hla_swd";

    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-judged-").FullName;
    private readonly BoardStore _store;

    public OpenOcdJudgesEveryFlash() => _store = new BoardStore(Path.Combine(_folder, "bench"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>A part, the script of OpenOCD for it, how the probe is used, and what "flash info 0" says of the chip.</summary>
    public static TheoryData<string, string, string, string> Chips => new()
    {
        { "STM32F030F4", "stm32f0x", Dap, "stm32f0x" },
        { "STM32F072RB", "stm32f0x", Hla, "stm32f0x" },
        { "STM32F091RC", "stm32f0x", Dap, "stm32f0x" },
        { "STM32F303VC", "stm32f3x", Dap, "stm32f3x" },
        { "STM32F334C4", "stm32f3x", Hla, "stm32f3x" },
        { "STM32F103C8", "stm32f1x", Dap, "stm32f1x" },
        { "STM32F103VE", "stm32f1x", Hla, "stm32f1x" },
        { "STM32F107VC", "stm32f1x", Dap, "stm32f1x" },
        { "STM32F207ZG", "stm32f2x", Dap, "STM32F2xx" },
        { "STM32F722ZE", "stm32f7x", Dap, "STM32F7[2|3]x" },
        { "STM32F746ZG", "stm32f7x", Hla, "STM32F7[4|5]x" },
        { "STM32F767ZI", "stm32f7x", Dap, "STM32F7[6|7]x" },
        { "STM32G030F6", "stm32g0x", Dap, "STM32G03" },
        { "STM32G071RB", "stm32g0x", Hla, "STM32G07" },
        { "STM32G0B1RE", "stm32g0x", Dap, "STM32G0B" },
        { "STM32G431KB", "stm32g4x", Dap, "STM32G43" },
        { "STM32G474RE", "stm32g4x", Hla, "STM32G47" },
        { "STM32G474RC", "stm32g4x", Dap, "STM32G47" },
        { "STM32G491RE", "stm32g4x", Dap, "STM32G49" },
        { "STM32WB55RG", "stm32wbx", Dap, "STM32WB5" },
        { "STM32WB15CC", "stm32wbx", Hla, "STM32WB1" },
        { "STM32WL55JC", "stm32wlx", Dap, "STM32WL" },
        { "STM32WLE5CC", "stm32wlx", Hla, "STM32WL" }, // the script puts its loader where the smaller ones have no RAM
        { "STM32H743ZI", "stm32h7x_dual_bank", Dap, "STM32H74x" },
        { "STM32H750VB", "stm32h7x", Hla, "STM32H74x" },
        { "STM32H723ZG", "stm32h7x", Dap, "STM32H72x" },
        { "STM32H7B3ZI", "stm32h7x_dual_bank", Dap, "STM32H7Ax" },
        { "STM32L011K4", "stm32l0", Dap, "STM32L0xx (Cat.1)" },
        { "STM32L053R8", "stm32l0", Hla, "STM32L0xx (Cat. 3)" },
        { "STM32L073RZ", "stm32l0_dual_bank", Dap, "STM32L0xx (Cat.5)" },
        { "STM32L151C6", "stm32l1", Dap, "STM32L1xx (Cat.1" },
        { "STM32L151CB", "stm32l1", Hla, "STM32L1xx (Cat.1" },
        { "STM32L152RE", "stm32l1x_dual_bank", Dap, "STM32L1xx (Cat.5" },
        { "STM32L432KC", "stm32l4x", Dap, "STM32L43" },
        { "STM32L476RG", "stm32l4x", Hla, "STM32L47" },
        { "STM32L496ZG", "stm32l4x", Dap, "STM32L49" },
        { "STM32L4R5ZI", "stm32l4x", Dap, "STM32L4R" },
        { "STM32L552ZE", "stm32l5x", Dap, "STM32L55" },
        { "STM32L552ZC", "stm32l5x", Hla, "STM32L55" },
        { "STM32U575ZI", "stm32u5x", Dap, "STM32U57" },
        { "STM32U585AI", "stm32u5x", Hla, "STM32U57" },
    };

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task It_programs_and_verifies(string part, string script, string transport, string name)
    {
        OpenOcdRun.Require();
        using var board = Board(part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var start = chip.Part.Layouts[0].Banks[0].Layout.Sectors[0].Range.Start.Value;
        // Over the border of the banks, or of the second page, and not a whole number of words.
        var banks = chip.Part.Layouts[0].Banks;
        var border = banks[^1].Layout.Sectors[0].Range.Start.Value;
        var before = banks.Count == 1 ? 0 : (uint)banks[0].Layout.Sectors.Sum(sector => sector.Range.Length); // cells, without a hole
        var (at, cells) = before == 0 ? (start, 0) : border - start == before ? (border - 0x1000, before - 0x1000) : (border, before);
        var (image, dump) = (Path.Combine(_folder, "image.bin"), Path.Combine(_folder, "dump.bin"));
        var content = new byte[9 * 1024 + 3];
        new Random(815).NextBytes(content);
        await File.WriteAllBytesAsync(image, content);

        var (exit, talk) = await OpenOcdRun.On(
            board,
            transport,
            ["init", "flash info 0", $"program {{{image}}} 0x{at:x8} verify", $"dump_image {{{dump}}} 0x{at:x8} {content.Length}"],
            script: script);

        Assert.True(exit == 0, talk);
        Assert.Contains(name, talk, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("** Verified OK **", talk, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllBytesAsync(dump));
        Assert.Equal(content, chip.Flash.Slice((int)cells, content.Length).ToArray());
        Assert.True(chip.Core.InstructionsExecuted > 1000, "OpenOCD's loader did not run.");
    }

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task It_erases_what_it_is_told_to(string part, string script, string transport, string name)
    {
        OpenOcdRun.Require();
        using var board = Board(part);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        chip.Flash.Fill(0x5A);
        var sectors = chip.Part.Layouts[0].Sectors.ToArray();

        // The second and the third, but on a part with no more than one.
        var (first, last) = sectors.Length > 2 ? (1, 2) : (0, 0);

        var (exit, talk) = await OpenOcdRun.On(
            board, transport, ["init", "reset halt", $"flash erase_sector 0 {first} {last}"], script: script);

        Assert.True(exit == 0, $"{name}: {talk}");
        // On L0 and L1 OpenOCD gives 4 KiB that are protected together a number, and erases their pages one by one.
        var grouped = chip.FlashModel.Cells.ErasedValue == 0;
        var from = grouped ? first * 4096 : (int)sectors[..first].Sum(sector => sector.Range.Length);
        var to = grouped ? (last + 1) * 4096 : (int)sectors[..(last + 1)].Sum(sector => sector.Range.Length);
        Assert.False(chip.Flash[from..to].ContainsAnyExcept(chip.FlashModel.Cells.ErasedValue));
        Assert.False(chip.Flash[..from].ContainsAnyExcept((byte)0x5A));
        Assert.False(chip.Flash[to..].ContainsAnyExcept((byte)0x5A));
    }

    /// <summary>OpenOCD's script knows the first bank alone; its driver takes the second as well, when it is told of it.</summary>
    [Fact]
    public async Task It_programs_over_the_border_of_the_banks_of_an_XL()
    {
        OpenOcdRun.Require();
        using var board = Board("STM32F103ZG");
        var (image, dump) = (Path.Combine(_folder, "image.bin"), Path.Combine(_folder, "dump.bin"));
        var content = new byte[9 * 1024 + 3];
        new Random(430).NextBytes(content);
        await File.WriteAllBytesAsync(image, content);

        var (exit, talk) = await OpenOcdRun.On(
            board,
            Dap,
            [
                "flash bank second stm32f1x 0x08080000 0 0 0 stm32f1x.cpu", "init", "flash info 0", $"program {{{image}}} 0x0807f000 verify",
                $"dump_image {{{dump}}} 0x0807f000 {content.Length}",
            ],
            script: "stm32f1x");

        Assert.True(exit == 0, talk);
        Assert.Contains("XL Density", talk, StringComparison.Ordinal);
        Assert.Contains("** Verified OK **", talk, StringComparison.Ordinal);
        Assert.Equal(content, await File.ReadAllBytesAsync(dump));
        Assert.Equal(content, ((ChipOnBoard)board.Chip).Silicon.Flash.Slice(0x7_F000, content.Length).ToArray());
    }

    /// <summary>The script for two cores opens AP3 as well, and the flash can be reached through either core.</summary>
    [Fact]
    public async Task It_finds_both_cores_of_the_H745()
    {
        OpenOcdRun.Require();
        using var board = Board("STM32H745ZI");
        var image = Path.Combine(_folder, "image.bin");
        var content = new byte[2048];
        new Random(745).NextBytes(content);
        await File.WriteAllBytesAsync(image, content);

        var (exit, talk) = await OpenOcdRun.On(
            board,
            Dap,
            ["init", "reset halt", "targets", $"flash write_image erase {{{image}}} 0x08000000", $"flash verify_image {{{image}}} 0x08000000"],
            script: "stm32h7x_dual_bank",
            before: ["set DUAL_CORE 1"]);

        Assert.True(exit == 0, talk);
        Assert.Contains("[stm32h7x.cpu0] Cortex-M7", talk, StringComparison.Ordinal);
        Assert.Contains("[stm32h7x.cpu1] Cortex-M4", talk, StringComparison.Ordinal);
        Assert.Matches(@"cpu1\s+cortex_m\s+little\s+stm32h7x\.cpu\s+halted", talk);
        Assert.Equal(content, ((ChipOnBoard)board.Chip).Silicon.Flash[..content.Length].ToArray());
    }

    private VirtualBoard Board(string part)
    {
        _store.New("judged", part, "v2-1");
        return _store.Open("judged");
    }
}
