using Nrst.Usb.Serial;

namespace Nrst.Specs.RomLoaders;

/// <summary>What happens on a serial line to a loader, once or from then on.</summary>
internal enum SerialFault
{
    /// <summary>NACK in place of the first byte that comes.</summary>
    Nack,

    /// <summary>Everything that comes until the next frame is lost.</summary>
    Silence,

    /// <summary>For a few seconds nothing comes through in either direction.</summary>
    LongSilence,

    /// <summary>Nothing comes through any more, until the program ends.</summary>
    Dead,

    /// <summary>Everything is refused, until the program ends.</summary>
    NacksForEver,

    FlippedOut,
    LostOut,
    ExtraOut,
    FlippedIn,
    LostIn,
    ExtraIn,

    /// <summary>For half a second all bytes in both directions are anything.</summary>
    Burst,

    /// <summary>The board loses its supply for a moment, and its loader everything it knew.</summary>
    PowerFail,

    /// <summary>The adapter is pulled out of the machine, and the board has no other supply.</summary>
    Unplugged,
}

/// <summary>A serial line with one fault in it.</summary>
/// <param name="at">The frame that it happens to, or to whose answer, counted from 0.</param>
internal sealed class BadSerialWire(ISerialLine line, IClock clock, SerialFault fault, int at, Random random, Action powerFail) : ISerialLine
{
    private readonly Queue<byte> _came = new();
    private TimeSpan _until;

    public int Frames { get; private set; }

    public bool Happened { get; private set; }

    /// <summary>When it happened.</summary>
    public TimeSpan When { get; private set; }

    private bool Now => Frames == at + 1;

    /// <summary>It has begun and is not over.</summary>
    private bool Lasting => Happened && fault switch
    {
        SerialFault.Dead or SerialFault.NacksForEver or SerialFault.Unplugged => true,
        SerialFault.LongSilence or SerialFault.Burst => clock.Now < _until,
        SerialFault.Silence => Now,
        _ => false,
    };

    public void Configure(int baud, SerialParity parity) => line.Configure(baud, parity);

    public void Send(ReadOnlySpan<byte> bytes)
    {
        Frames++;
        List<byte> frame = [.. bytes];
        var place = random.Next(frame.Count);
        switch (fault)
        {
            case SerialFault.Unplugged or SerialFault.PowerFail when Now:
                Happen();
                powerFail();
                break;
            case SerialFault.LongSilence or SerialFault.Burst when Now:
                Happen();
                _until = clock.Now + (fault is SerialFault.Burst ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(1 + (5 * random.NextDouble())));
                break;
            case SerialFault.Dead or SerialFault.Silence or SerialFault.NacksForEver when Now:
                Happen();
                break;
            case SerialFault.FlippedOut when Now:
                Happen();
                frame[place] ^= (byte)(1 << random.Next(8));
                break;
            case SerialFault.LostOut when Now:
                Happen();
                frame.RemoveAt(place);
                break;
            case SerialFault.ExtraOut when Now:
                Happen();
                frame.Insert(place, (byte)random.Next(256));
                break;
        }

        RequirePlugged("sending");
        if (!Lasting || fault is SerialFault.Silence)
        {
            line.Send([.. frame]);
        }
        else if (fault is SerialFault.Burst)
        {
            line.Send([.. frame.Select(_ => (byte)random.Next(256))]);
        }
    }

    public int Receive(Span<byte> into, TimeSpan limit)
    {
        RequirePlugged("receiving");
        var deadline = clock.Now + limit;
        var some = new byte[into.Length];
        while (_came.Count == 0)
        {
            var left = deadline - clock.Now;
            if (fault is SerialFault.NacksForEver && Lasting)
            {
                clock.Wait(TimeSpan.FromMilliseconds(1));
                _came.Enqueue(0x1F);
                break;
            }

            var count = left <= TimeSpan.Zero ? 0 : line.Receive(some, left);
            if (count == 0)
            {
                return 0;
            }

            foreach (var value in some.AsSpan(0, count))
            {
                Hear(value);
            }
        }

        var read = 0;
        while (read < into.Length && _came.TryDequeue(out var value))
        {
            into[read++] = value;
        }

        return read;
    }

    public void DropInput()
    {
        RequirePlugged("emptying its buffer");
        _came.Clear();
        line.DropInput();
    }

    public void SetLines(bool? dtr, bool? rts) => line.SetLines(dtr, rts);

    public void Dispose() => line.Dispose();

    private void Hear(byte value)
    {
        if (Lasting)
        {
            if (fault is SerialFault.Burst)
            {
                _came.Enqueue((byte)random.Next(256));
            }

            return;
        }

        var hit = !Happened && Frames > at && fault is SerialFault.Nack or SerialFault.FlippedIn or SerialFault.LostIn or SerialFault.ExtraIn;
        if (!hit || Happened)
        {
            _came.Enqueue(value);
            return;
        }

        Happen();
        if (fault is SerialFault.ExtraIn)
        {
            _came.Enqueue((byte)random.Next(256));
            _came.Enqueue(value);
        }
        else if (fault is not SerialFault.LostIn)
        {
            _came.Enqueue(fault is SerialFault.Nack ? (byte)0x1F : (byte)(value ^ 1 << random.Next(8)));
        }
    }

    private void Happen() => (Happened, When) = (true, clock.Now);

    private void RequirePlugged(string doing)
    {
        if (fault is SerialFault.Unplugged && Happened)
        {
            throw SerialPorts.Gone("/dev/ttyUSB0", doing, 5, "Input/output error");
        }
    }
}
