using Nrst.Targets;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>Failures that users of other programmers reported, or that the manuals' errata foretell, each on the chip it happens on.</summary>
public sealed class What_users_ran_into
{
    private const uint FlashStart = 0x0800_0000;

    /// <summary>In two banks sector 12 is at 1 MiB. A list of sectors for one bank erases others.</summary>
    [Fact]
    public void An_F767_in_dual_bank_mode_loses_sectors_0_to_8_when_bank_2_is_erased()
    {
        using var bench = Bench("STM32F767ZI", "nDBANK=0");
        Bytes(bench.Flash.Length, seed: 3).CopyTo(bench.Flash);
        var bank1 = bench.Flash[..0x10_0000].ToArray();

        var report = bench.Run(Image((0x0810_0000, Bytes(20_000))));

        Assert.True(bench.Flash[..0x10_0000].SequenceEqual(bank1));
        Assert.True(bench.Flash.Slice(0x10_0000, 20_000).SequenceEqual(Bytes(20_000)));
        Assert.Equal([12, 13], report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector.Number));
    }

    [Fact]
    public void An_F767_in_single_bank_mode_has_a_128_KiB_sector_where_the_other_mode_has_none()
    {
        using var bench = Bench("STM32F767ZI", "nDBANK=1");
        Bytes(bench.Flash.Length, seed: 3).CopyTo(bench.Flash);

        var report = bench.Run(Image((0x0802_0000, Bytes(1000))));

        Assert.Equal(0x2_0000, report.BytesErased);
        Assert.True(bench.Flash.Slice(0x2_0000, 1000).SequenceEqual(Bytes(1000)));
    }

    [Theory]
    [InlineData("STM32G0B1RE", "DUAL_BANK=1 nSWAP_BANK=1")]
    [InlineData("STM32G0B1RE", "DUAL_BANK=1 nSWAP_BANK=0")]
    [InlineData("STM32G0B1RE", "DUAL_BANK=0")]
    [InlineData("STM32G0B1RC", "DUAL_BANK=1 nSWAP_BANK=1")]
    [InlineData("STM32G0B1RC", "DUAL_BANK=0")]
    public void Flashing_a_G0B1_fails_at_random(string part, string map)
    {
        using var bench = Bench(part, map);
        for (var seed = 0; seed < 12; seed++)
        {
            var random = new Random(seed);
            var border = bench.Flash.Length / 2;
            var at = border - random.Next(6000);
            var data = Bytes(random.Next(6000, 9000), seed);
            var before = bench.Flash.ToArray();
            var image = Image((FlashStart + (uint)at, data));

            ExpectedFlash.Judge(bench, image, before, bench.Run(image), $"{part}, {map}, seed {seed}");
        }
    }

    /// <summary>A program that took the size for a count and subtracted asked for that many sectors to be erased.</summary>
    [Fact]
    public void Erasing_a_G0B0_asks_for_65364_sectors()
    {
        using var bench = Bench("STM32G0B0RE", "DUAL_BANK=1 nSWAP_BANK=1");
        Bytes(bench.Flash.Length, seed: 3).CopyTo(bench.Flash);

        var report = Nrst.Flash.FlashExecutor.Erase(bench.Target, null, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(0, 256), report.Sectors.Select(sector => sector.Number));
        Assert.False(bench.Flash.ContainsAnyExcept((byte)0xFF));
    }

    /// <summary>Erased is 0 there: what is filled with 0xFF between two sections is programmed, and takes no other value before an erase.</summary>
    [Theory]
    [InlineData("STM32L053R8")]
    [InlineData("STM32L152RB")]
    public void The_gap_between_two_sections_is_filled_with_0xFF_on_an_L0(string part)
    {
        using var bench = Bench(part);

        bench.Run(Image((FlashStart, Bytes(101)), (FlashStart + 109, Bytes(50, seed: 2))));

        Assert.False(bench.Flash[101..109].ContainsAnyExcept((byte)0));
        bench.Run(Image((FlashStart + 104, Bytes(4, seed: 5))));
        Assert.True(bench.Flash[104..108].SequenceEqual(Bytes(4, seed: 5)));
    }

    [Theory]
    [InlineData("STM32F103C8", 1)]
    [InlineData("STM32F103C8", 3)]
    [InlineData("STM32F072RB", 1)]
    [InlineData("STM32F746ZG", 3)]
    [InlineData("STM32G071RB", 7)]
    [InlineData("STM32L476RG", 9)]
    [InlineData("STM32H743ZI", 33)]
    [InlineData("STM32H7B3ZI", 17)]
    [InlineData("STM32H563ZI", 15)]
    [InlineData("STM32U575ZI", 17)]
    [InlineData("STM32WB55RG", 5)]
    public void The_last_bytes_of_a_file_of_odd_length_are_missing(string part, int odd)
    {
        using var bench = Bench(part);
        var data = Bytes(4096 + odd);

        bench.Run(Image((FlashStart, data)));

        Assert.True(bench.Flash[..data.Length].SequenceEqual(data));
        Assert.False(bench.Flash[data.Length..8192].ContainsAnyExcept((byte)0xFF));
    }

    /// <summary>A flash word is 32 bytes (16 on the H7A/B) with one ECC: what is begun must be finished, and cannot be added to.</summary>
    [Theory]
    [InlineData("STM32H743ZI", 32)]
    [InlineData("STM32H723ZG", 32)]
    [InlineData("STM32H7B3ZI", 16)]
    [InlineData("STM32U575ZI", 16)]
    [InlineData("STM32H563ZI", 16)]
    [InlineData("STM32WBA52CG", 16)]
    public void An_access_that_starts_or_ends_inside_a_flash_word_faults_when_it_is_read(string part, int word)
    {
        using var bench = Bench(part);

        bench.Run(Image((FlashStart + (uint)(word / 2), Bytes(word)), (FlashStart + (uint)(8 * word) + 1, Bytes(3, seed: 2))));
        bench.Run(Image((FlashStart + (uint)(word / 2), Bytes(word)), (FlashStart + (uint)(8 * word) + 4, Bytes(9, seed: 4))));

        Assert.True(bench.Flash.Slice(word / 2, word).SequenceEqual(Bytes(word)));
        Assert.True(bench.Flash.Slice((8 * word) + 4, 9).SequenceEqual(Bytes(9, seed: 4)));
        var back = new byte[16 * word];
        bench.Memory.Read(new Address(FlashStart), back);
        Assert.True(bench.Flash[..back.Length].SequenceEqual(back));
    }

    /// <summary>PG that another program left set stops every erase.</summary>
    [Theory]
    [InlineData("STM32F103C8", 0x04u, 0x10u)]
    [InlineData("STM32F072RB", 0x04u, 0x10u)]
    [InlineData("STM32F407VG", 0x04u, 0x10u)]
    [InlineData("STM32F746ZG", 0x04u, 0x10u)]
    [InlineData("STM32G071RB", 0x08u, 0x14u)]
    [InlineData("STM32L476RG", 0x08u, 0x14u)]
    public void The_erase_fails_after_another_program_was_interrupted(string part, uint keys, uint control)
    {
        using var bench = Bench(part);
        Bytes(4000, seed: 3).CopyTo(bench.Flash);
        bench.Memory.Write32(bench.Device.Flash.Controller + keys, 0x4567_0123);
        bench.Memory.Write32(bench.Device.Flash.Controller + keys, 0xCDEF_89AB);
        bench.Memory.Write32(bench.Device.Flash.Controller + control, 1); // PG

        bench.Run(Image((FlashStart, Bytes(4000))));

        Assert.True(bench.Flash[..4000].SequenceEqual(Bytes(4000)));
    }

    /// <summary>A wrong sequence leaves PGSERR, and the next start fails with it.</summary>
    [Theory]
    [InlineData("STM32G071RB", 0x08u)]
    [InlineData("STM32L476RG", 0x08u)]
    [InlineData("STM32G474RE", 0x08u)]
    [InlineData("STM32WB55RG", 0x08u)]
    [InlineData("STM32H743ZI", 0x04u)]
    public void The_first_access_fails_with_an_error_of_the_session_before(string part, uint keys)
    {
        using var bench = Bench(part);
        var controller = bench.Device.Flash.Controller;
        bench.Memory.Write32(controller + keys, 0x4567_0123);
        bench.Memory.Write32(controller + keys, 0xCDEF_89AB);
        try
        {
            bench.Memory.Write32(new Address(FlashStart), 0x1234_5678); // nobody set PG
        }
        catch (NrstException)
        {
            // Some answer with a bus fault as well.
        }

        Assert.NotEqual(0u, bench.Memory.Read32(controller + 0x10));

        bench.Run(Image((FlashStart, Bytes(4000))));

        Assert.True(bench.Flash[..4000].SequenceEqual(Bytes(4000)));
    }

    /// <summary>Between the banks of the smaller parts is a hole.</summary>
    [Theory]
    [InlineData("STM32G474RB")]
    [InlineData("STM32G474RC")]
    public void Bank_2_of_a_G474_with_less_flash_is_not_where_bank_1_ends(string part)
    {
        using var bench = Bench(part);
        var half = bench.Flash.Length / 2;

        bench.Run(Image((0x0804_0000, Bytes(5001))));

        Assert.True(bench.Flash.Slice(half, 5001).SequenceEqual(Bytes(5001)));
        var refusal = Assert.ThrowsAny<NrstException>(() => bench.Run(Image((FlashStart + (uint)half, Bytes(16)))));
        Assert.Contains("0x080", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Banks that are exchanged by option: the image must be where the core fetches it.</summary>
    [Theory]
    [InlineData("STM32H743ZI", "SWAP_BANK=1")]
    [InlineData("STM32H563ZI", "SWAP_BANK=1")]
    [InlineData("STM32G0B1RE", "DUAL_BANK=1 nSWAP_BANK=0")]
    public void With_swapped_banks_the_wrong_bank_is_erased(string part, string map)
    {
        using var bench = Bench(part, map);
        Bytes(bench.Flash.Length, seed: 3).CopyTo(bench.Flash);
        var half = bench.Flash.Length / 2;
        var bank1 = bench.Flash[..half].ToArray();

        bench.Run(Image((FlashStart, Bytes(5000))));

        Assert.True(bench.Flash[..half].SequenceEqual(bank1));
        Assert.True(bench.Flash.Slice(half, 5000).SequenceEqual(Bytes(5000)));
        var seen = new byte[64];
        bench.Memory.Read(new Address(FlashStart), seen);
        Assert.Equal(Bytes(5000)[..64], seen);
    }

    private static FlashingBench Bench(string name, string? map = null)
    {
        var (device, part) = DeviceDatabase.FindPart(name)!.Value;
        Assert.SkipUnless(VirtualBench.Chips.Stm32Chip.CanBe(device), $"The bench has no model of {name} yet.");
        var layout = part.Layouts.FirstOrDefault(layout => map is null || layout.Condition == map);
        Assert.NotNull(layout);
        return new FlashingBench(name, eraseFaster: 100, past: OptionCells.Find(device, part, layout));
    }
}
