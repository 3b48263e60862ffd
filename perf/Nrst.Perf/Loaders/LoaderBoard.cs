using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.Perf.Loaders;

/// <summary>A fresh virtual board whose chip is in the loader of its ROM, and full of other contents.</summary>
internal sealed class LoaderBoard : IDisposable
{
    /// <summary>Any loader has started by then.</summary>
    private static readonly TimeSpan s_startUp = TimeSpan.FromSeconds(2);

    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-perf-").FullName;

    /// <param name="blank">Nothing is in the flash.</param>
    public LoaderBoard(LoaderCase what, bool blank = false)
    {
        Case = what;
        var store = new BoardStore(_folder);
        store.New("board", what.Part, "v2-1");
        using (var virgin = store.Open("board"))
        {
            // An empty STM32G0 goes into its loader by itself, and does not ask the pin; the others go by the pin, also where they are not empty.
            if (!what.Part.StartsWith("STM32G0", StringComparison.Ordinal))
            {
                ((ChipOnBoard)virgin.Chip).Silicon.Flash[..8].Fill(0x24);
            }
        }

        store.Set("board", ["boot0=1"]);
        Board = store.Open("board");
        Silicon = ((ChipOnBoard)Board.Chip).Silicon;
        Board.Clock.Wait(s_startUp);
        Silicon.RunUntil(Board.VirtualClock.Nanoseconds);
        Silicon.Flash.Fill(Silicon.FlashModel.Cells.ErasedValue);
        if (!blank)
        {
            MeasuredBoard.Noise(Silicon.Flash.Length, 1).CopyTo(Silicon.Flash);
        }
    }

    public static Address Start { get; } = new(0x0800_0000);

    public LoaderCase Case { get; }

    public VirtualBoard Board { get; }

    public Stm32Chip Silicon { get; }

    /// <summary>An image that starts: a vector table, a loop of two instructions, noise.</summary>
    public byte[] Image(int seed)
    {
        var bytes = MeasuredBoard.Noise(Case.Bytes, seed);
        BitConverter.TryWriteBytes(bytes, Silicon.Part.Ram[0].Range.Start.Value + 0x800);
        BitConverter.TryWriteBytes(bytes.AsSpan(4), Start.Value + 9);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), 0xE7FD_BF00u); // nop, and a branch back to it
        return bytes;
    }

    /// <summary>Runs a job, and says what it took. One after which the chip does not hold the image, or does not run it, is no job done.</summary>
    /// <param name="uncounted">What the board lived through before the program had opened its port.</param>
    public async Task<LoaderMeasurement> Measure(string tool, string job, byte[] image, Func<Task<Flash.FlashSeconds?>> act, TimeSpan uncounted = default)
    {
        var from = StatisticsSnapshot.Of(Board);
        Flash.FlashSeconds? phases = null;
        string? failure = null;
        try
        {
            phases = await act();
        }
        catch (Exception broken)
        {
            failure = broken.Message;
        }

        var to = StatisticsSnapshot.Of(Board);
        Board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Silicon.RunUntil(Board.VirtualClock.Nanoseconds);
        failure ??= !Silicon.Flash.StartsWith(image) ? "The flash does not hold the image."
            : Silicon.Core.GetRegister(15) - Start.Value is not (8 or 10) ? "The program does not run."
            : null;
        return new LoaderMeasurement(
            Case, tool, job, ((to.Total - from.Total) / 1e9) - uncounted.TotalSeconds, (to.Chip.FlashErase - from.Chip.FlashErase) / 1e9,
            (to.Chip.FlashProgram - from.Chip.FlashProgram) / 1e9, phases)
        {
            Failure = failure,
        };
    }

    public void Dispose()
    {
        Board.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
