using System.Buffers.Binary;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs.Connecting;

/// <summary>
/// A probe on a board that misbehaves in a way of the test's own: what it does not do, the probe of the bench does. It counts who reset the chip,
/// and notes where the chip was written.
/// </summary>
internal sealed class SickProbe(VirtualBoard board) : IDebugProbe, ITargetMemory, IWordBatch, IResetLine, IDapPort
{
    private static readonly Address Aircr = new(0xE000_ED0C);
    private static readonly Address Dhcsr = new(0xE000_EDF0);
    private static readonly Address Demcr = new(0xE000_EDFC);

    private readonly Nrst.Probes.StLink.StLinkProbe _inner = Boards.Probe(board);
    private int _transfers;
    private bool _caught;
    private bool _running = true;

    // ---- what is wrong; nothing to begin with ----

    /// <summary>Whether the chip answers on its debug port now.</summary>
    public Func<SickProbe, bool> Answers { get; set; } = _ => true;

    /// <summary>What a word reads as; the second argument is what the chip says.</summary>
    public Func<SickProbe, Address, uint, uint> Reads { get; set; } = (_, _, value) => value;

    /// <summary>NRST is driven by somebody stronger, or not connected.</summary>
    public bool ResetLineDead { get; set; }

    /// <summary>SYSRESETREQ comes to nothing.</summary>
    public bool NoSystemReset { get; set; }

    /// <summary>The program takes the debug pins as soon as it runs.</summary>
    public bool ProgramHides { get; set; }

    /// <summary>Above this clock every seventh transfer is lost.</summary>
    public int NoisyAbove { get; set; } = int.MaxValue;

    /// <summary>Every access takes as long and is then given up.</summary>
    public TimeSpan? Stalls { get; set; }

    // ---- what was seen ----

    public int Attempts { get; private set; }
    public int SystemResets { get; private set; }
    public int CoreResets { get; private set; }
    public int Pulses { get; private set; }
    public bool ResetAsserted { get; private set; }
    public int Kilohertz { get; private set; }
    public byte AccessPort { get; private set; }
    public List<Address> Written { get; } = [];

    /// <summary>NRST was pulled, the core or the chip was reset.</summary>
    public bool WasReset => SystemResets + CoreResets + Pulses > 0;

    public ProbeIdentity Identity => _inner.Identity;
    public IClock Clock => _inner.Clock;
    public ITargetMemory Memory => this;
    public IWordBatch Words => this;
    public IDapPort? Dap => this;
    public IResetLine Reset => this;
    public long Exchanges => _inner.Exchanges;

    public double? ReadTargetVolts() => _inner.ReadTargetVolts();

    public int SetSpeed(int kilohertz) => Kilohertz = _inner.SetSpeed(kilohertz);

    public void Attach(bool underReset = false)
    {
        Attempts++;
        AccessPort = 0;
        if (underReset)
        {
            Assert();
        }
        else
        {
            Release();
        }

        Clock.Wait(TimeSpan.FromMilliseconds(1));
        if (IsSilent)
        {
            throw new TargetException("NRST3001", "The chip does not answer on SWD.");
        }

        Transfer(new Address(0));
        _inner.Attach(underReset && !ResetLineDead);
    }

    public void Detach() => _inner.Detach();

    public void UseAccessPort(byte index)
    {
        _inner.UseAccessPort(index);
        AccessPort = index;
    }

    public void Assert()
    {
        Pulses += ResetAsserted ? 0 : 1;
        (ResetAsserted, _running) = (true, false);
        if (!ResetLineDead)
        {
            _inner.Reset.Assert();
        }
    }

    public void Release()
    {
        _running |= ResetAsserted && !_caught;
        ResetAsserted = false;
        _inner.Reset.Release();
    }

    public uint Read32(Address address)
    {
        Transfer(address);
        return Reads(this, address, _inner.Memory.Read32(address));
    }

    public void Write32(Address address, uint value)
    {
        Transfer(address);
        if (Note(address, value))
        {
            _inner.Memory.Write32(address, value);
        }
    }

    public void Read(Address address, Span<byte> into)
    {
        Transfer(address);
        _inner.Memory.Read(address, into);
        for (var at = 0; at + 4 <= into.Length; at += 4)
        {
            var word = BinaryPrimitives.ReadUInt32LittleEndian(into[at..]);
            BinaryPrimitives.WriteUInt32LittleEndian(into[at..], Reads(this, address + (uint)at, word));
        }
    }

    public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word)
    {
        Transfer(address);
        Note(address, 0);
        _inner.Memory.Write(address, data, size);
    }

    public void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
    {
        var passed = new List<WordAccess>();
        foreach (var access in accesses)
        {
            Transfer(access.Address);
            if (access.Written is not { } value || Note(access.Address, value))
            {
                passed.Add(access);
            }
        }

        _inner.Words.Run(passed.ToArray(), reads);
        var next = 0;
        foreach (var access in passed)
        {
            if (access.Written is null)
            {
                reads[next] = Reads(this, access.Address, reads[next]);
                next++;
            }
        }
    }

    public void Run(ReadOnlySpan<DapTransfer> transfers, Span<uint> reads)
    {
        Transfer(new Address(0));
        _inner.Dap!.Run(transfers, reads);
    }

    public void Dispose() => _inner.Dispose();

    private bool IsSilent => !Answers(this) || (ProgramHides && _running);

    private void Transfer(Address address)
    {
        if (Stalls is { } time)
        {
            Clock.Wait(time);
            throw new TargetException("NRST3004", "The chip's bus stayed busy.");
        }

        if (IsSilent)
        {
            throw new TargetException("NRST3002", $"The chip stopped answering on SWD, at {address}.");
        }

        if (Kilohertz > NoisyAbove && ++_transfers % 7 == 0)
        {
            throw new TargetException("NRST3003", $"SWD was disturbed, at {address}.");
        }
    }

    private bool Note(Address address, uint value)
    {
        Written.Add(address);
        _caught = address == Demcr ? (value & 1) != 0 : _caught;
        _running |= address == Dhcsr && (value & 10) == 0 && !ResetAsserted;
        if (address != Aircr)
        {
            return true;
        }

        _running |= (value & 4) != 0 && !_caught;

        SystemResets += (value & 4) != 0 ? 1 : 0;
        CoreResets += (value & 1) != 0 ? 1 : 0;
        return (value & 4) == 0 || !NoSystemReset;
    }
}
