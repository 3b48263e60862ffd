using System.Numerics;

namespace Nrst.VirtualBench.Cortex;

/// <summary>State and priority of every exception, by exception number; interrupt n is exception 16 + n.</summary>
internal sealed class Nvic(byte priorityMask)
{
    public const int NoPriority = 256;

    private const int Words = 8;

    private readonly byte[] _priority = new byte[Words * 32];

    public uint[] Pending { get; } = new uint[Words];

    public uint[] Active { get; } = new uint[Words];

    public uint[] Enabled { get; } = new uint[Words];

    public uint[] Level { get; } = new uint[Words];

    /// <summary>AIRCR.PRIGROUP.</summary>
    public int Grouping { get; set; }

    public void Reset()
    {
        Array.Clear(Pending);
        Array.Clear(Active);
        Array.Clear(Enabled);
        Array.Clear(_priority);
        Grouping = 0;

        // Reset, NMI, HardFault, SVCall, DebugMonitor, PendSV and SysTick have no enable bit here; the other faults have SHCSR.
        Enabled[0] = 1u << CortexCore.NMI | 1u << CortexCore.HardFault | 1u << CortexCore.SVCall | 1u << CortexCore.DebugMonitor
            | 1u << CortexCore.PendSV | 1u << CortexCore.SysTick;
        for (var word = 0; word < Words; word++)
        {
            Pending[word] |= Level[word];
        }
    }

    public static bool Get(uint[] bits, int number) => (bits[number >> 5] >> (number & 31) & 1) != 0;

    public static void Set(uint[] bits, int number, bool value)
    {
        var bit = 1u << (number & 31);
        bits[number >> 5] = value ? bits[number >> 5] | bit : bits[number >> 5] & ~bit;
    }

    public byte GetPriority(int number) => _priority[number];

    public void SetPriority(int number, byte value) => _priority[number] = (byte)(value & priorityMask);

    /// <summary>The part of a priority that decides about pre-emption; NMI is -2, HardFault -1.</summary>
    public int GroupPriority(int number) => number switch
    {
        CortexCore.NMI => -2,
        CortexCore.HardFault => -1,
        _ => Group(_priority[number]),
    };

    public int Group(uint priority) => (int)(priority >> (Grouping + 1) << (Grouping + 1));

    /// <summary>The lowest (most urgent) group priority among the active exceptions.</summary>
    public int ActivePriority()
    {
        var lowest = NoPriority;
        for (var word = 0; word < Words; word++)
        {
            for (var bits = Active[word]; bits != 0; bits &= bits - 1)
            {
                lowest = Math.Min(lowest, GroupPriority(word * 32 + BitOperations.TrailingZeroCount(bits)));
            }
        }

        return lowest;
    }

    /// <summary>The most urgent pending and enabled exception; 0 if there is none.</summary>
    public int MostUrgent()
    {
        var (best, bestPriority) = (0, int.MaxValue);
        for (var word = 0; word < Words; word++)
        {
            for (var bits = Pending[word] & Enabled[word]; bits != 0; bits &= bits - 1)
            {
                var number = word * 32 + BitOperations.TrailingZeroCount(bits);
                var priority = GroupPriority(number) * 256 + _priority[number];
                if (priority < bestPriority)
                {
                    (best, bestPriority) = (number, priority);
                }
            }
        }

        return best;
    }

    public bool AnyActiveBut(int number)
    {
        for (var word = 0; word < Words; word++)
        {
            var bits = Active[word];
            if (word == number >> 5)
            {
                bits &= ~(1u << (number & 31));
            }

            if (bits != 0)
            {
                return true;
            }
        }

        return false;
    }
}
