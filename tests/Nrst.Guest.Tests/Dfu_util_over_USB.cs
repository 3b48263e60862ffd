namespace Nrst.Guest;

/// <summary>dfu-util, an unmodified libusb and a real kernel against the bootloader of a virtual chip.</summary>
[Collection(InTheGuest.Name)]
public sealed class Dfu_util_over_USB(GuestRig rig)
{
    [Fact]
    public async Task It_finds_the_bootloader_writes_reads_back_and_sees_it_go()
    {
        var guest = await rig.Guest();
        (await guest.Run("dmesg -C")).Succeeds();
        await using var boards = new ServedBoards(guest);
        boards.Make("board", "v2-1", "STM32F072CB");
        boards.Run("bench", "set", "board", "boot0=1");
        await boards.Serve(["board"]);
        await boards.PlugChip("board");

        var listed = (await guest.Run("dfu-util -l")).Succeeds().Output;
        Assert.Contains("Found DFU: [0483:df11] ver=2200", listed, StringComparison.Ordinal);
        Assert.Contains("alt=0, name=\"@Internal Flash  /0x08000000/064*0002Kg\"", listed, StringComparison.Ordinal);
        var described = (await guest.Run("lsusb -v -d 0483:df11")).Succeeds();
        Assert.DoesNotMatch("(?i)can't get|warning|error|unknown|invalid|\\*\\*", described.Output);

        // A stack, a vector, a branch to itself.
        (await guest.Run(
            "printf '\\000\\010\\000\\040\\011\\000\\000\\010\\376\\347' > /tmp/image; head -c 4990 /dev/urandom >> /tmp/image"
            + " && dfu-util -a 0 -s 0x08000000 -D /tmp/image && rm -f /tmp/back && dfu-util -a 0 -s 0x08000000:5000 -U /tmp/back && cmp /tmp/image /tmp/back",
            seconds: 60)).Succeeds();
        (await guest.Run("dfu-util -a 0 -s 0x08000000:leave -D /tmp/image && sleep 1", seconds: 60)).Succeeds();
        Assert.DoesNotContain("Found DFU", (await guest.Run("dfu-util -l")).Output, StringComparison.Ordinal);
    }
}
