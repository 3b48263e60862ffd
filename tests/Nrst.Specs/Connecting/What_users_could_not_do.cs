using Nrst.Flash;
using Nrst.Images;

namespace Nrst.Specs.Connecting;

/// <summary>Questions people asked in public because another tool failed or lied, with the figures they gave. Here they end well, or in the truth.</summary>
public sealed class What_users_could_not_do : IDisposable
{
    private readonly CommandLine _nrst = new();

    public void Dispose() => _nrst.Dispose();

    /// <summary>
    /// An STM32F407 whose NRST a supervisor drives push-pull: DEV_TARGET_RESET_ERR in every mode but core reset, and then a wrong byte in the
    /// verification of 70,468 bytes in sectors 0 to 4.
    /// </summary>
    [Fact]
    public void An_F407_whose_supervisor_drives_NRST_high_is_programmed_proved_and_told_what_is_wrong()
    {
        using var board = new SickBoard("STM32F407VG", "v2");
        board.Poke(0x4002_3830, 0x0060_0000); // the program uses both DMAs
        var image = Firmware(70_468);
        using var target = board.Connect(probe => (probe.NoSystemReset, probe.ResetLineDead) = (true, true), new ConnectOptions(Chip: "STM32F407VG"));
        var heard = new List<JobEvent>();

        var outcome = new Programmer(target, heard.Add).Flash(image, new FlashOptions { AlwaysErase = true }, ResetAfter.Run, default);

        Assert.Equal(70_468, image.Bytes);
        Assert.Equal([0, 1, 2, 3, 4], outcome.Report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector.Number));
        Assert.Equal((VerifyMode.Hash, 70_468L), (outcome.Report.Proof.Mode, outcome.Report.Proof.BytesCompared));
        Assert.True(outcome.Report.UsedLoader);
        Assert.Equal(FirmwareState.Running, outcome.Observed!.State);
        var told = target.Repairs.Single(repair => repair.Name == "core-reset").Text;
        Assert.Contains("push-pull", told, StringComparison.Ordinal);
        Assert.Contains("1 kΩ", told, StringComparison.Ordinal);
        Assert.Contains("DMA1, DMA2", target.Repairs.Single(repair => repair.Name == "quieted").Text, StringComparison.Ordinal);
        Assert.Contains(heard.OfType<JobEvent.Noticed>(), notice => notice.Text.Contains("reset of the core alone", StringComparison.Ordinal));
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Dump(0x0800_0000, image.Pieces[0].Data.Length));
    }

    /// <summary>The same board, asked for the resets it cannot do: each is named for what it is.</summary>
    [Theory]
    [InlineData(ConnectMode.Normal)]
    [InlineData(ConnectMode.UnderReset)]
    public void On_that_board_the_other_resets_fail_with_their_reason(ConnectMode mode)
    {
        using var board = new SickBoard("STM32F407VG", "v2");

        var error = Assert.Throws<TargetException>(() => board.Connect(
            probe => (probe.NoSystemReset, probe.ResetLineDead) = (true, true), new ConnectOptions(mode)));

        Assert.Equal("NRST3101", error.Code);
        Assert.NotEmpty(error.Remedies);
    }

    /// <summary>
    /// An STM32H725 over an ST-LINK/V2 at 3.23 V: its id could be read only now and then, and pressing the button five times programmed it five
    /// times. 0x5DA88 bytes, sectors 0 to 2.
    /// </summary>
    [Fact]
    public void An_H725_in_a_bad_state_is_reached_another_way_and_one_request_programs_it_once()
    {
        using var board = new SickBoard("STM32H725AG", "v2");
        var image = FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(0x5DA88)));
        using var target = board.Connect(probe =>
        {
            probe.NoSystemReset = true;
            probe.Reads = (seen, at, value) => at.Value == 0x5C00_1000 && seen.Pulses == 0 ? 0 : value;
        });
        var heard = new List<JobEvent>();

        var outcome = new Programmer(target, heard.Add).Flash(image, new FlashOptions(), ResetAfter.Halt, default);

        Assert.Equal("under-reset-slow", target.Rungs[^1].Name);
        Assert.Equal(0x483, target.Chip.Device.DeviceId);
        Assert.Equal(383_624, outcome.Report.Proof.BytesCompared);
        Assert.Single(heard, happened => happened is JobEvent.PhaseStarted { Phase: Phase.Program });
        Assert.Single(heard, happened => happened is JobEvent.PhaseFinished { Phase: Phase.Verify });
        Assert.Equal(FlashingBench.Bytes(0x5DA88)[..4096], board.Dump(0x0800_0000, 4096));
    }

    /// <summary>The other tool erased it although its device id could not be read.</summary>
    [Fact]
    public void An_H725_that_says_half_of_who_it_is_is_never_erased()
    {
        using var board = new SickBoard("STM32H725AG", "v2");
        using (var target = board.Connect())
        {
            new Programmer(target).Flash(FlashingBench.Image((0x0800_0000, FlashingBench.Bytes(4096))), new FlashOptions(), ResetAfter.Halt, default);
        }

        Assert.ThrowsAny<TargetException>(() => board.Connect(probe => probe.Reads = (_, at, value) => at.Value == 0x5C00_1000 ? 0 : value));

        Assert.Equal(FlashingBench.Bytes(4096), board.Dump(0x0800_0000, 4096));
    }

    /// <summary>
    /// An STM32H743 on a board of its own without the right capacitors on VCAP, over an STLINK-V3: "File download complete", and then 0x00 instead
    /// of 0x08 at 0x0800_0002, the initial stack pointer.
    /// </summary>
    [Fact]
    public void An_H743_whose_flash_does_not_read_as_it_was_written_is_no_success()
    {
        using var board = new SickBoard("STM32H743ZI", "v3");
        var bytes = FlashingBench.Bytes(66_744);
        BitConverter.TryWriteBytes(bytes, 0x2408_0000u);
        using var target = board.Connect();

        var error = Assert.Throws<ProofException>(() => new Programmer(target, happened =>
        {
            if (happened is JobEvent.PhaseStarted { Phase: Phase.Verify })
            {
                board.Probe.Reads = (_, at, value) => at.Value == 0x0800_0000 ? value & 0xFF00_FFFF : value;
            }
        }).Flash(FlashingBench.Image((0x0800_0000, bytes)), new FlashOptions { Verify = VerifyMode.Readback }, ResetAfter.Run, default));

        Assert.Equal(("NRST5106", new Address(0x0800_0002)), (error.Code, error.First));
    }

    /// <summary>"File download complete" a fraction of a second after the erase of three sectors of 128 KiB began, over the old program.</summary>
    [Fact]
    public void An_H725_that_ignores_its_flash_commands_is_refused_as_implausible() =>
        IgnoredCommandsAreNoSuccess("STM32H725AG", 0x5DA88);

    /// <summary>"erase: 0003ms" for 522 sectors of an STM32L073, and 66,748 bytes downloaded that were not there afterwards.</summary>
    [Fact]
    public void An_L073_whose_erase_never_happens_is_never_a_success() =>
        IgnoredCommandsAreNoSuccess("STM32L073RZ", 66_748);

    private void IgnoredCommandsAreNoSuccess(string chip, int bytes)
    {
        _nrst.Run("bench", "new", "deaf", "--chip", chip, "--probe-kind", "v2", "--fault", "flash-ignores-commands").Exits(0);

        var outcome = _nrst.Run("flash", _nrst.File("new.bin", FlashingBench.Bytes(bytes)) + "@0x08000000", "--always-erase", "--probe", "virtual:deaf", "--json");

        outcome.Exits(7);
        Assert.False((bool)outcome.Document["ok"]!);
        var error = outcome.Document["error"]!;
        Assert.Equal("NRST2005", (string?)error["code"]);
        Assert.Contains("cannot take less than", error["evidence"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("FLASH_SR", error["evidence"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("proved", outcome.Talk, StringComparison.Ordinal);
    }

    /// <summary>The sample, which is seen running, and behind it as much as is missing.</summary>
    private static FirmwareImage Firmware(int bytes)
    {
        var sample = ImageReader.Load(Repository.Sample, null);
        var end = sample.Pieces[^1].Range.Last + 1;
        var rest = new ImagePiece(end, FlashingBench.Bytes((int)(bytes - sample.Bytes)), "the rest");
        return new FirmwareImage("Gas_station_PoC_v1.elf", ImageFormat.Elf, [.. sample.Pieces, rest], sample.Entry);
    }
}
