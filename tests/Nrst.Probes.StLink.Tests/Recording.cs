using System.Globalization;

namespace Nrst.Probes.StLink.Tests;

/// <summary>A written conversation: <c>&gt;</c> a request (zeros up to 16 bytes), <c>&gt;&gt;</c> data after it, <c>&lt;</c> an answer.</summary>
internal sealed class Recording : IBulkPipe
{
    private readonly Queue<(bool FromHost, byte[] Bytes)> _turns = new();

    private Recording(string text)
    {
        foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line.Split(' ', 2))
            {
                case ["#", ..] or ["#"]: break;
                case [">", var hex]: _turns.Enqueue((true, [.. Bytes(hex), .. new byte[16 - Bytes(hex).Length]])); break;
                case [">>", var hex]: _turns.Enqueue((true, Bytes(hex))); break;
                case ["<", var hex]: _turns.Enqueue((false, Bytes(hex))); break;
                default: throw new FormatException($"'{line}' is neither a request, data, an answer nor a comment.");
            }
        }
    }

    public bool IsOver => _turns.Count == 0;
    public bool IsDisposed { get; private set; }

    public static Recording Of(string text) => new(text);

    public static Recording File(string name) => new(System.IO.File.ReadAllText(PathOf(name)));

    public static string PathOf(string name) => Path.Combine(Root, "tests", "data", "wire", "stlink", name + ".txt");

    public void Send(ReadOnlySpan<byte> packet)
    {
        Assert.False(IsOver, $"the driver sent {Hex(packet)} after the end of the conversation");
        var (fromHost, bytes) = _turns.Dequeue();
        Assert.True(fromHost, $"the driver sent {Hex(packet)} where it should have listened");
        Assert.Equal(Hex(bytes), Hex(packet));
    }

    public int Receive(Span<byte> into)
    {
        Assert.False(IsOver, "the driver listens after the end of the conversation");
        var (fromHost, bytes) = _turns.Dequeue();
        Assert.False(fromHost, $"the driver listens where it should have sent {Hex(bytes)}");
        Assert.True(bytes.Length <= into.Length, $"the answer of {bytes.Length} bytes overflows the {into.Length} asked for");
        bytes.CopyTo(into);
        return bytes.Length;
    }

    public void Dispose() => IsDisposed = true;

    private static string Root
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (folder is not null && !System.IO.File.Exists(Path.Combine(folder.FullName, "Nrst.slnx")))
            {
                folder = folder.Parent;
            }

            return folder?.FullName ?? throw new InvalidOperationException("Nrst.slnx is in none of the folders above the tests.");
        }
    }

    private static byte[] Bytes(string hex) =>
        [.. hex.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(b => byte.Parse(b, NumberStyles.HexNumber, CultureInfo.InvariantCulture))];

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexString(bytes);
}
