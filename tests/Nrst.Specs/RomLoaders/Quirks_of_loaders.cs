using System.Globalization;
using Nrst.Bootloaders;
using Nrst.Targets;

namespace Nrst.Specs.RomLoaders;

/// <summary>Every row of <c>data/bootloaders/quirks.txt</c>, on every chip it names that the bench has, and what is known of loaders beside.</summary>
public sealed class Quirks_of_loaders
{
    private const uint Start = LoaderBoard.Start;

    public static TheoryData<string, string, string> Rows =>
        [.. RomQuirks.All.SelectMany(row => row.Ids.Where(Playable).Select(id => (row.Route, row.Quirk.ToString(), id.ToString("X3", CultureInfo.InvariantCulture))))];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Each_is_allowed_for(string route, string quirk, string id)
    {
        var part = PartOf(ushort.Parse(id, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        switch ((route, Enum.Parse<RomQuirk>(quirk)))
        {
            case ("dfu", RomQuirk.BankTwoStaysBusy):
                ErasesTheSecondBank(part);
                break;
            case ("dfu", RomQuirk.NoMassErase):
                ErasesEverything(new LoaderBoard(part, "dfu-no-mass-erase"), board => board.OpenUsb());
                break;
            case ("uart", RomQuirk.NoMassErase):
                ErasesEverything(new LoaderBoard(part), board => board.OpenSerial());
                break;
            case (_, RomQuirk.StaysAfterLeave):
                TellsOfTheEmptyFlash(part, route);
                break;
            case ("uart", RomQuirk.GoWithoutAck):
                StartsTheProgram(part, "uart-no-ack-on-go");
                break;
            case ("uart", RomQuirk.AckTwice):
                StartsTheProgram(part, "uart-two-acks");
                break;
            default:
                Assert.Fail($"nothing exercises {route}: {quirk}");
                break;
        }
    }

    /// <summary>The lists of known defects in the application notes, forums and logs, and what holds nrst to each; or why a host has nothing to do with it.</summary>
    [Theory]
    [InlineData("DFU, STM32H743 V9.1: erases in bank 2 never end", nameof(Each_is_allowed_for))]
    [InlineData("DFU, STM32H7 V13.3: the mass erase does nothing", nameof(Each_is_allowed_for))]
    [InlineData("DFU, STM32H743: the tail of a block is lost", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, STM32F4: a mass erase says 100 ms and takes half a minute", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, STM32L43x: blocks that are no multiple of 8 are damaged", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, STM32L43x: GETSTATUS stalls while the flash is busy", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, a virgin STM32L4 stays in its loader", nameof(Each_is_allowed_for))]
    [InlineData("DFU, STM32L07x: writes fail behind some host controllers", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, STM32L07x: an erase beyond the end kills the loader", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU and USART, STM32L0/L1: erased is 0x00", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, STM32F745: GETSTATUS takes 1.5 s", nameof(A_status_that_takes_its_time_is_waited_for))]
    [InlineData("DFU, STM32G0B1: all alternate settings are called flash", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, STM32C5: CLRSTATUS stalls outside dfuERROR, GET_DESCRIPTOR 0x21 hangs", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU, the first status is an error", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("DFU and USART, write protection is passed over in silence", nameof(A_defect_is_told))]
    [InlineData("USART, V3.0: a bad address is met with silence", nameof(A_bad_address_is_an_error_where_it_is_met_with_silence))]
    [InlineData("USART, STM32H74x V9.0: no acknowledge of Go", nameof(Each_is_allowed_for))]
    [InlineData("USART, STM32H723: what was just written reads as erased", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("USART, STM32F40x: two refusals", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("USART, STM32L412: two acknowledges", nameof(Each_is_allowed_for))]
    [InlineData("USART, STM32F0x0: an empty flash is noted at power-on only", nameof(Each_is_allowed_for))]
    [InlineData("USART, speed measured by software", nameof(A_speed_that_is_not_understood_is_followed_by_a_lower_one))]
    [InlineData("USART, few page numbers at once", nameof(A_defect_leaves_no_trace_in_the_flash))]
    [InlineData("STM32F40x: Go leaves AHB1ENR at 0", null)] // between loader and program; a reset by the lines of the port is the way out
    [InlineData("STM32F401RE: the unique id reads as a whole block only", null)] // it is not read
    [InlineData("STM32L0: the loader cannot be entered by a jump", null)] // entered by a reset only
    [InlineData("STM32H5: no Read Unprotect; STM32H7 with its boot address in the ROM", null)] // read protection is not lifted through a loader
    public void What_is_known_of_loaders_has_a_test(string known, string? test) =>
        Assert.True(test is null || typeof(Quirks_of_loaders).GetMethod(test) is not null, known);

    [Theory]
    [InlineData("dfu", "STM32F407VG", "dfu-tail-lost", 9_001)]
    [InlineData("dfu", "STM32H743ZI", null, 9_001)]
    [InlineData("dfu", "STM32L433CC", null, 9_003)]
    [InlineData("dfu", "STM32F407VG", "dfu-stall-while-busy", 3_000)]
    [InlineData("dfu", "STM32F407VG", "dfu-first-status-error", 3_000)]
    [InlineData("dfu", "STM32L073RZ", null, 6_001)]
    [InlineData("dfu", "STM32G0B1RE", null, 3_000)]
    [InlineData("dfu", "STM32C562RE", null, 3_000)]
    [InlineData("uart", "STM32H723ZG", null, 3_001)]
    [InlineData("uart", "STM32L073RZ", null, 3_001)]
    [InlineData("uart", "STM32F407VG", "uart-two-nacks", 3_001)]
    [InlineData("uart", "STM32F407VG", "uart-reads-erased", 3_001)]
    [InlineData("uart", "STM32L476RG", "uart-page-limit:3", 20_001)]
    public void A_defect_leaves_no_trace_in_the_flash(string route, string part, string? fault, int length)
    {
        using var board = new LoaderBoard(part, fault is null ? [] : [fault]);
        board.Hold(part is "STM32G0B1RE" or "STM32C562RE" ? [] : FlashingBench.Bytes(length + 3_000, 3)); // these two ask the flash and not the pin
        var image = board.Image(length);
        LoaderBoard.Flash(route == "dfu" ? board.OpenUsb() : board.OpenSerial(), image);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..length]);
    }

    /// <summary>What a loader says it did and did not is found out by reading, and called what it is; nothing is called a success.</summary>
    [Theory]
    [InlineData("dfu", "STM32F407VG", "dfu-write-dropped", "NRST5103")]
    [InlineData("dfu", "STM32L073RZ", "dfu-erase-dropped", "NRST5501")]
    [InlineData("dfu", "STM32F407VG", "write-protected:0", "NRST5501")]
    [InlineData("uart", "STM32F407VG", "write-protected:0", "NRST5501")]
    [InlineData("dfu", "STM32F407VG", "rdp1 dfu-reports-ok", "NRST6501")]
    public void A_defect_is_told(string route, string part, string faults, string code)
    {
        using var board = new LoaderBoard(part, faults.Split(' '));
        board.Hold(FlashingBench.Bytes(9_000, 3));
        var image = board.Image(5_000);

        var told = Assert.ThrowsAny<NrstException>(() => LoaderBoard.Flash(route == "dfu" ? board.OpenUsb() : board.OpenSerial(), image, ResetAfter.Run));

        Assert.Equal(code, told.Code);
        Assert.NotEmpty(told.Remedies);
        Assert.False(image.Pieces[0].Data.Span.SequenceEqual(board.Silicon.Flash[..5_000])); // else there was nothing to tell
        Assert.True(board.Board.IsInItsLoader); // and what is not right was not started
    }

    [Fact]
    public void A_status_that_takes_its_time_is_waited_for()
    {
        using var board = new LoaderBoard("STM32F746ZG");
        var image = board.Image(2_000);
        LoaderBoard.Flash(board.OpenUsb(pipe => new SlowStatus(pipe, board.Board.Clock)), image);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..2_000]);
    }

    [Fact]
    public void A_bad_address_is_an_error_where_it_is_met_with_silence()
    {
        using var board = new LoaderBoard("STM32F407VG", "uart-no-nack-for-address");
        using var session = board.OpenSerial();
        var told = Assert.Throws<FlashException>(() => new RomProgrammer(session).Read(new AddressRange(new Address(0x7000_0000), 16), default));
        Assert.Equal("NRST2503", told.Code);
        Assert.Equal(16, new RomProgrammer(session).Read(new AddressRange(new Address(Start), 16), default).Length); // and in step again
    }

    [Fact]
    public void A_speed_that_is_not_understood_is_followed_by_a_lower_one()
    {
        using var board = new LoaderBoard("STM32F407VG", ["boot-wiring=rts-nrst,!dtr-boot0"], ["uart-deaf-above:57600"]);
        var wiring = Bootloaders.Usart.BootWiring.Parse("rts-nrst,!dtr-boot0");
        var image = board.Image(600);
        var session = board.OpenSerial(wiring: wiring);
        Assert.Contains(session.Chip.Notes, note => note.Contains("57600", StringComparison.Ordinal));
        LoaderBoard.Flash(session, image);
        Assert.Equal(image.Pieces[0].Data.ToArray(), board.Silicon.Flash[..600]);

        Assert.Equal("NRST3512", Assert.Throws<TargetException>(() => board.OpenSerial(wiring: wiring, baud: 115_200)).Code); // who names one gets that one
    }

    private static void ErasesTheSecondBank(string part)
    {
        using var board = new LoaderBoard(part, "dfu-bank2-never-ready");
        board.Hold(FlashingBench.Bytes(board.Silicon.Flash.Length, 3));
        var middle = board.Silicon.Flash.Length / 2;
        var data = FlashingBench.Bytes(1_000, 4);
        LoaderBoard.Flash(board.OpenUsb(), FlashingBench.Image((Start + (uint)middle, data)));
        Assert.Equal(data, board.Silicon.Flash[middle..(middle + 1_000)]);
    }

    private static void ErasesEverything(LoaderBoard board, Func<LoaderBoard, RomSession> open)
    {
        using (board)
        {
            board.Hold(FlashingBench.Bytes(board.Silicon.Flash.Length, 3));
            using var session = open(board);
            Assert.False(session.Loader.CanEraseAll);
            new RomProgrammer(session).Erase(null, default);
            Assert.Equal(-1, board.Silicon.Flash.IndexOfAnyExcept(board.Erased));
        }
    }

    /// <summary>What a user would wonder at: programmed and proved, and the loader is back.</summary>
    private static void TellsOfTheEmptyFlash(string part, string route)
    {
        using var board = new LoaderBoard(part);
        board.Hold([]);
        var (image, events) = (board.Image(500), new List<JobEvent>());
        var outcome = LoaderBoard.Flash(route == "dfu" ? board.OpenUsb(chip: part) : board.OpenSerial(), image, ResetAfter.Run, events.Add);
        Assert.Contains(events.OfType<JobEvent.Noticed>(), notice => notice.Text.Contains("Power it anew", StringComparison.Ordinal));
        Assert.Equal(route == "dfu" ? FirmwareState.InLoader : FirmwareState.Started, outcome.Observed!.State);
        board.Board.Clock.Wait(TimeSpan.FromSeconds(1));
        board.Silicon.RunUntil(board.Board.VirtualClock.Nanoseconds);
        Assert.Equal(route == "dfu", board.Board.IsInItsLoader);

        events.Clear();
        LoaderBoard.Flash(route == "dfu" ? board.OpenUsb(chip: part) : board.OpenSerial(), board.Image(501), ResetAfter.Run, events.Add);
        Assert.DoesNotContain(events.OfType<JobEvent.Noticed>(), notice => notice.Text.Contains("Power it anew", StringComparison.Ordinal));
    }

    private static void StartsTheProgram(string part, string fault)
    {
        using var board = new LoaderBoard(part, fault);
        board.Hold(FlashingBench.Bytes(900, 3));
        var outcome = LoaderBoard.Flash(board.OpenSerial(), board.Image(600), ResetAfter.Run);
        Assert.Equal(FirmwareState.Started, outcome.Observed!.State);
        board.Board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Assert.Equal(Start + 8, board.Silicon.Core.GetRegister(15));
    }

    private static bool Playable(ushort id) => DeviceDatabase.FindAllById(id).Count > 0;

    private static string PartOf(ushort id) => DeviceDatabase.FindAllById(id)[0].Parts.MinBy(part => part.FlashKiB)!.Name;

    /// <summary>A device that takes a second and a half over some answers.</summary>
    private sealed class SlowStatus(IControlPipe pipe, IClock clock) : IControlPipe
    {
        private int _asked;

        public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit)
        {
            if (requestType == 0xA1 && request == 3 && _asked++ % 5 == 0)
            {
                var slow = TimeSpan.FromSeconds(1.6);
                clock.Wait(slow < limit ? slow : limit);
                if (limit <= slow)
                {
                    throw new ProbeException("NRST1103", "It did not answer in time.") { TimedOut = true };
                }
            }

            return pipe.Control(requestType, request, value, index, data, limit);
        }

        public void Claim(byte @interface, byte alternate = 0) => pipe.Claim(@interface, alternate);

        public void Reset() => pipe.Reset();

        public void Dispose() => pipe.Dispose();
    }
}
