using Nrst.Flash;
using Nrst.Images;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.Specs;

/// <summary>nrst and the loader in the ROM of virtual chips, over their own USB connector.</summary>
public sealed class Flashing_through_the_USB_loader : IDisposable
{
    private const uint Start = 0x0800_0000;
    private readonly TemporaryFolder _folder = new();
    private int _boards;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("STM32F072CB")]
    [InlineData("STM32F207ZG")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F429ZI")]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32L152RE")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32L552ZE")]
    [InlineData("STM32U575ZI")]
    [InlineData("STM32WB55RG")]
    public void A_program_replaces_another_is_proved_and_runs(string part)
    {
        using var board = InItsLoader(part);
        var silicon = Silicon(board);
        FlashingBench.Bytes(20_000, 3).CopyTo(silicon.Flash);
        var image = Image(silicon, 9_031);

        var outcome = Flash(board, image);

        Assert.Equal(image.Pieces[0].Data.ToArray(), silicon.Flash[..9_031]);
        Assert.Equal(FirmwareState.Started, outcome.Observed!.State);
        Assert.Equal(VerifyMode.Readback, outcome.Report.Proof.Mode);
        board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Assert.Equal(Start + 8, silicon.Core.GetRegister(15));
    }

    [Fact]
    public void An_STM32L073_is_erased_page_by_page_though_its_loader_cannot_spell()
    {
        using var board = InItsLoader("STM32L073RZ");
        var silicon = Silicon(board);
        FlashingBench.Bytes(silicon.Flash.Length, 3).CopyTo(silicon.Flash);
        var image = Image(silicon, 66_748);
        var events = new List<JobEvent>();

        var outcome = Flash(board, image, events.Add);

        Assert.Equal(522, outcome.Report.Plan.Sectors.Count(sector => sector.Erase));
        Assert.Equal(image.Pieces[0].Data.ToArray(), silicon.Flash[..66_748]);
        var told = Assert.Single(events.OfType<JobEvent.Noticed>(), notice => notice.Text.StartsWith("Programming", StringComparison.Ordinal));
        Assert.InRange(outcome.Report.Seconds.Erase, 522 * 3.28e-3, 522 * 3.28e-3 * 2); // the device says how many milliseconds to wait: 5 a page
        Assert.Matches(@"^Programming 66,7\d\d bytes took \d+\.\d+ s; this flash needs 1\.\d+ s at the least\.$", told.Text);
    }

    /// <summary>522 pages of 128 bytes: neither the looks at them nor the blocks may be as small as they are.</summary>
    [Fact]
    public void An_STM32L073_is_programmed_nearly_as_fast_as_its_flash_allows()
    {
        using var board = InItsLoader("STM32L073RZ");
        var silicon = Silicon(board);
        FlashingBench.Bytes(silicon.Flash.Length, 3).CopyTo(silicon.Flash);
        var report = Flash(board, Image(silicon, 66_748)).Report;
        var flash = 66_748 / 64 * 3.28e-3; // half pages
        Assert.True(report.Seconds.Program < flash / 0.95, $"{report.Seconds.Program} s, and the flash takes {flash} s");
        Assert.True(report.Seconds.Compare + report.Seconds.Verify < 0.2, $"{report.Seconds.Compare} s and {report.Seconds.Verify} s to read 66,748 bytes");
    }

    /// <summary>Reading takes as long as writing here: what is lost is looked at where somebody wants to know, and where it is to be kept.</summary>
    [Fact]
    public void What_else_a_sector_holds_is_read_for_a_plan_and_to_be_kept_and_else_said_to_be_unread()
    {
        using var board = InItsLoader("STM32F407VG");
        var silicon = Silicon(board);
        FlashingBench.Bytes(20_000, 3).CopyTo(silicon.Flash);
        var image = Image(silicon, 500);
        using var session = Open(board);
        var programmer = new RomProgrammer(session);

        var plan = programmer.Plan(image, new FlashOptions(), default);
        Assert.Contains(plan.Steps, step => step.Reason.EndsWith("15,884 bytes of other data at 0x0800_01F4 will be lost; use --keep", StringComparison.Ordinal));

        programmer.Flash(Image(silicon, 400), new FlashOptions { Keep = true }, ResetAfter.None, default);
        Assert.True(silicon.Flash[400..20_000].SequenceEqual(FlashingBench.Bytes(20_000, 3).AsSpan(400)));

        var report = programmer.Flash(FlashingBench.Image((Start, FlashingBench.Bytes(500, 8))), new FlashOptions(), ResetAfter.None, default).Report;
        Assert.Contains(report.Plan.Steps, step => step.Reason == "holds other bytes where the image lies; what else it holds was not read and will be lost; --keep keeps it");
        Assert.Equal(-1, silicon.Flash[500..16_384].IndexOfAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Erases_that_are_reported_and_not_done_are_found_before_anything_is_programmed()
    {
        using var board = InItsLoader("STM32L073RZ", "dfu-erase-dropped");
        var silicon = Silicon(board);
        var old = FlashingBench.Bytes(silicon.Flash.Length, 3);
        old.CopyTo(silicon.Flash);

        var thrown = Assert.Throws<ProofException>(() => Flash(board, Image(silicon, 4_000)));

        Assert.Equal("NRST5501", thrown.Code);
        Assert.Contains("still the old contents", thrown.Message, StringComparison.Ordinal);
        Assert.Equal(MismatchKind.OldContents, thrown.Mismatch!.Kind);
        Assert.Equal(old, silicon.Flash.ToArray());
    }

    [Theory]
    [InlineData("dfu-write-dropped", "NRST5103")]
    [InlineData("dfu-tail-lost", "")]
    [InlineData("dfu-stall-while-busy", "")]
    [InlineData("dfu-first-status-error", "")]
    [InlineData("dfu-string-garbled", "NRST6502")]
    public void Defects_of_a_loader_are_allowed_for_or_told(string fault, string code)
    {
        using var board = InItsLoader("STM32F407VG", fault);
        var silicon = Silicon(board);
        FlashingBench.Bytes(20_000, 3).CopyTo(silicon.Flash);
        var image = Image(silicon, 9_001);
        if (code.Length > 0)
        {
            Assert.Equal(code, Assert.ThrowsAny<NrstException>(() => Flash(board, image)).Code);
            return;
        }

        Flash(board, image);
        Assert.Equal(image.Pieces[0].Data.ToArray(), silicon.Flash[..9_001]);
    }

    [Fact]
    public void A_garbled_layout_is_no_matter_where_the_part_is_named()
    {
        using var board = InItsLoader("STM32F407VG", "dfu-string-garbled");
        var silicon = Silicon(board);
        using var session = Open(board, "STM32F407VG");
        Assert.Contains(session.Chip.Notes, note => note.Contains("the device data are used", StringComparison.Ordinal));
        new RomProgrammer(session).Flash(Image(silicon, 500), new FlashOptions(), ResetAfter.None, default);
        Assert.Equal(Start + 9, BitConverter.ToUInt32(silicon.Flash[4..8]));
    }

    [Fact]
    public void Halting_is_refused_before_anything_is_touched()
    {
        using var board = InItsLoader("STM32F407VG");
        using var session = Open(board);
        var image = Image(Silicon(board), 100);
        Assert.Equal("NRST0501", Assert.Throws<UsageException>(() => new RomProgrammer(session).Flash(image, new FlashOptions(), ResetAfter.Halt, default)).Code);
        Assert.Equal("NRST0501", Assert.Throws<UsageException>(() => new RomProgrammer(session).Reset(Arm.ResetKind.Core, halt: false)).Code);
    }

    [Fact]
    public void A_file_for_another_device_is_refused()
    {
        using var board = InItsLoader("STM32F407VG");
        using var session = Open(board);
        var image = Image(Silicon(board), 100) with { Dfu = new DfuSuffix(0x1234, 0xDF11, 0) };
        Assert.Equal("NRST4501", Assert.Throws<ImageException>(() => new RomProgrammer(session).Flash(image, new FlashOptions(), ResetAfter.Run, default)).Code);
    }

    /// <summary>The numbers are those of the device on which the file was made. Here alternate setting 0 is the flash, 1 the option bytes and 2 the OTP.</summary>
    [Fact]
    public void A_target_of_a_file_goes_where_its_addresses_are_whatever_its_number_and_name()
    {
        using var board = InItsLoader("STM32F407VG");
        var silicon = Silicon(board);
        FlashingBench.Bytes(60_000, 3).CopyTo(silicon.Flash);
        var (first, second) = (Image(silicon, 3_000).Pieces[0].Data.ToArray(), FlashingBench.Bytes(2_000, 5));
        var image = ImageReader.Load(_folder.File("app.dfu", DfuFiles.Of((2, "second part", [(Start + 0x8000, second)]), (1, "", [(Start, first)]))));

        Flash(board, image);

        Assert.Equal(first, silicon.Flash[..3_000]);
        Assert.Equal(second, silicon.Flash[0x8000..(0x8000 + 2_000)]);
    }

    [Theory]
    [InlineData(0x1FFF_C000, "Option Bytes", "NRST4502")]
    [InlineData(0x1FFF_7800, "OTP Memory", "NRST4502")]
    [InlineData(0x2000_0000, "RAM", "NRST4090")]
    [InlineData(0x0810_0000, "past the end", "NRST4090")]
    public void A_target_that_is_not_for_the_flash_is_told_by_its_name_and_nothing_is_written(uint at, string name, string code)
    {
        using var board = InItsLoader("STM32F407VG");
        var silicon = Silicon(board);
        var old = FlashingBench.Bytes(60_000, 3);
        old.CopyTo(silicon.Flash);
        var image = ImageReader.Load(_folder.File("app.dfu", DfuFiles.Of((0, "", [(Start, Image(silicon, 3_000).Pieces[0].Data.ToArray())]), (1, "", [(at, new byte[16])]))));
        using var session = Open(board);
        var before = new RomProgrammer(session).Read(new AddressRange(new Address(0x1FFF_C000), 16), default);

        var told = Assert.Throws<ImageException>(() => new RomProgrammer(session).Flash(image, new FlashOptions(), ResetAfter.Run, default));

        Assert.Equal(code, told.Code);
        Assert.Contains(name, told.Message, StringComparison.Ordinal);
        Assert.Contains("target 2 (alternate setting 1), element 1", told.Message, StringComparison.Ordinal);
        Assert.NotEmpty(told.Remedies);
        Assert.Equal(old, silicon.Flash[..60_000]);
        Assert.Equal(before, new RomProgrammer(session).Read(new AddressRange(new Address(0x1FFF_C000), 16), default));
    }

    [Fact]
    public void Everything_is_erased_and_a_few_bytes_are_put_between_others()
    {
        using var board = InItsLoader("STM32F407VG");
        var silicon = Silicon(board);
        FlashingBench.Bytes(40_000, 3).CopyTo(silicon.Flash);
        using var session = Open(board);
        var programmer = new RomProgrammer(session);

        programmer.Write(new Address(Start + 1001), new byte[] { 1, 2, 3 }, default);
        var wanted = FlashingBench.Bytes(40_000, 3);
        (wanted[1001], wanted[1002], wanted[1003]) = (1, 2, 3);
        Assert.Equal(wanted, silicon.Flash[..40_000]);
        Assert.Equal(wanted[..5000], programmer.Read(new AddressRange(new Address(Start), 5000), default));
        Assert.Equal(16, programmer.Read(new AddressRange(new Address(0x1FFF_C000), 16), default).Length);

        programmer.Erase(null, default);
        Assert.Equal(-1, silicon.Flash.IndexOfAnyExcept((byte)0xFF));
    }

    [Fact]
    public void An_STM32F4_is_programmed_nearly_as_fast_as_its_flash_allows()
    {
        using var board = InItsLoader("STM32F407VG");
        var silicon = Silicon(board);
        FlashingBench.Bytes(128 * 1024, 3).CopyTo(silicon.Flash);
        var report = Flash(board, Image(silicon, 128 * 1024)).Report;
        var flash = 128 * 1024 * 16e-6; // byte by byte, as the loader programs where nobody tells it the supply
        var erase = 2.8; // four sectors of 0.4 s and one of 1.2 s
        Assert.True(report.Seconds.Program < flash / 0.89, $"{report.Seconds.Program} s, and the flash takes {flash} s");
        Assert.True(report.Seconds.Total < (erase + flash) / 0.92, $"{report.Seconds.Total} s, and the flash takes {erase + flash} s");
    }

    /// <summary>
    /// A word in the 16 µs of a byte, and sectors in less than two thirds of the time. What a block costs beside that stays: the transfer, two questions, and
    /// poll times in whole milliseconds, less than 5 ms together.
    /// </summary>
    [Theory]
    [InlineData("STM32F207ZG")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F746ZG")]
    public void One_that_is_told_its_supply_programs_words_and_not_bytes(string part)
    {
        const int Bytes = 48 * 1024;
        var (slow, fast) = (Report(null), Report(3.3));
        Assert.InRange(fast.Seconds.Program, Bytes / 4 * 16e-6, (Bytes / 4 * 16e-6) + (Bytes / 2048 * 5e-3));
        Assert.True(slow.Seconds.Program > Bytes * 16e-6, $"{slow.Seconds.Program} s");
        Assert.True(fast.Seconds.Erase * 1.5 < slow.Seconds.Erase, $"{fast.Seconds.Erase} s, and for bytes {slow.Seconds.Erase} s");

        FlashReport Report(double? volts)
        {
            using var board = InItsLoader(part);
            var silicon = Silicon(board);
            FlashingBench.Bytes(64 * 1024, 3).CopyTo(silicon.Flash);
            var image = Image(silicon, Bytes);
            var outcome = Flash(board, image, volts: volts);
            Assert.Equal(image.Pieces[0].Data.ToArray(), silicon.Flash[..Bytes]);
            Assert.Equal(FirmwareState.Started, outcome.Observed!.State);
            return outcome.Report;
        }
    }

    /// <summary>Cells do not get enough charge then. Whoever says more than there is reads it from the proof, and not from a board that does not run.</summary>
    [Fact]
    public void A_supply_that_is_not_there_is_found_by_the_proof()
    {
        using var board = InItsLoader("STM32F407VG", "vdd-low:1750");
        var silicon = Silicon(board);
        FlashingBench.Bytes(20_000, 3).CopyTo(silicon.Flash);
        var events = new List<JobEvent>();

        var told = Assert.Throws<ProofException>(() => Flash(board, Image(silicon, 9_001), events.Add, 3.3));

        Assert.NotEmpty(told.Remedies);
        Assert.Contains(events.OfType<JobEvent.Noticed>(), notice => notice.Text.StartsWith("The loader was told that it has 3.3 V", StringComparison.Ordinal));
        Assert.Equal(FirmwareState.Started, Flash(board, Image(silicon, 9_001), volts: 1.75).Observed!.State);
    }

    [Fact]
    public void A_loader_that_has_no_use_for_the_supply_is_not_told_it_and_the_user_reads_so()
    {
        using var board = InItsLoader("STM32L476RG");
        var events = new List<JobEvent>();
        Flash(board, Image(Silicon(board), 2_000), events.Add, 3.3);
        Assert.Contains(events.OfType<JobEvent.Noticed>(), notice => notice.Text.Contains("--supply changes nothing here", StringComparison.Ordinal));
    }

    private static FlashOutcome Flash(VirtualBoard board, FirmwareImage image, JobListener? listener = null, double? volts = null)
    {
        using var session = Open(board);
        return new RomProgrammer(session, listener).Flash(image, new FlashOptions { Volts = volts }, ResetAfter.Run, default);
    }

    private static RomSession Open(VirtualBoard board, string? chip = null) =>
        DfuSource.Open(board.OpenDfu(TimeSpan.FromSeconds(3)) ?? throw new InvalidOperationException("no DFU device"), board.Clock, "dfu", chip);

    private static Stm32Chip Silicon(VirtualBoard board) => ((ChipOnBoard)board.Chip).Silicon;

    private VirtualBoard InItsLoader(string part, params string[] faults)
    {
        var store = new BoardStore(_folder.File("bench"));
        var name = $"b{_boards++}";
        store.New(name, part, "v2-1", faults);
        using (var virgin = store.Open(name))
        {
            Silicon(virgin).Flash[..8].Fill(0x24); // an empty one would go into its loader whatever the pin says
        }

        store.Set(name, ["boot0=1"]);
        return store.Open(name);
    }

    private static FirmwareImage Image(Stm32Chip chip, int length)
    {
        byte[] head = [.. BitConverter.GetBytes(chip.Part.Ram[0].Range.Start.Value + 0x800), .. BitConverter.GetBytes(Start + 9), 0xFE, 0xE7];
        return FlashingBench.Image((Start, [.. head, .. FlashingBench.Bytes(length - head.Length, 17)]));
    }
}
