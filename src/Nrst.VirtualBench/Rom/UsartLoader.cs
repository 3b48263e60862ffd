namespace Nrst.VirtualBench.Rom;

/// <summary>The USART interface of a bootloader at the level of bytes: the line, the sync byte, and one command after the other.</summary>
/// <remarks>AN3155. What a command does is in <c>UsartLoader.Commands.cs</c>.</remarks>
internal sealed partial class UsartLoader(RomLoader loader)
{
    private const byte Ack = 0x79, Nack = 0x1F, Sync = 0x7F;
    private const int BitsWithParity = 11, DocumentedLimit = 115_200;
    private const int Million = 1_000_000;

    private readonly Queue<(byte Value, long At)> _incoming = new();
    private readonly Queue<(byte Value, long At)> _outgoing = new();
    private readonly List<byte> _taken = [];
    private readonly Random _noise = new(0x5EED);
    private IEnumerator<Step>? _talk;
    private Step _step;
    private int _usart, _baud;
    private long _lineFree, _sent, _started;
    private long _now;
    private long _commands;
    private bool _garbled;

    /// <summary>Until so many bytes have come, or until a moment.</summary>
    private readonly record struct Step(int Bytes, long Until)
    {
        public static Step Take(int bytes) => new(bytes, long.MaxValue);

        public static Step At(long moment) => new(0, moment);
    }

    /// <summary>When something happens by itself next.</summary>
    public long NextEvent => Math.Min(_outgoing.TryPeek(out var sent) ? sent.At : long.MaxValue, NextStep);

    private long NextStep
    {
        get
        {
            if (_talk is null || _step.Bytes == 0)
            {
                return _talk is null ? long.MaxValue : _step.Until;
            }

            return _incoming.Count >= _step.Bytes - _taken.Count ? _incoming.ElementAt(_step.Bytes - _taken.Count - 1).At : long.MaxValue;
        }
    }

    public void Start(long now)
    {
        Stop();
        (_started, _commands, _usart, _baud, _garbled, _now) = (now, 0, 0, 0, false, now);
        _talk = Talk().GetEnumerator();
        Advance();
    }

    public void Stop()
    {
        _talk = null;
        _incoming.Clear();
        _outgoing.Clear();
        _taken.Clear();
        (_lineFree, _sent) = (0, 0);
    }

    /// <summary>Bytes come in at an RX pin, one after the other.</summary>
    /// <param name="hasParity">They have an even parity bit.</param>
    public void Receive(int usart, ReadOnlySpan<byte> bytes, long now, int baud, bool hasParity)
    {
        if (!loader.Rom.Usarts.Contains(usart) || loader.Selected == RomInterface.Usb || (_usart != 0 && usart != _usart))
        {
            return;
        }

        foreach (var value in bytes)
        {
            _lineFree = Math.Max(_lineFree, now) + Character(baud, hasParity ? BitsWithParity : BitsWithParity - 1);
            if (_lineFree < _started + loader.Rom.UsartStart || Happens(loader.Faults.LossPpm))
            {
                continue; // nobody listened yet, or it got lost
            }

            _usart = usart;
            _baud = _baud == 0 ? baud : _baud;
            var understood = baud == _baud && !_garbled && (hasParity || !loader.Faults.WantsParity || _commands == 0 && value == Sync && loader.Selected == RomInterface.None);
            _incoming.Enqueue((understood ? Noisy(value) : (byte)(value ^ 0xA5), _lineFree));
        }
    }

    public void RunUntil(long now)
    {
        while (NextEvent is var next && next <= now)
        {
            _now = Math.Max(_now, next);
            if (_outgoing.TryPeek(out var sent) && sent.At == next)
            {
                _outgoing.Dequeue();
                loader.Sent(_usart, sent.Value, sent.At);
                continue;
            }

            while (_step.Bytes > _taken.Count)
            {
                _taken.Add(_incoming.Dequeue().Value);
            }

            Advance();
        }
    }

    private void Advance()
    {
        var talk = _talk;
        loader.Bus.Now = Math.Max(loader.Bus.Now, _now);
        if (talk is null || !talk.MoveNext())
        {
            _talk = _talk == talk ? null : _talk;
            return;
        }

        if (_talk != talk)
        {
            return; // the chip has reset meanwhile
        }

        _taken.Clear();
        _step = talk.Current;
    }

    private IEnumerable<Step> Talk()
    {
        do
        {
            yield return Step.Take(1);
            if (_taken[0] != Sync)
            {
                (_usart, _baud) = (0, 0); // no start of anything: the loader goes on measuring
            }
        }
        while (_taken[0] != Sync || loader.Selected != RomInterface.None);

        loader.Selected = RomInterface.Usart;
        var limit = loader.Faults.DeafAbove ?? (loader.Rom.Has(RomQuirks.SoftBaud) ? DocumentedLimit : int.MaxValue);
        _garbled = _baud > limit;
        Send(Ack);
        if (loader.Rom.Has(RomQuirks.TwoAcksOnConnect))
        {
            Send(Ack);
        }

        while (true)
        {
            yield return Step.Take(2);
            var (code, check) = (_taken[0], _taken[1]);
            _commands++;
            if (_commands == loader.Faults.SilentAt)
            {
                continue;
            }

            if ((code ^ check) != 0xFF || !loader.Rom.Commands.Contains(code) || _commands == loader.Faults.NackAt)
            {
                Send(Nack);
                continue;
            }

            if (loader.IsReadProtected && code is not (0x00 or 0x01 or 0x02 or 0x92))
            {
                Send(Nack);
                if (loader.Rom.Has(RomQuirks.TwoNacks))
                {
                    Send(Nack);
                }

                continue;
            }

            foreach (var step in Execute(code))
            {
                yield return step;
            }
        }
    }

    private void Send(params ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            _sent = Math.Max(_sent, _now) + Character(_baud, BitsWithParity);
            if (!Happens(loader.Faults.LossPpm))
            {
                _outgoing.Enqueue((Noisy(_garbled ? (byte)(value ^ 0x5A) : value), _sent));
            }
        }
    }

    /// <summary>Everything that was sent is out.</summary>
    private Step Drained => Step.At(Math.Max(_sent, _now));

    private byte Noisy(byte value) => Happens(loader.Faults.NoisePpm) ? (byte)(value ^ 1 << _noise.Next(8)) : value;

    private bool Happens(int ppm) => ppm > 0 && _noise.Next(Million) < ppm;

    private static long Character(int baud, int bits) => bits * 1_000_000_000L / Math.Max(baud, 1);
}
