namespace Nrst.Guest;

/// <summary>The virtual COM port, through the kernel's own driver for such ports.</summary>
[Collection(InTheGuest.Name)]
public sealed class The_serial_port_of_the_probe(GuestRig rig)
{
    [Theory]
    [InlineData("v2-1")]
    [InlineData("v3")]
    public async Task It_carries_what_the_firmware_says_about_itself(string kind)
    {
        var guest = await rig.Guest();
        await using var boards = new ServedBoards(guest);
        boards.Make("board", kind);
        boards.Run("flash", Repository.Sample, "--probe", "virtual:board").Exits(0);
        await boards.Serve(["board"]);
        await boards.Plug("board");

        // The firmware counts seconds; after the reset it begins anew, and says the CRC of the bytes it was programmed from.
        var run = (await guest.Run("""
            for try in $(seq 1 100); do [ -e /dev/ttyACM0 ] && break; sleep 0.05; done
            stty -F /dev/ttyACM0 115200 raw -echo
            timeout 40 grep -m 1 crc /dev/ttyACM0 &
            sleep 0.5
            st-flash reset >/dev/null 2>&1
            wait $!
            timeout 20 head -n 2 /dev/ttyACM0
            """)).Succeeds();

        // Before the first line may stand what the reset cut off.
        Assert.Contains("nrst blink-f4, 2012 bytes, crc 366156B2\n", run.Output, StringComparison.Ordinal);
        Assert.Matches("nrst blink \\d+\n$", run.Output);
    }
}
