namespace Nrst.Flash.Tests;

/// <summary>What is read of a chip whose proof fails, how often, and what is made of refusals.</summary>
public sealed class Looking_at_what_differs
{
    private const uint Start = 0x0800_0000;

    [Fact]
    public void Where_all_is_right_everything_is_read_once()
    {
        var chip = new CellsTarget("STM32F407VG");

        Assert.Null(Compare(chip, chip.Cells[..20_000]));
        Assert.Equal((20_000, 5), (chip.BytesRead, chip.Reads));
        Assert.Equal(TimeSpan.Zero, chip.Time.Now);
    }

    [Fact]
    public void All_that_differs_is_seen_and_read_a_second_time()
    {
        var chip = new CellsTarget("STM32F407VG");
        var wanted = chip.Cells[..20_000];
        wanted[10] ^= 0x0F;
        wanted[19_999] ^= 0xF0;

        var seen = Compare(chip, wanted)!;

        Assert.Equal([Byte(10), Byte(19_999)], new Differences(seen).Ranges());
        Assert.Equal(2, seen.Again.Sum(look => look.Second.Length));
        Assert.Equal(20_002, chip.BytesRead);
        Assert.Equal(TimeSpan.Zero, chip.Time.Now);
    }

    [Fact]
    public void A_second_look_reads_at_most_64_KiB_and_the_first_everything()
    {
        var chip = new CellsTarget("STM32F407VG");

        var seen = Compare(chip, [.. chip.Cells[..300_000].Select(value => (byte)~value)])!;

        Assert.Equal(64 * 1024, seen.Again.Sum(look => look.Second.Length));
        Assert.Equal(300_000, new Differences(seen).Bytes);
    }

    [Fact]
    public void Where_the_program_runs_the_second_look_waits_and_goes_on_behind_the_difference()
    {
        var chip = new CellsTarget("STM32F407VG") { Running = true };
        var wanted = chip.Cells[..4_000];
        wanted[100] ^= 0x0F;

        var seen = Compare(chip, wanted, mayRun: true)!;

        Assert.True(seen.CoreRuns);
        Assert.Equal(TimeSpan.FromMilliseconds(250), chip.Time.Now);
        Assert.Equal((new Address(Start + 100), 68), (seen.Again[0].At, seen.Again[0].Second.Length));
    }

    [Theory]
    [InlineData(0x100u)]
    [InlineData(0x0u)]
    [InlineData(0x4FE0u)]
    public void A_word_that_is_refused_is_found_to_the_byte_and_everything_else_is_read(uint at)
    {
        var chip = new CellsTarget("STM32H743ZI");
        chip.Refused.Add(new AddressRange(new Address(Start + at), 32));

        var seen = Compare(chip, chip.Cells[..0x5000])!;

        Assert.Equal([new AddressRange(new Address(Start + at), 32)], seen.Unreadable);
        Assert.Equal(32, new Differences(seen).Bytes);
        Assert.True(seen.HasEcc);
    }

    [Fact]
    public void Between_two_words_that_are_refused_everything_is_read()
    {
        var chip = new CellsTarget("STM32H743ZI");
        AddressRange[] refused = [new(new Address(Start + 0x1000), 32), new(new Address(Start + 0x1FE0), 32)];
        chip.Refused.AddRange(refused);

        Assert.Equal(refused, Compare(chip, chip.Cells[..0x5000])!.Unreadable);
    }

    [Fact]
    public void Where_everything_is_refused_not_every_word_is_asked_for()
    {
        var chip = new CellsTarget("STM32F407VG");
        var half = new AddressRange(new Address(Start + (512 * 1024)), 512 * 1024);
        chip.Refused.Add(half);

        var seen = Compare(chip, chip.Cells)!;

        Assert.Equal([half], seen.Unreadable);
        Assert.InRange(chip.Reads, 256, 1000);
        Assert.Equal(MismatchKind.BeyondFlash, MismatchClassifier.Classify(seen).Mismatch.Kind);
    }

