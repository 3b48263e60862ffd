using static Nrst.VirtualBench.Tests.Faults.FaultyBoard;

namespace Nrst.VirtualBench.Tests.Faults;

public sealed class Wires_and_probes
{
    [Fact]
    public void A_wire_that_is_off_answers_nothing()
    {
        using var board = new FaultyBoard("STM32F407VG", "swd-disconnected");
        Assert.Equal(3.3, board.Volts(), 0.01);
        Assert.Equal(GetIdCodeError, board.Enter());
    }

    [Fact]
    public void Long_wires_lose_transfers_above_their_clock_and_none_below()
    {
        using var board = new FaultyBoard("STM32F407VG", "swd-noisy-above:1000");
        board.Divisor(3); // 950 kHz
        Assert.Equal(Ok, board.Enter());
        Assert.Equal(0, Lost(board));
        board.Divisor(0); // 4 MHz
        Assert.InRange(Lost(board), 1, 60);
    }

    [Fact]
    public void Another_driver_on_SWDIO_spoils_transfers_at_every_clock_and_fewer_at_a_low_one()
    {
        using var board = new FaultyBoard("STM32F407VG", "swdio-contention");
        while (board.Enter() != Ok)
        {
        }

        board.Divisor(0);
        var quick = Lost(board);
        board.Divisor(40); // 100 kHz
        var slow = Lost(board);
        Assert.True(quick > 4 * slow && slow > 0, $"{quick} and {slow} of 1000");
    }

    /// <summary>Both kinds: nobody drove the line, and wrong parity.</summary>
    [Fact]
    public void What_is_spoilt_is_an_acknowledge_or_a_parity()
    {
        using var board = new FaultyBoard("STM32F407VG", "swdio-contention");
        while (board.Enter() != Ok)
        {
        }

        var seen = Enumerable.Range(0, 2000).Select(_ => board.Dpidr().Status).ToHashSet();
        Assert.Equal([DpError, DpParity, Ok], seen.Order());
    }

    [Fact]
    public void A_copy_of_a_probe_tells_a_short_serial_a_strange_version_and_always_the_same_volts()
    {
        using var board = new FaultyBoard("STM32F407VG", "probe-clone", "no-target-power");
        Assert.Matches("^[0-9A-F]{8}$", board.Board.Identity.Serial);
        Assert.Equal("V2J37M26S7", board.Board.Identity.Firmware);
        Assert.Equal(3.24, board.Volts(), 0.01);
        Assert.Throws<UsageException>(() => FaultyBoard.Behind("v3", "STM32F407VG", "probe-clone"));
    }

    [Theory]
    [InlineData("v2", "V2J17S4")]
    [InlineData("v2-1", "V2J22M5")]
    [InlineData("v3", "V3J1M1")]
    public void A_firmware_of_the_first_years_does_not_know_later_commands(string kind, string version)
    {
        using var board = FaultyBoard.Behind(kind, "STM32F407VG", "probe-firmware-old");
        Assert.Equal(version, board.Board.Identity.Firmware);
        Assert.Equal(0x42, board.Ask(8, 0xF2, 0x56)[0]); // board identifiers
    }

    [Fact]
    public void A_copy_on_an_ordinary_board_measures_what_it_always_does()
    {
        using var board = new FaultyBoard("STM32F407VG", "probe-clone", "vdd-low:1700");
        Assert.Equal(3.24, board.Volts(), 0.01);
    }

    [Fact]
    public void Faults_of_USB_reach_the_endpoints()
    {
        using var board = new FaultyBoard("STM32F407VG", "usb-stall-at:3");
        board.Tell(0xF5);
        Assert.Equal("NRST1187", Assert.Throws<ProbeException>(() => board.Board.Device.Receive(new byte[2])).Code);
    }

    [Fact]
    public void Each_fault_of_USB_is_another_number_of_the_same_endpoint()
    {
        var usb = Nrst.VirtualBench.Faults.BoardPhysics.With(
            "usb-unplug-after:1", "usb-stall-at:2", "usb-answer-lost-at:3", "usb-answer-short-at:4", "usb-answer-late-at:5", "usb-extra-packet-at:6").Wire.Usb;
        Assert.Equal((1L, 2L, 3L, 4L, 5L, 6L), (usb.UnplugAfter, usb.StallAt, usb.AnswerLostAt, usb.AnswerShortAt, usb.AnswerLateAt, usb.ExtraPacketAt));
    }

    private static int Lost(FaultyBoard board) => Enumerable.Range(0, 1000).Count(_ => board.Dpidr().Status != Ok);
}
