namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>One byte on a TX pin, and when its stop bit ended.</summary>
internal readonly record struct UsartByte(int Usart, byte Value, long Time);

/// <summary>A USART in asynchronous mode, without flow control and DMA.</summary>
internal sealed class Usart(IChipServices chip, int number, Func<long> clock, InterruptLine.Input interrupt, Action<UsartByte> output) : ITimedPeripheral
{
    private const uint RXNE = 1 << 5, TC = 1 << 6, TXE = 1 << 7, ORE = 1 << 3;
    private readonly uint[] registers = new uint[7];
    private readonly Queue<byte> incoming = new();
    private uint sr = TC | TXE;
    private byte received;
    private byte? waiting;
    private byte shifting;
    private long shiftEnd = long.MaxValue, receiveEnd = long.MaxValue;

    public long NextEvent => Math.Min(shiftEnd, receiveEnd);

    private bool Enabled => (registers[3] & 1 << 13) != 0;

    private long Character
    {
        get
        {
            var divider = Math.Max((registers[3] & 1 << 15) != 0 ? ((registers[2] >> 4) << 3) + (registers[2] & 7) : registers[2], 1);
            return 10L * divider * 1_000_000_000 / Math.Max(clock(), 1);
        }
    }

    /// <summary>Bytes that somebody sends to the RX pin, one after the other, from now on.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, long now)
    {
        foreach (var value in bytes)
        {
            incoming.Enqueue(value);
        }

        if (receiveEnd == long.MaxValue && incoming.Count > 0)
        {
            receiveEnd = now + Character;
            chip.EventMoved(receiveEnd);
        }
    }

    public uint Read(uint offset, long now)
    {
        Advance(now);
        switch (offset)
        {
            case 0x00:
                return sr;
            case 0x04:
                sr &= ~(RXNE | ORE);
                Drive();
                return received;
            default:
                return offset / 4 < registers.Length ? registers[offset / 4] : 0;
        }
    }

    public void Write(uint offset, uint value, uint mask, long now)
    {
        Advance(now);
        switch (offset)
        {
            case 0x00:
                sr &= (value | ~mask) | ~(TC | RXNE); // rc_w0, the rest is read-only
                break;
            case 0x04 when (mask & 0xFF) != 0:
                Send((byte)value, now);
                break;
            default:
                if (offset / 4 < registers.Length)
                {
                    registers[offset / 4] = (registers[offset / 4] & ~mask) | (value & mask);
                }

                break;
        }

        Drive();
    }

    public void Advance(long now)
    {
        while (shiftEnd <= now)
        {
            output(new UsartByte(number, shifting, shiftEnd));
            if (waiting is { } next)
            {
                (shifting, waiting) = (next, null);
                shiftEnd += Character;
                sr |= TXE;
            }
            else
            {
                shiftEnd = long.MaxValue;
                sr |= TC | TXE;
            }

            Drive();
        }

        while (receiveEnd <= now)
        {
            var value = incoming.Dequeue();
            if (Enabled && (registers[3] & 1 << 2) != 0)
            {
                received = (sr & RXNE) == 0 ? value : received;
                sr |= (sr & RXNE) == 0 ? RXNE : ORE;
            }

            receiveEnd = incoming.Count > 0 ? receiveEnd + Character : long.MaxValue;
            Drive();
        }
    }

    public void Reset(long now)
    {
        registers.AsSpan().Clear();
        (sr, waiting, shiftEnd) = (TC | TXE, null, long.MaxValue);
        Drive();
    }

    private void Send(byte value, long now)
    {
        if (!Enabled || (registers[3] & 1 << 3) == 0)
        {
            return;
        }

        sr &= ~TC;
        if (shiftEnd == long.MaxValue)
        {
            shifting = value;
            shiftEnd = now + Character;
            chip.EventMoved(shiftEnd);
        }
        else
        {
            waiting = value;
            sr &= ~TXE;
        }
    }

    private void Drive()
    {
        // TXEIE, TCIE and RXNEIE stand at the same places in CR1 as their flags in SR.
        var enabled = registers[3] & (TXE | TC | RXNE);
        interrupt.Set((sr & enabled) != 0 || ((sr & ORE) != 0 && (enabled & RXNE) != 0));
    }
}
