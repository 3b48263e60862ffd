namespace Nrst.VirtualBench.Chips.Peripherals;

/// <summary>
/// A DMA controller, channels (F0, F1, L4 …) or streams (F2, F4, F7, H7). Only what goes round for ever from a peripheral into memory moves
/// here, since nothing says when it is asked for: a request comes every two microseconds. All else keeps what is written.
/// </summary>
/// <remarks>RM0091 and RM0090, "DMA controller". It does not know whether the core is halted.</remarks>
internal sealed class Dma(IChipServices chip, bool hasStreams) : RegisterFile, ITimedPeripheral
{
    private const long Period = 2_000;
    private const uint EN = 1;

    private readonly Dictionary<int, (long Last, uint At)> running = [];

    private int Channels => hasStreams ? 8 : 7;

    private (uint First, uint Step) Place => hasStreams ? (0x10u, 0x18u) : (0x08u, 0x14u);

    public long NextEvent => long.MaxValue;

    public override void Write(uint offset, uint value, uint mask, long now)
    {
        Advance(now);
        base.Write(offset, value, mask, now);
        for (var channel = 0; channel < Channels; channel++)
        {
            if (GoesRound(this[Control(channel)]))
            {
                running.TryAdd(channel, (now, 0));
            }
            else
            {
                running.Remove(channel);
            }
        }
    }

    public void Advance(long now)
    {
        foreach (var channel in running.Keys.ToArray())
        {
            var (last, at) = running[channel];
            var due = (now - last) / Period;
            var control = Control(channel);
            var length = this[control + 4] & 0xFFFF;
            if (due <= 0 || length == 0)
            {
                continue;
            }

            var bytes = 1 << (int)((this[control] >> (hasStreams ? 13 : 10)) & 3);
            var increments = (this[control] & (hasStreams ? 1u << 10 : 1u << 7)) != 0;

            // What is overwritten again before anybody can look need not be written.
            var skipped = Math.Max(0, due - length);
            for (var i = skipped; i < due; i++)
            {
                var item = (uint)((at + i) % length);
                chip.Move(this[control + 8], this[control + 12] + (increments ? item * (uint)bytes : 0), bytes, last + ((i + 1) * Period));
            }

            running[channel] = (last + (due * Period), (uint)((at + due) % length));
        }
    }

    public override void Reset(long now)
    {
        base.Reset(now);
        running.Clear();
    }

    private uint Control(int channel) => Place.First + ((uint)channel * Place.Step);

    /// <summary>Enabled, circular, from the peripheral to memory.</summary>
    private bool GoesRound(uint control) => hasStreams
        ? (control & (EN | 1u << 8 | 3u << 6)) == (EN | 1u << 8)
        : (control & (EN | 1u << 5 | 1u << 4)) == (EN | 1u << 5);
}
