namespace Nrst.Guest;

/// <summary>What Linux and lsusb think of the probes' descriptors.</summary>
[Collection(InTheGuest.Name)]
public sealed class Lsusb_reads_the_probes(GuestRig rig)
{
    [Theory]
    [InlineData("v2", "idProduct 0x3748", "12Mbit", "EP 2 OUT", "EP 3 IN")]
    [InlineData("v2-1", "idProduct 0x374b", "12Mbit", "EP 1 OUT", "EP 2 IN")]
    [InlineData("v3", "idProduct 0x374e", "480Mbit", "EP 1 OUT", "EP 2 IN")]
    public async Task Without_complaint(string kind, string product, string speed, string commands, string trace)
    {
        var guest = await rig.Guest();
        (await guest.Run("dmesg -C")).Succeeds();
        var (boards, device) = await ServedBoards.OneBoard(guest, kind);
        await using var _ = boards;

        var run = (await guest.Run("lsusb -v -d 0483:")).Succeeds();

        Assert.Equal("", run.Talk);
        Assert.DoesNotMatch("(?i)can't get|warning|error|unknown|invalid|\\*\\*", run.Output);
        var text = string.Join('\n', run.Output.Split('\n').Select(line => string.Join(' ', line.Split(' ', StringSplitOptions.RemoveEmptyEntries))));
        Assert.Contains(product, text, StringComparison.Ordinal);
        foreach (var endpoint in (string[])["EP 1 IN", commands, trace])
        {
            Assert.Contains(endpoint, text, StringComparison.Ordinal);
        }

        Assert.Contains($"iSerial 3 {boards.Serial("board")}\n", text, StringComparison.Ordinal);
        Assert.Contains($"{speed[..^3]}\n", (await guest.Run($"cat /sys/bus/usb/devices/{device}/speed; echo; lsusb -t")).Succeeds().Output + "\n", StringComparison.Ordinal);
        Assert.Equal("", (await guest.Run("complaints")).Succeeds().Output);
    }

    [Fact]
    public async Task A_probe_that_is_pulled_is_gone_and_comes_back()
    {
        var guest = await rig.Guest();
        var (boards, first) = await ServedBoards.OneBoard(guest, "v2-1");
        await using var _ = boards;
        (await guest.Run("lsusb -d 0483:374b")).Succeeds();

        await boards.Stop();
        (await guest.Run("lsusb -d 0483:374b")).Exits(1);
        await boards.Serve(["board"]);
        var second = await boards.Plug("board");

        (await guest.Run("lsusb -d 0483:374b")).Succeeds();
        Assert.Equal(first, second);
    }
}
