using Nrst.Flash;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>st-flash 1.7, as Debian has it, writes and reads every flash it knows, over old contents; nrst finds what it wrote, and the other way round.</summary>
public sealed class St_flash_judges_every_family : IDisposable
{
    // More than one page nearly everywhere, in the smallest flash, and no multiple of any write unit.
    private const int ImageBytes = 9_001;

    // It fills what it programs at once with bytes of its own, on an H7 64.
    private const int Filled = (ImageBytes + 63) / 64 * 64;

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Chips => [.. StFlashChip.All.Where(chip => chip.Fault is null).Select(chip => chip.Part)];

    public static TheoryData<string> Faults => [.. StFlashChip.All.Where(chip => chip.Fault is not null).Select(chip => chip.Part)];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Chips))]
    public async Task Each_finds_what_the_other_wrote(string part)
    {
        Peers.Require("st-flash");
        using var board = WithOldContents(part, out var old);
        var chip = ((ChipOnBoard)board.Chip).Silicon;
        var start = chip.Part.Layouts[0].Range.Start.Value;

        var theirs = FlashingBench.Bytes(ImageBytes, 17);
        var (exit, talk) = await Peers.On(board, "st-flash", "write", _folder.File("theirs.bin", theirs), $"0x{start:x8}");
        Assert.True(exit == 0 && talk.Contains("Flash written and verified! jolly good!", StringComparison.Ordinal), talk);
        Assert.Equal(theirs, chip.Flash[..ImageBytes]);
        var touched = (int)(chip.FlashModel.Map.At(start + ImageBytes)!.Range.Last.Value + 1 - start);
        Assert.Equal(-1, chip.Flash[Filled..touched].IndexOfAnyExcept(chip.FlashModel.Cells.ErasedValue));
        Assert.True(chip.Flash[touched..].SequenceEqual(old.AsSpan(touched)), "What it was not asked to write is not what it was.");
        using (var target = Target.Connect(Boards.Probe(board), new ConnectOptions()))
        {
            Assert.Equal(ImageBytes, new Programmer(target).Verify(FlashingBench.Image((start, theirs)), default).BytesCompared);
        }

        var ours = FlashingBench.Bytes(5_001, 18);
        var at = start + (uint)chip.Flash.Length - 5_001; // ends with the flash, in the second bank where there is one
        using (var target = Target.Connect(Boards.Probe(board), new ConnectOptions()))
        {
            new Programmer(target).Flash(FlashingBench.Image((at, ours)), new FlashOptions(), ResetAfter.Halt, default);
        }

        (exit, talk) = await Peers.On(board, "st-flash", "read", _folder.File("back.bin"), $"0x{start:x8}", $"0x{chip.Flash.Length:x}");
        Assert.True(exit == 0, talk);
        var back = await File.ReadAllBytesAsync(_folder.File("back.bin"));
        Assert.Equal(chip.Flash.ToArray(), back);
        Assert.Equal(ours, back[^5_001..]);

        (exit, talk) = await Peers.On(board, "st-flash", "erase");
        Assert.True(exit == 0, talk);
        var left = chip.Flash.IndexOfAnyExcept(chip.FlashModel.Cells.ErasedValue);
        Assert.Equal(StFlashChip.All.Single(one => one.Part == part).ErasesOneBank ? chip.Flash.Length / 2 : -1, left);
    }

    /// <summary>Held, so that a later version which knows better is noticed, and so is a change of ours that makes it worse.</summary>
    [Theory]
    [MemberData(nameof(Faults))]
    public async Task It_is_at_fault_as_described(string part)
    {
        Peers.Require("st-flash");
        using var board = WithOldContents(part, out _);
        var chip = ((ChipOnBoard)board.Chip).Silicon;

        var (_, talk) = await Peers.On(
            board, "st-flash", "write", _folder.File("theirs.bin", FlashingBench.Bytes(ImageBytes, 17)), $"0x{chip.Part.Layouts[0].Range.Start.Value:x8}");

        Assert.Contains(StFlashChip.All.Single(one => one.Part == part).Fault!, talk, StringComparison.Ordinal);
        Assert.DoesNotContain("jolly good", talk, StringComparison.Ordinal);
    }

    /// <summary>Filled before it gets power: a chip that finds itself empty starts its bootloader, and st-flash takes that for a probe, for it is of the same maker.</summary>
    private VirtualBoard WithOldContents(string part, out byte[] old)
    {
        var store = new BoardStore(_folder.File("bench"));
        using (var blank = store.OpenOrCreate(part))
        {
            var flash = ((ChipOnBoard)blank.Chip).Silicon.Flash;
            old = FlashingBench.Bytes(flash.Length, 3);
            old.CopyTo(flash);
        }

        return store.Open(part);
    }
}