    [Fact]
    public void Over_a_line_without_checksums_a_byte_that_is_right_the_second_time_is_right()
    {
        var chip = new CellsTarget("STM32F407VG") { Unchecked = true };
        chip.Spoil = (read, _, bytes) =>
        {
            if (bytes.Length > 4)
            {
                bytes[17] ^= 0x10;
                bytes[18] ^= 0x20;
                bytes[900] ^= 0x20;
            }
        };

        Assert.Null(Compare(chip, chip.Cells[..8_000]));
    }

    [Fact]
    public void Over_such_a_line_what_is_wrong_twice_is_wrong()
    {
        var chip = new CellsTarget("STM32F407VG") { Unchecked = true };
        var wanted = chip.Cells[..8_000];
        wanted[700] ^= 1;
        chip.Spoil = (_, _, bytes) => bytes[0] ^= bytes.Length == 4 ? (byte)0 : (byte)0x80;

        var seen = Compare(chip, wanted)!;

        Assert.Equal([Byte(700)], new Differences(seen).Ranges());
        Assert.Empty(seen.Again); // it was looked at twice; more looks find the noise of the line
    }

    [Fact]
    public void Over_such_a_line_another_program_is_not_read_word_by_word()
    {
        var chip = new CellsTarget("STM32F407VG") { Unchecked = true };

        var seen = Compare(chip, [.. chip.Cells[..200_000].Select(value => (byte)~value)])!;

        Assert.Equal(200_000, new Differences(seen).Bytes);
        Assert.InRange(chip.Reads, 49, 49 + 65);
    }

    [Fact]
    public void The_other_bank_is_looked_at_as_long_as_it_agrees()
    {
        var chip = new CellsTarget("STM32H743ZI");
        var there = chip.Cells.AsSpan(0x10_0000, 20_000).ToArray();

        var seen = Compare(chip, there)!;

        Assert.Equal(4096, seen.OtherBank.Sum(part => part.Found.Length));
        Assert.Equal(MismatchKind.OtherBank, MismatchClassifier.Classify(seen).Mismatch.Kind);
        there[300] ^= 1;
        Assert.Empty(Compare(chip, there)!.OtherBank);
    }

    [Theory]
    [InlineData("STM32F407VG", 0x0808_0000u, false)] // no error codes: nothing else is refused
    [InlineData("STM32F407VG", 0x0800_0100u, false)]
    [InlineData("STM32H743ZI", 0x0800_0100u, true)]
    [InlineData("STM32H743ZI", 0x0810_0000u, true)]
    [InlineData("STM32H743ZI", 0x0810_0000u, false, 0x0810_0000u, 0x10_0000u)]
    [InlineData("STM32H743ZI", 0x0810_0000u, true, 0x0810_0000u, 0x8_0000u)] // half a bank: an erase that was torn off
    [InlineData("STM32H743ZI", 0x0810_0000u, true, 0x0800_0000u, 0x20_0000u)] // all of it
    public void A_refusal_is_a_damaged_word_or_the_end_of_the_flash(string part, uint at, bool damaged, uint from = 0, uint length = 0)
    {
        var chip = new CellsTarget(part);
        chip.Refused.Add(length > 0 ? new AddressRange(new Address(from), length) : new AddressRange(new Address(at), 32));

        var error = FlashErrors.Unreadable(chip, 0x8200, at)!;

        Assert.Equal(damaged ? "NRST2012" : "NRST2014", error.Code);
        Assert.True(error.Where.Contains(new Address(at)));
    }

    private static Comparison? Compare(CellsTarget chip, byte[] wanted, bool mayRun = false) =>
        new FlashComparer(chip, FlashGrain.Of(chip.Device.Flash), mayRun).Compare([new Expectation(new Address(Start), wanted)], [], default);

    private static AddressRange Byte(uint offset) => new(new Address(Start + offset), 1);
}
