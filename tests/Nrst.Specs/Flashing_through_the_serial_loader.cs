using Nrst.Flash;
using Nrst.Images;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;
using BootWiring = Nrst.Bootloaders.Usart.BootWiring;

namespace Nrst.Specs;

/// <summary>nrst and the loader in the ROM of virtual chips, over a serial line.</summary>
public sealed class Flashing_through_the_serial_loader : IDisposable
{
    private const uint Start = 0x0800_0000;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("STM32F072CB")]
    [InlineData("STM32F103CB")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32G474RE")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32L073RZ")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32U575ZI")]
    public void A_program_replaces_another_is_proved_and_runs(string part)
    {
        using var board = InItsLoader(part);
        var silicon = Silicon(board);
        FlashingBench.Bytes(12_000, 3).CopyTo(silicon.Flash);
        var image = Image(silicon, 5_031);

        var outcome = Flash(board, image);

        Assert.Equal(image.Pieces[0].Data.ToArray(), silicon.Flash[..5_031]);
        Assert.Equal(FirmwareState.Started, outcome.Observed!.State);
        board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Assert.Equal(Start + 8, silicon.Core.GetRegister(15));
    }

    [Theory]
    [InlineData("uart-two-acks")]
    [InlineData("uart-two-nacks")]
    [InlineData("uart-page-limit:8")]
    [InlineData("uart-wants-parity")]
    [InlineData("uart-nack-at:9")]
    [InlineData("uart-silent-at:12")]
    [InlineData("uart-noise:200")]
    [InlineData("uart-loses-bytes:200")]
    public void Defects_and_disturbances_are_got_over(string fault)
    {
        using var board = InItsLoader("STM32L476RG", fault);
        var silicon = Silicon(board);
        FlashingBench.Bytes(40_000, 3).CopyTo(silicon.Flash);
        var image = Image(silicon, 30_000);

        for (var attempt = 0; attempt < 3; attempt++)
        {
            try
            {
                Flash(board, image, ResetAfter.None);
                break;
            }
            catch (NrstException told) when (attempt < 2 && told is ProofException or { Code: "NRST2504" or "NRST3513" })
            {
                // Noise may win once; nothing of it may be called a success.
            }
        }

        Assert.Equal(image.Pieces[0].Data.ToArray(), silicon.Flash[..30_000]);
    }

    [Fact]
    public void A_loader_that_measures_the_speed_wrongly_is_told_from_one_that_is_not_there()
    {
        using var deaf = InItsLoader("STM32F407VG", "uart-deaf-above:57600");
        Assert.Equal("NRST3512", Assert.Throws<TargetException>(() => Open(deaf)).Code);

        using var other = Store("other").Open("b");
        Assert.Equal("NRST3511", Assert.Throws<TargetException>(() => Open(other)).Code);
    }

    [Fact]
    public void Another_part_than_was_named_is_refused()
    {
        using var board = InItsLoader("STM32F407VG");
        Assert.Equal("NRST3501", Assert.Throws<TargetException>(() => Open(board, "STM32L476RG")).Code);
    }

    [Fact]
    public void DTR_and_RTS_bring_the_chip_into_its_loader_and_out_of_it()
    {
        var store = Store("wired");
        store.Set("b", ["boot-wiring=rts-nrst,!dtr-boot0"]);
        using var board = store.Open("b");
        var image = Image(Silicon(board), 600);
        using (var session = Open(board, null, BootWiring.Parse("rts-nrst,!dtr-boot0")))
        {
            new RomProgrammer(session).Flash(image, new FlashOptions(), ResetAfter.Run, default);
        }

        board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Assert.Equal(Start + 8, Silicon(board).Core.GetRegister(15));
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("dtr-nrst,rts-nrst")]
    [InlineData("")]
    public void What_is_no_wiring_is_refused(string text) => Assert.Equal("NRST0502", Assert.Throws<UsageException>(() => BootWiring.Parse(text)).Code);

    [Fact]
    public void A_place_where_nothing_is_is_refused()
    {
        using var board = InItsLoader("STM32F407VG");
        using var session = Open(board);
        Assert.Equal("NRST2503", Assert.Throws<FlashException>(() => new RomProgrammer(session).Read(new AddressRange(new Address(0x7000_0000), 16), default)).Code);
    }

    [Fact]
    public void Programming_keeps_up_with_the_line()
    {
        using var board = InItsLoader("STM32H743ZI");
        var silicon = Silicon(board);
        FlashingBench.Bytes(silicon.Flash.Length, 3).CopyTo(silicon.Flash);
        var report = Flash(board, Image(silicon, 64 * 1024), ResetAfter.None).Report;
        const double Characters = 67_867 + 798; // of 256 blocks: command, address, data, and an answer to each
        Assert.True(report.Seconds.Compare < 0.1, $"{report.Seconds.Compare} s to see that other bytes are there");
        Assert.True(report.Seconds.Verify < Characters * 11 / 115_200 / 0.95, $"{report.Seconds.Verify} s to read it back");
        Assert.True(report.Seconds.Program < Characters * 11 / 115_200 / 0.95, $"{report.Seconds.Program} s");
    }

    private static FlashOutcome Flash(VirtualBoard board, FirmwareImage image, ResetAfter after = ResetAfter.Run)
    {
        using var session = Open(board);
        return new RomProgrammer(session).Flash(image, new FlashOptions(), after, default);
    }

    private static RomSession Open(VirtualBoard board, string? chip = null, BootWiring? wiring = null) => UsartSource.Open(
        board.OpenSerial() ?? throw new InvalidOperationException("no USART"), board.Clock, new ProbeSelector.SerialPort("virtual:b", null), chip, wiring);

    private static Stm32Chip Silicon(VirtualBoard board) => ((ChipOnBoard)board.Chip).Silicon;

    private BoardStore Store(string folder, string part = "STM32F407VG", params string[] faults)
    {
        var store = new BoardStore(_folder.File(folder));
        store.New("b", part, "v2-1", faults);
        using var virgin = store.Open("b");
        Silicon(virgin).Flash[..8].Fill(0x24); // an empty one would go into its loader whatever the pin says
        return store;
    }

    private VirtualBoard InItsLoader(string part, params string[] faults)
    {
        var store = Store("bench", part, faults);
        store.Set("b", ["boot0=1"]);
        return store.Open("b");
    }

    private static FirmwareImage Image(Stm32Chip chip, int length)
    {
        byte[] head = [.. BitConverter.GetBytes(chip.Part.Ram[0].Range.Start.Value + 0x800), .. BitConverter.GetBytes(Start + 9), 0xFE, 0xE7];
        return FlashingBench.Image((Start, [.. head, .. FlashingBench.Bytes(length - head.Length, 17)]));
    }
}
