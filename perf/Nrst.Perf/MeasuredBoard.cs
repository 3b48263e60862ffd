using Nrst.Targets;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.Perf;

/// <summary>A fresh virtual board, whose flash a test can see, and whose clock is read around a job.</summary>
internal sealed class MeasuredBoard : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-perf-").FullName;

    /// <param name="old">What the whole flash holds when the board gets power, by a number; 0 for nothing.</param>
    /// <param name="hub">The hub it is plugged into, where it shares one.</param>
    public MeasuredBoard(FlashCase what, Setting setting, int old = 0, string? hub = null)
    {
        (Case, Setting) = (what, setting);
        var store = new BoardStore(
            _folder,
            (device, part, state) => ChipFactory.Make(device, part, state, setting.MaxTimes ? FlashTimeColumn.Max : FlashTimeColumn.Typical))
        {
            Exchange = TimeSpan.FromSeconds(setting.Exchange),
        };
        store.New("board", what.Part, setting.Probe.Kind, hub: hub);
        Start = DeviceDatabase.FindPart(what.Part)!.Value.Device.Flash.Start;
        Open(store);
        if (old != 0)
        {
            Noise(Silicon.Flash.Length, old).CopyTo(Silicon.Flash);
            Image(old).CopyTo(Silicon.Flash);
            Board.Dispose();
            Open(store);
        }
    }

    public FlashCase Case { get; }

    public Setting Setting { get; }

    public VirtualBoard Board { get; private set; } = null!;

    public Stm32Chip Silicon { get; private set; } = null!;

    public Address Start { get; }

    /// <summary>An image that starts: a vector table, a loop of two instructions, noise.</summary>
    public byte[] Image(int seed)
    {
        var bytes = Noise(Case.Bytes, seed);
        BitConverter.TryWriteBytes(bytes, Silicon.Part.Ram[0].Range.Start.Value + 0x800);
        BitConverter.TryWriteBytes(bytes.AsSpan(4), Start.Value + 9);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), 0xE7FD_BF00u); // nop, and a branch back to it
        return bytes;
    }

    public static byte[] Noise(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Runs a job, and says what it took. A job that leaves other bytes than it should is no job done.</summary>
    public async Task<Measurement> Measure(string tool, string job, byte[] image, Func<Task> act)
    {
        var before = Silicon.Flash.ToArray();
        var from = StatisticsSnapshot.Of(Board);
        string? failure = null, note = null;
        try
        {
            await act();
            failure = Silicon.Flash[..image.Length].SequenceEqual(image) ? null : "The flash does not hold the image.";
            note = ChangedBeyond(before, image) ? "Flash that the image does not touch has changed." : null;
        }
        catch (Exception broken)
        {
            failure = broken.Message;
        }

        var to = StatisticsSnapshot.Of(Board);
        return new Measurement(
            tool, Case.Name, job, Setting, (to.Total - from.Total) / 1e9, (to.Host - from.Host) / 1e9, (to.Usb - from.Usb) / 1e9, (to.Swd - from.Swd) / 1e9,
            (to.Chip.FlashErase - from.Chip.FlashErase) / 1e9, (to.Chip.FlashProgram - from.Chip.FlashProgram) / 1e9,
            to.Exchanges - from.Exchanges, to.BytesOut + to.BytesIn - from.BytesOut - from.BytesIn)
        {
            Failure = failure ?? (tool == Campaign.Nrst ? note : null),
            Note = note,
        };
    }

    public void Dispose()
    {
        Board.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Open(BoardStore store)
    {
        Board = store.Open("board");
        Silicon = ((ChipOnBoard)Board.Chip).Silicon;
    }

    /// <summary>Beyond the last erase unit that the image touches.</summary>
    private bool ChangedBeyond(byte[] before, byte[] image)
    {
        var touched = (int)(Silicon.FlashModel.Map.At(Start.Value + (uint)image.Length - 1)!.Range.Last.Value + 1 - Start.Value);
        return !Silicon.Flash[touched..].SequenceEqual(before.AsSpan(touched));
    }
}
