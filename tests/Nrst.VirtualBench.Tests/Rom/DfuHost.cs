using System.Text;
using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Rom;

/// <summary>A board with BOOT0 high, and a host at its USB connector that knows AN3156.</summary>
internal sealed class DfuHost : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-bench-").FullName;
    private IControlPipe? _pipe;

    public DfuHost(string part, params string[] faults)
    {
        var store = new BoardStore(_folder);
        store.New("b", part, faults: faults);
        using (var virgin = store.Open("b"))
        {
            // A G0, C0 or U0 as it leaves the factory does not ask the pin: an empty one goes into its bootloader by itself.
            if (part[5..7] is not ("G0" or "C0" or "U0"))
            {
                ((ChipOnBoard)virgin.Chip).Silicon.Flash[..8].Fill(0x24);
            }
        }

        store.Set("b", ["boot0=1"]);
        Board = store.Open("b");
        _pipe = Board.OpenDfu(TimeSpan.FromSeconds(2));
        if (_pipe is not null)
        {
            var configuration = new byte[255];
            var length = _pipe.Control(0x80, 6, 0x0200, 0, configuration, Limit);
            TransferSize = configuration[length - 4] | configuration[length - 3] << 8;
        }
    }

    public VirtualBoard Board { get; }

    public IControlPipe Pipe => _pipe ?? throw new InvalidOperationException("No DFU device appeared.");

    public Stm32Chip Silicon => ((ChipOnBoard)Board.Chip).Silicon;

    public TimeSpan Now => Board.Clock.Now;

    /// <summary>wTransferSize, at the end of the configuration.</summary>
    public int TransferSize { get; }

    public (int Status, int PollMs, int State) GetStatus(TimeSpan? limit = null)
    {
        var status = new byte[6];
        Assert.Equal(6, Pipe.Control(0xA1, 3, 0, 0, status, limit ?? Limit));
        return (status[0], status[1] | status[2] << 8 | status[3] << 16, status[4]);
    }

    public void Download(int block, params byte[] data) => Pipe.Control(0x21, 1, (ushort)block, 0, data, Limit);

    public byte[] Upload(int block, int length)
    {
        var data = new byte[length];
        return data[..Pipe.Control(0xA1, 2, (ushort)block, 0, data, Limit)];
    }

    public string Text(byte index)
    {
        var descriptor = new byte[255];
        var length = Pipe.Control(0x80, 6, (ushort)(0x0300 | index), 0x0409, descriptor, Limit);
        Assert.Equal(descriptor[0], length);
        return Encoding.Unicode.GetString(descriptor, 2, length - 2);
    }

    public void ClearStatus() => Pipe.Control(0x21, 4, 0, 0, [], Limit);

    public void Abort() => Pipe.Control(0x21, 6, 0, 0, [], Limit);

    /// <summary>The device was gone, and is back.</summary>
    public DfuHost Reopen()
    {
        _pipe = Board.OpenDfu(TimeSpan.FromSeconds(2));
        return this;
    }

    /// <summary>Whatever the first status is, from here on the device is idle.</summary>
    public DfuHost Ready()
    {
        if (GetStatus().State == 10)
        {
            ClearStatus();
        }

        Assert.Equal((0, 0, 2), GetStatus());
        return this;
    }

    /// <summary>A request that is latched, started by the first status, and over with the second.</summary>
    /// <returns>bStatus and bState at the end.</returns>
    public (int Status, int State) Do(int block, params byte[] data)
    {
        Download(block, data);
        var (status, poll, state) = GetStatus();
        Assert.Equal((0, 4), (status, state));
        Board.Clock.Wait(TimeSpan.FromMilliseconds(poll));
        var end = GetStatus(TimeSpan.FromSeconds(40));
        return (end.Status, end.State);
    }

    public (int Status, int State) SetAddress(uint address) => Do(0, [0x21, .. BitConverter.GetBytes(address)]);

    public (int Status, int State) Erase(uint address) => Do(0, [0x41, .. BitConverter.GetBytes(address)]);

    public (int Status, int State) EraseAll() => Do(0, 0x41);

    public void Write(uint address, byte[] data)
    {
        for (var at = 0; at < data.Length; at += TransferSize)
        {
            Assert.Equal((0, 5), SetAddress(address + (uint)at));
            Assert.Equal((0, 5), Do(2, data[at..Math.Min(at + TransferSize, data.Length)]));
        }
    }

    public byte[] Read(uint address, int length)
    {
        SetAddress(address);
        Abort();
        var read = new List<byte>();
        for (var block = 2; read.Count < length; block++)
        {
            read.AddRange(Upload(block, TransferSize));
        }

        Abort();
        return [.. read.Take(length)];
    }

    public void Leave(uint address)
    {
        SetAddress(address);
        Download(2);
        Assert.Equal(7, GetStatus().State);
    }

    public void Dispose()
    {
        _pipe?.Dispose();
        Board.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
