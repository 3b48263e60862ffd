using System.Globalization;

namespace Nrst.Guest;

/// <summary>st-flash and st-info 1.7 over USB, with their own loaders and their own time-outs.</summary>
[Collection(InTheGuest.Name)]
public sealed class St_flash_judges_the_bench(GuestRig rig)
{
    [Theory]
    [InlineData("v2", false)]
    [InlineData("v2", true)]
    [InlineData("v2-1", false)]
    [InlineData("v2-1", true)]
    [InlineData("v3", false)]
    [InlineData("v3", true)]
    public async Task It_finds_probe_and_chip_programs_and_reads_back(string kind, bool realtime)
    {
        var guest = await rig.Guest();
        // Of 32 KiB, its loader's largest chunk, it expects the end within half a second by the wall clock. In real time the board's clock gets
        // there whatever else this machine does; otherwise the bench has to be as fast as that, so it is given less.
        var bytes = new byte[realtime ? 70_468 : 12_001];
        new Random(2).NextBytes(bytes);
        var image = guest.Put("st-flash.bin", bytes);
        var (boards, _) = await ServedBoards.OneBoard(guest, kind, options: realtime ? ["--realtime"] : []);
        await using var stop = boards;

        var probe = (await guest.Run("st-info --probe", seconds: 30)).Succeeds().Output;
        Assert.Contains("Found 1 stlink programmers", probe, StringComparison.Ordinal);
        Assert.Contains($"serial:     {boards.Serial("board")}\n", probe, StringComparison.Ordinal);
        Assert.Contains("flash:      1048576 (pagesize: 16384)", probe, StringComparison.Ordinal);
        Assert.Contains("chipid:     0x0413", probe, StringComparison.Ordinal);

        var write = (await Write(guest, image)).Succeeds();
        var length = bytes.Length.ToString("x", CultureInfo.InvariantCulture);
        (await guest.Run($"st-flash read {LinuxGuest.JobFolder}/st-flash.back 0x08000000 0x{length}")).Succeeds();

        Assert.Contains("Flash written and verified! jolly good!", write.Output + write.Talk, StringComparison.Ordinal);
        // It moves whole words: behind an odd end it writes what its buffer happens to hold, and reads that back too.
        var read = guest.Get("st-flash.back");
        Assert.Equal((bytes.Length + 3) & ~3, read.Length);
        Assert.Equal(bytes, read[..bytes.Length]);
        await boards.Stop();
        Assert.Equal(bytes, Silicon.Flash(boards.Bench, "board", bytes.Length));
    }

    /// <summary>
    /// st-flash gives its loader half a second by the wall clock, which an emulated guest can miss while this machine does something else.
    /// Then, and only then, it is asked again.
    /// </summary>
    private static async Task<GuestRun> Write(LinuxGuest guest, string image)
    {
        GuestRun write;
        var tries = 0;
        do
        {
            write = await guest.Run($"st-flash write {image} 0x08000000");
        }
        while (write.ExitCode != 0 && write.Talk.Contains("Flash loader run error", StringComparison.Ordinal) && ++tries < 4);

        return write;
    }
}
