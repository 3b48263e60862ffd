namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>One byte on a TX pin, and when its stop bit ended.</summary>
internal readonly record struct UsartByte(int Usart, byte Value, long Time);

/// <summary>Where a USART has its registers and bits.</summary>
/// <param name="Status">SR or ISR.</param>
/// <param name="Clear">ICR, which clears flags; null where a 0 written to SR does.</param>
/// <param name="Receive">DR or RDR.</param>
/// <param name="Transmit">DR or TDR.</param>
/// <param name="Enable">Position of UE in CR1.</param>
internal sealed record UsartLayout(uint Status, uint? Clear, uint Receive, uint Transmit, uint Brr, uint Cr1, int Enable)
{
    /// <summary>F1, F2, F4, L1.</summary>
    public static UsartLayout WithDr { get; } = new(0x00, null, 0x04, 0x04, 0x08, 0x0C, 13);

    /// <summary>All later lines.</summary>
    public static UsartLayout WithIcr { get; } = new(0x1C, 0x20, 0x24, 0x28, 0x0C, 0x00, 0);
}

/// <summary>A USART in asynchronous mode, without FIFO, flow control and DMA.</summary>
internal sealed class Usart(
    IChipServices chip, int number, UsartLayout layout, Func<long> clock, InterruptLine.Input interrupt, Action<UsartByte> output) : ITimedPeripheral
{
    private const uint RXNE = 1 << 5, TC = 1 << 6, TXE = 1 << 7, ORE = 1 << 3;
    private const uint TEACK = 1 << 21, REACK = 1 << 22;
    private readonly uint[] registers = new uint[0x30 / 4];
    private readonly Queue<byte> incoming = new();
    private uint sr = TC | TXE;
    private byte received;
    private byte? waiting;
    private byte shifting;
    private long shiftEnd = long.MaxValue, receiveEnd = long.MaxValue;

    public long NextEvent => Math.Min(shiftEnd, receiveEnd);

    /// <summary>TEACK and REACK follow TE and RE at once.</summary>
    private uint Acknowledges => layout.Clear is null || !Enabled ? 0 : ((Cr1 & 1 << 3) != 0 ? TEACK : 0) | ((Cr1 & 1 << 2) != 0 ? REACK : 0);

    private uint Cr1 => registers[layout.Cr1 / 4];

    private bool Enabled => (Cr1 & 1u << layout.Enable) != 0;

    private long Character
    {
        get
        {
            var brr = registers[layout.Brr / 4];
            var divider = Math.Max((Cr1 & 1 << 15) != 0 ? ((brr >> 4) << 3) + (brr & 7) : brr, 1);
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
        if (offset == layout.Status)
        {
            return sr | Acknowledges;
        }

        if (offset == layout.Receive)
        {
            sr &= ~(RXNE | (layout.Clear is null ? ORE : 0));
            Drive();
            return received;
        }

        return offset / 4 < registers.Length ? registers[offset / 4] : 0;
    }

    public void Write(uint offset, uint value, uint mask, long now)
    {
        Advance(now);
        if (offset == layout.Status)
        {
            sr &= layout.Clear is null ? (value | ~mask) | ~(TC | RXNE) : uint.MaxValue; // rc_w0, the rest is read-only
        }
        else if (offset == layout.Clear)
        {
            sr &= ~(value & mask & (TC | ORE));
        }
        else if (offset == layout.Transmit)
        {
            if ((mask & 0xFF) != 0)
            {
                Send((byte)value, now);
            }
        }
        else if (offset / 4 < registers.Length)
        {
            registers[offset / 4] = (registers[offset / 4] & ~mask) | (value & mask);
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
            if (Enabled && (Cr1 & 1 << 2) != 0)
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
        if (!Enabled || (Cr1 & 1 << 3) == 0)
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
        var enabled = Cr1 & (TXE | TC | RXNE);
        interrupt.Set((sr & enabled) != 0 || ((sr & ORE) != 0 && (enabled & RXNE) != 0));
    }
}
