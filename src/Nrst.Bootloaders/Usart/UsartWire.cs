namespace Nrst.Bootloaders.Usart;

/// <summary>The frames of AN3155, each sent whole: a USB adapter takes as long for a byte as for a frame.</summary>
internal sealed class UsartWire(ISerialLine line, IClock clock)
{
    public const byte Ack = 0x79, Nack = 0x1F, Sync = 0x7F;

    private const int Burst = 32; // eight of them fill up the longest frame that a loader can wait for
    private const int SyncTries = 24;

    private static readonly TimeSpan SyncPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    /// <summary>An acknowledge that has nothing to wait for.</summary>
    public static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(1000);

    public long Exchanges { get; private set; }

    /// <summary>Something came while it was looked for a loader, if only what none says.</summary>
    public bool HeardSomething { get; private set; }

    /// <summary>What came while it was looked for a loader, for the error if none is there.</summary>
    public List<string> Seen { get; } = [];

    /// <summary>
    /// Gets into step with a loader that waits for its first byte, for a command, or for the rest of a frame that somebody else began. False: nobody
    /// answers.
    /// </summary>
    public bool FallIn()
    {
        line.DropInput();
        Span<byte> burst = stackalloc byte[Burst];
        burst.Fill(Sync);
        for (var attempt = 0; attempt < SyncTries; attempt++)
        {
            // One byte wakes a loader up, a second one is no command to one that is awake. What is in the middle of a frame needs more of them.
            var bytes = attempt < 3 ? burst[..1] : burst;
            line.Send(bytes);
            Exchanges++;
            var came = Listen(SyncPause);
            HeardSomething |= came.Length > 0;
            Seen.Add(UsartErrors.Show(came.AsSpan(0, Math.Min(came.Length, 8))));
            if (came.Contains(Ack) || came.Contains(Nack))
            {
                return bytes.Length == 1 || Even();
            }
        }

        return false;
    }

    /// <summary>A command code and its complement. True: acknowledged.</summary>
    public bool Command(byte code, TimeSpan? limit = null) => Send([code, (byte)~code], limit);

    /// <summary>Bytes and the XOR of all of them. True: acknowledged.</summary>
    public bool Checked(ReadOnlySpan<byte> bytes, TimeSpan? limit = null)
    {
        Span<byte> frame = stackalloc byte[bytes.Length + 1];
        bytes.CopyTo(frame);
        foreach (var value in bytes)
        {
            frame[^1] ^= value;
        }

        if (bytes.Length == 1)
        {
            frame[^1] = (byte)~bytes[0];
        }

        return Send(frame, limit);
    }

    public void Receive(Span<byte> into, TimeSpan limit)
    {
        var deadline = clock.Now + limit;
        for (var at = 0; at < into.Length;)
        {
            var left = deadline - clock.Now;
            var count = left <= TimeSpan.Zero ? 0 : line.Receive(into[at..], left);
            at += count;
            if (count == 0)
            {
                throw new OutOfStepException($"{at} of {into.Length} bytes came");
            }
        }
    }

    /// <summary>True for ACK, false for NACK.</summary>
    public bool Answer(TimeSpan limit)
    {
        Span<byte> answer = stackalloc byte[1];
        Receive(answer, limit);
        return answer[0] switch
        {
            Ack => true,
            Nack => Refused(),
            var other => throw new OutOfStepException($"0x{other:X2} came where ACK or NACK belongs"),
        };
    }

    /// <summary>Throws away what comes until it is quiet.</summary>
    public void Drain()
    {
        for (var i = 0; i < 64 && Listen(Quiet).Length > 0; i++)
        {
        }

        line.DropInput();
    }

    private bool Refused()
    {
        Drain(); // some refuse twice
        return false;
    }

    private bool Send(ReadOnlySpan<byte> frame, TimeSpan? limit)
    {
        line.Send(frame);
        Exchanges++;
        return Answer((limit ?? Prompt) + TimeSpan.FromMilliseconds(frame.Length));
    }

    /// <summary>After more than one byte: no half of a command is left over when two more of them are refused.</summary>
    private bool Even()
    {
        Drain();
        for (var i = 0; i < 3; i++)
        {
            line.Send([Sync]);
            Exchanges++;
            if (Listen(SyncPause).Contains(Nack))
            {
                Drain();
                return true;
            }
        }

        return false;
    }

    private byte[] Listen(TimeSpan limit)
    {
        var all = new List<byte>();
        Span<byte> some = stackalloc byte[256];
        while (all.Count < 4096 && line.Receive(some, all.Count == 0 ? limit : TimeSpan.FromMilliseconds(10)) is > 0 and var count)
        {
            all.AddRange(some[..count]);
        }

        return [.. all];
    }
}
