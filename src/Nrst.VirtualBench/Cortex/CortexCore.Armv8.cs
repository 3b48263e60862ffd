namespace Nrst.VirtualBench.Cortex;

// What ARMv8-M mainline adds to ARMv7-M for a core without the security extension.
internal sealed partial class CortexCore
{
    private readonly bool _v8 = traits.HasV8;

    /// <summary>LDA, STL and their exclusive forms: with one core and no write buffer they are loads and stores that refuse to be unaligned.</summary>
    private void AcquireOrRelease(bool load, uint n, uint t, uint hw2)
    {
        var bytes = 1 << (int)(hw2 >> 4 & 3);
        RefuseIf(bytes > 4 || n == Pc);
        var address = _r[n];
        if ((hw2 & 0x40) != 0)
        {
            Exclusive(load, address, bytes, t, hw2 & 15);
            return;
        }

        RefuseSpPc(t);
        if ((address & (uint)(bytes - 1)) != 0)
        {
            throw Unaligned(address);
        }

        _cycles++;
        if (load)
        {
            _r[t] = LoadAligned(address, bytes);
        }
        else
        {
            StoreAligned(address, bytes, bytes == 4 ? _r[t] : _r[t] & (bytes == 2 ? 0xFFFFu : 0xFF));
        }
    }

    /// <summary>TT and TTT with the MPU off: no region, readable and writable. The alternate forms need the security extension.</summary>
    private void TestTarget(uint d, uint hw2)
    {
        RefuseIf((hw2 & 0x80) != 0);
        RefuseSpPc(d);
        _r[d] = 3 << 18;
    }

    /// <summary>A stack pointer below its limit is a UsageFault before anything is stored.</summary>
    private static void RequireStack(uint pointer, uint limit)
    {
        if (pointer < limit)
        {
            throw new CoreFaultException(UsageFault, CFSR_STKOF) { Text = $"SP would be 0x{pointer:X8}, below its limit 0x{limit:X8}" };
        }
    }
}
