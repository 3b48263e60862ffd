namespace Nrst.Bootloaders.Usart;

/// <summary>The frames of AN3155, each sent whole: a USB adapter takes as long for a byte as for a frame.</summary>
/// <param name="baud">Bits a second, of which a character takes eleven.</param>
internal sealed class UsartWire(ISerialLine line, IClock clock, int baud)
{
    public const byte Ack = 0x79, Nack = 0x1F, Sync = 0x7F;

    private const int Burst = 32; // eight of them fill up the longest frame that a loader can wait for
    private const int SyncTries = 24;
    private const int Flood = 4096;

    /// <summary>A count of the extended erase that AN3155 reserves, with its checksum: refused where it is one, and where it is no command.</summary>
    private static readonly byte[] NoSuchErase = [0xFF, 0xF5, 0x0A];

    /// <summary>Half of the largest count, at 115200 baud.</summary>
    private static readonly TimeSpan FloodLimit = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan SyncPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(20);

    /// <summary>The longest answer there is; what talks longer than two of them is no loader that finishes what it had to say.</summary>
    private const int LongestAnswer = 258;

    /// <summary>An acknowledge that has nothing to wait for.</summary>
    public static readonly TimeSpan Prompt = TimeSpan.FromMilliseconds(1000);

    public long Exchanges { get; private set; }

    /// <summary>Something came while it was looked for a loader, if only what none says.</summary>
    public bool HeardSomething { get; private set; }

    /// <summary>Somebody answered as only a loader does, if perhaps by chance.</summary>
    public bool WasAnswered { get; private set; }

    /// <summary>There was an end to what came when it was last thrown away. There is none where a program talks.</summary>
    public bool IsQuiet { get; private set; } = true;

    /// <summary>Some of what was thrown away last.</summary>
    public byte[] Dropped { get; private set; } = [];

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
        Harmless(burst);
        for (var attempt = 0; attempt < SyncTries; attempt++)
        {
            // One byte wakes a loader up, a second one is no command to one that is awake. What is in the middle of a frame needs more of them.
            if (Answers(attempt < 3 ? burst[..1] : burst, SyncPause))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Gets into step again with a loader that may wait for page numbers to erase. It counts them with two bytes, so that a disturbed count, or a
    /// byte that was meant to bring it into step, makes it wait for tens of thousands.
    /// </summary>
    public bool FallInAfterErase()
    {
        if (Answers(NoSuchErase, SyncPause) && FallIn())
        {
            return true;
        }

        if (FallIn())
        {
            return true;
        }

        var flood = new byte[Flood];
        Harmless(flood);
        for (var deadline = clock.Now + FloodLimit; clock.Now < deadline;)
        {
            if (Answers(flood, OnTheLine(flood.Length) + Quiet))
            {
                return true;
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
                throw new OutOfStepException($"{at} of {into.Length} bytes came") { IsSilence = at == 0 };
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

    /// <summary>Throws away what comes until it is quiet, or until it is plain that it will not be.</summary>
    public void Drain()
    {
        IsQuiet = false;
        for (var deadline = clock.Now + TalkLimit; !IsQuiet && clock.Now < deadline;)
        {
            var came = Listen(Quiet);
            IsQuiet = came.Length == 0;
            Dropped = IsQuiet ? Dropped : came;
        }

        line.DropInput();
    }

    /// <summary>How long so many characters are under way.</summary>
    public TimeSpan OnTheLine(int characters) => TimeSpan.FromSeconds(characters * 11.0 / baud);

    private TimeSpan TalkLimit => TimeSpan.FromMilliseconds(100) + OnTheLine(2 * LongestAnswer);

    /// <summary>
    /// What fills up a frame and never makes a valid one, whatever it began with. The first byte alone, over and over, would: 0x7F is a count, 128
    /// times 0x7F are data or pages, and 0x7F is their checksum.
    /// </summary>
    private static void Harmless(Span<byte> bytes)
    {
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = i % 2 == 0 ? Sync : (byte)0;
        }
    }

    /// <summary>True where a loader answers, and no half of a command is left over.</summary>
    private bool Answers(ReadOnlySpan<byte> bytes, TimeSpan limit)
    {
        line.Send(bytes);
        Exchanges++;
        var came = Listen(limit);
        HeardSomething |= came.Length > 0;
        Seen.Add(UsartErrors.Show(came.AsSpan(0, Math.Min(came.Length, 8))));
        var answered = came.Contains(Ack) || came.Contains(Nack);
        WasAnswered |= answered;
        return answered && (bytes.Length == 1 || Even());
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

    /// <summary>What comes within the limit, to its end.</summary>
    public byte[] Listen(TimeSpan limit)
    {
        var all = new List<byte>();
        Span<byte> some = stackalloc byte[256];
        var (pause, deadline) = (TimeSpan.FromMilliseconds(10) + OnTheLine(2), clock.Now + limit + TalkLimit);
        while (clock.Now < deadline && line.Receive(some, all.Count == 0 ? limit : pause) is > 0 and var count)
        {
            all.AddRange(some[..count]);
        }

        return [.. all];
    }
}
