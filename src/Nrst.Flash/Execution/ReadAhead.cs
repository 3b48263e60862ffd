namespace Nrst.Flash;

/// <summary>The memory a controller is driven through, which can be told what the next few steps look at and brings all of that in one batch.</summary>
/// <remarks>A word that was brought serves one look, and none once something was written: whoever waits for a bit still sees the silicon.</remarks>
internal sealed class ReadAhead(ITargetMemory memory, IWordBatch words) : ITargetMemory, IWordBatch
{
    private readonly List<(Address At, uint Value)> _ahead = [];
    private List<Address>? _rehearsal;

    public int MostReads => words.MostReads;

    /// <summary>The words these looks ask for where all of them are 0, each as often as it is asked for.</summary>
    public IReadOnlyList<Address> Rehearse(Action looks)
    {
        var asked = _rehearsal = [];
        try
        {
            looks();
        }
        catch (Exception stopped) when (stopped is NrstException or InvalidOperationException)
        {
            // Zeros may make no sense to it, or make it write; what it asked for until then is what it will ask for.
        }
        finally
        {
            _rehearsal = null;
        }

        return asked;
    }

    /// <summary>Takes the steps, whose first looks were rehearsed.</summary>
    public void Over(Action looks, Action steps)
    {
        var asked = Rehearse(looks);
        var values = new uint[asked.Count];
        if (asked.Count > 2) // fewer cost as much one by one
        {
            words.Run([.. asked.Select(WordAccess.Read)], values);
            Given(asked, values, steps);
        }
        else
        {
            steps();
        }
    }

    /// <summary>Takes the steps over words that somebody has read.</summary>
    public void Given(IReadOnlyList<Address> asked, ReadOnlySpan<uint> values, Action steps)
    {
        for (var i = 0; i < asked.Count; i++)
        {
            _ahead.Add((asked[i], values[i]));
        }

        try
        {
            steps();
        }
        finally
        {
            _ahead.Clear();
        }
    }

    public uint Read32(Address address)
    {
        if (_rehearsal is { } asked)
        {
            asked.Add(address);
            return 0;
        }

        var known = _ahead.FindIndex(one => one.At == address);
        if (known < 0)
        {
            return memory.Read32(address);
        }

        var value = _ahead[known].Value;
        _ahead.RemoveAt(known);
        return value;
    }

    public void Read(Address address, Span<byte> into)
    {
        RequireNoRehearsal();
        memory.Read(address, into);
    }

    public void Write32(Address address, uint value)
    {
        RequireNoRehearsal();
        _ahead.Clear();
        memory.Write32(address, value);
    }

    public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size)
    {
        RequireNoRehearsal();
        _ahead.Clear();
        memory.Write(address, data, size);
    }

    public void Run(ReadOnlySpan<WordAccess> accesses, Span<uint> reads)
    {
        if ((_rehearsal is not null || _ahead.Count > 0) && OnlyReads(accesses))
        {
            for (var i = 0; i < accesses.Length; i++)
            {
                reads[i] = Read32(accesses[i].Address);
            }

            return;
        }

        RequireNoRehearsal();
        _ahead.Clear();
        words.Run(accesses, reads);
    }

    private static bool OnlyReads(ReadOnlySpan<WordAccess> accesses)
    {
        foreach (var access in accesses)
        {
            if (access.Written is not null)
            {
                return false;
            }
        }

        return true;
    }

    private void RequireNoRehearsal()
    {
        if (_rehearsal is not null)
        {
            throw new InvalidOperationException("What is rehearsed looks at single words and writes nothing.");
        }
    }
}
