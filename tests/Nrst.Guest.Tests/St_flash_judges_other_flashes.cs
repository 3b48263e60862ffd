namespace Nrst.Guest;

/// <summary>
/// st-flash 1.7 writes, reads and erases the flash of other families than the F4, over old contents. A new one is one more line.
/// </summary>
[Collection(InTheGuest.Name)]
public sealed class St_flash_judges_other_flashes(GuestRig rig)
{
    // More than one page nearly everywhere, in the smallest flash, and no multiple of any write unit.
    private const int ImageBytes = 9_001;

    /// <summary>Part numbers; of a family the smallest sensible, and one with two banks where there is one.</summary>
    public static TheoryData<string> Chips =>
    [
        "STM32F030F4", "STM32F072RB", "STM32F091RC",
        "STM32F100RB", "STM32F103C8", "STM32F107VC",
    ];

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task It_writes_reads_and_erases_over_old_contents(string chip)
    {
        var guest = await rig.Guest();
        var bytes = new byte[ImageBytes];
        new Random(17).NextBytes(bytes);
        var image = guest.Put("family.bin", bytes);
        await using var boards = new ServedBoards(guest);
        boards.Make("board", "v2-1", chip);
        var old = Silicon.FillWithNoise(boards.Bench, "board");
        await Plug(boards);

        var write = (await guest.Run(
            $"st-flash write {image} 0x08000000\nst-flash read {LinuxGuest.JobFolder}/family.back 0x08000000 0x{ImageBytes:x}")).Succeeds();

        Assert.Contains("Flash written and verified! jolly good!", write.Output + write.Talk, StringComparison.Ordinal);
        var back = guest.Get("family.back"); // in whole words
        Assert.InRange(back.Length, ImageBytes, ImageBytes + 3);
        Assert.Equal(bytes, back[..ImageBytes]);
        await boards.Stop();
        Assert.Equal(bytes, Silicon.Flash(boards.Bench, "board", ImageBytes));
        Assert.Equal(old[^256..], Silicon.Flash(boards.Bench, "board", old.Length)[^256..]); // what it was not asked to write it left alone

        await Plug(boards);
        (await guest.Run("st-flash erase")).Succeeds();
        await boards.Stop();
        Assert.Equal(-1, Silicon.Flash(boards.Bench, "board", old.Length).AsSpan().IndexOfAnyExcept((byte)0xFF));
    }

    private static async Task Plug(ServedBoards boards)
    {
        await boards.Serve(["board"], "--realtime");
        await boards.Plug("board");
    }
}
