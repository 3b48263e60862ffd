using Nrst.VirtualBench.Boards;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Tests.Rom;

/// <summary>A board with BOOT0 high, and a host at its serial line that knows AN3155.</summary>
internal sealed class UartHost : IDisposable
{
    public const byte Ack = 0x79, Nack = 0x1F;

    private static readonly TimeSpan Limit = TimeSpan.FromMilliseconds(200);

    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-bench-").FullName;

    public UartHost(string part, params string[] faults)
        : this(part, null, faults)
    {
    }

    public UartHost(string part, string? wiring, string[] faults)
    {
        var store = new BoardStore(_folder);
        store.New("b", part, faults: faults);
        using (var virgin = store.Open("b"))
        {
            if (part[5..7] is not ("G0" or "C0" or "U0"))
            {
                ((ChipOnBoard)virgin.Chip).Silicon.Flash[..8].Fill(0x24);
            }
        }

        store.Set("b", wiring is null ? ["boot0=1"] : [$"boot-wiring={wiring}"]);
        Board = store.Open("b");
        Line = Board.OpenSerial()!;
        Board.Clock.Wait(TimeSpan.FromSeconds(1));
        Silicon.RunUntil(Board.VirtualClock.Nanoseconds);
    }

    public VirtualBoard Board { get; }

    public ISerialLine Line { get; }

    public Stm32Chip Silicon => ((ChipOnBoard)Board.Chip).Silicon;

    /// <summary>The first byte, which tells the baud rate.</summary>
    public UartHost Sync(int baud = 115_200, SerialParity parity = SerialParity.Even)
    {
        Line.Configure(baud, parity);
        Assert.Equal([Ack], Say(0x7F));
        return this;
    }

    /// <summary>Sends, and listens until nothing has come for a while.</summary>
    public byte[] Say(params byte[] bytes) => Say(Limit, bytes);

    public byte[] Say(TimeSpan limit, params byte[] bytes)
    {
        Line.Send(bytes);
        var heard = new List<byte>();
        var buffer = new byte[512];
        while (Line.Receive(buffer, limit) is var count and > 0)
        {
            heard.AddRange(buffer[..count]);
        }

        return [.. heard];
    }

    public byte[] Command(byte code) => Say(code, (byte)~code);

    public byte[] Address(uint address)
    {
        byte[] bytes = [(byte)(address >> 24), (byte)(address >> 16), (byte)(address >> 8), (byte)address];
        return Say([.. bytes, (byte)(bytes[0] ^ bytes[1] ^ bytes[2] ^ bytes[3])]);
    }

    public static byte[] Summed(params byte[] bytes) => [.. bytes, bytes.Aggregate((byte)0, (sum, each) => (byte)(sum ^ each))];

    public void Write(uint address, byte[] data)
    {
        Assert.Equal([Ack], Command(0x31));
        Assert.Equal([Ack], Address(address));
        Assert.Equal([Ack], Say(TimeSpan.FromSeconds(5), Summed([(byte)(data.Length - 1), .. data])));
    }

    public byte[] Read(uint address, int length)
    {
        Assert.Equal([Ack], Command(0x11));
        Assert.Equal([Ack], Address(address));
        var answer = Say((byte)(length - 1), (byte)~(length - 1));
        Assert.Equal(Ack, answer[0]);
        return answer[1..];
    }

    public void Dispose()
    {
        Line.Dispose();
        Board.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
