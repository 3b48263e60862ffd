using Nrst.VirtualBench.Boards;

namespace Nrst.Specs.Connecting;

/// <summary>A board of its own for one test, with a probe that can be made sick. Closing a target unplugs the probe, so each connection has a new one.</summary>
internal sealed class SickBoard : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SickBoard(string chip = "STM32F407VG", string kind = "v2", params string[] faults)
    {
        var store = new BoardStore(_folder.Path);
        store.New("sick", chip, kind, faults);
        Board = store.Open("sick");
    }

    public VirtualBoard Board { get; }
    public string Folder => _folder.Path;
    public List<JobEvent> Events { get; } = [];

    /// <summary>The probe of the last connection.</summary>
    public SickProbe Probe { get; private set; } = null!;

    public Target Connect(Action<SickProbe>? illness = null, ConnectOptions? options = null)
    {
        Probe = new SickProbe(Board);
        illness?.Invoke(Probe);
        return Target.Connect(Probe, (options ?? new ConnectOptions()) with { Listener = Events.Add });
    }

    /// <summary>Looks at a word over a healthy connection of its own.</summary>
    public uint Peek(uint address) => Over(memory => memory.Read32(new Address(address)));

    public void Poke(uint address, uint value) => Over(memory =>
    {
        memory.Write32(new Address(address), value);
        return 0;
    });

    public byte[] Dump(uint address, int length) => Over(memory =>
    {
        var bytes = new byte[length];
        memory.Read(new Address(address), bytes);
        return bytes;
    });

    public T Over<T>(Func<ITargetMemory, T> what)
    {
        using var probe = Boards.Probe(Board);
        probe.SetSpeed(4000);
        probe.Attach();
        return what(probe.Memory);
    }

    public void Dispose()
    {
        Board.Dispose();
        _folder.Dispose();
    }
}
