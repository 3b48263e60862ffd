using Nrst.Flash;
using Nrst.Images;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>Firmware that nobody here wrote, through the loaders in the ROMs; it is let go by the loader, and lives.</summary>
public sealed class Real_firmware_through_a_loader : IDisposable
{
    private const uint Start = 0x0800_0000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("STM32F072RB", "NUCLEO_F072RB.bin")]
    [InlineData("STM32F411RE", "NUCLEO_F411RE.bin")]
    [InlineData("STM32F429ZI", "nucleo_f429zi.bin")]
    [InlineData("STM32F746ZG", "NUCLEO_F746ZG.bin")]
    [InlineData("STM32L476RG", "NUCLEO_L476RG.bin")]
    public void Over_USB_it_is_programmed_over_another_proved_and_runs(string part, string file)
    {
        var firmware = File.ReadAllBytes(Repository.Firmware(file));
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        FillWithOther(board, firmware.Length);
        Check(board, firmware, NrstInTheLoader.Flash(NrstInTheLoader.OverUsb(board), Start, firmware, ResetAfter.Run));
    }

    [Theory]
    [InlineData("STM32F072RB", "NUCLEO_F072RB.bin")]
    [InlineData("STM32F411RE", "NUCLEO_F411RE.bin")]
    [InlineData("STM32L053R8", "NUCLEO_L053R8.bin")]
    [InlineData("STM32L476RG", "NUCLEO_L476RG.bin")]
    public void Over_a_serial_line_it_is_programmed_over_another_proved_and_runs(string part, string file)
    {
        var firmware = File.ReadAllBytes(Repository.Firmware(file));
        using var board = Boards.InItsBootloader(_folder.File("bench"), part);
        FillWithOther(board, firmware.Length);
        Check(board, firmware, NrstInTheLoader.Flash(NrstInTheLoader.OverASerialLine(board), Start, firmware, ResetAfter.Run));
    }

    /// <summary>This one greets, and then waits to be spoken to.</summary>
    [Fact]
    public void Over_a_serial_line_that_of_an_STM32F103_greets()
    {
        var firmware = File.ReadAllBytes(Repository.Firmware("ST-Nucleo-F103RB.bin"));
        using var board = Boards.InItsBootloader(_folder.File("bench"), "STM32F103RB");
        FillWithOther(board, firmware.Length);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var outcome = NrstInTheLoader.Flash(NrstInTheLoader.OverASerialLine(board), Start, firmware, ResetAfter.Run);
        board.Clock.Wait(TimeSpan.FromMilliseconds(100));
        chip.RunUntil(board.VirtualClock.Nanoseconds);
        Assert.Equal(FirmwareState.Started, outcome.Observed!.State);
        Assert.Equal(firmware, chip.Flash[..firmware.Length]);
        Assert.Contains("{init}", string.Concat(chip.UsartLog.Select(sent => (char)sent.Value)), StringComparison.Ordinal);
    }

    /// <summary>It was made to fault, so that it is let go and no more.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_ELF_of_the_U585_is_programmed_proved_and_let_go(bool overUsb)
    {
        var image = ImageReader.Load(Repository.Firmware("stm32u585_hardfault_fp.elf"));
        using var board = Boards.InItsBootloader(_folder.File("bench"), "STM32U585AI");
        using (var session = overUsb ? NrstInTheLoader.OverUsb(board) : NrstInTheLoader.OverASerialLine(board))
        {
            var outcome = new RomProgrammer(session).Flash(image, new FlashOptions(), ResetAfter.Run, default);
            Assert.Equal((FirmwareState.Started, VerifyMode.Readback, image.Bytes), (outcome.Observed!.State, outcome.Report.Proof.Mode, outcome.Report.Proof.BytesCompared));
        }
    }

    private static void FillWithOther(VirtualBoard board, int length) =>
        FlashingBench.Bytes(length + 5_000, 3).CopyTo(((ChipOnBoard)board.Chip).Silicon.Flash);

    private static void Check(VirtualBoard board, byte[] firmware, FlashOutcome outcome)
    {
        Assert.Equal(firmware, ((ChipOnBoard)board.Chip).Silicon.Flash[..firmware.Length]);
        Assert.Equal((FirmwareState.Started, VerifyMode.Readback, firmware.LongLength), (outcome.Observed!.State, outcome.Report.Proof.Mode, outcome.Report.Proof.BytesCompared));
        Boards.AssertLives(board);
    }
}
