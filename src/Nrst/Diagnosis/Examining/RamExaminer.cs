using System.Runtime.InteropServices;
using Nrst.Arm;
using Nrst.Targets;

namespace Nrst.Diagnosis.Examining;

/// <summary>Whether somebody writes into the RAM where a loader would live, while the core stands still.</summary>
internal static class RamExaminer
{
    private const int Bytes = 1024;

    // A core that stands still for longer may miss what it controls, and be reset by its watchdog.
    private static readonly TimeSpan s_apart = TimeSpan.FromMilliseconds(1);

    public static IReadOnlyList<Address> Look(IDebugProbe probe, Device device)
    {
        if (device.Parts[0].Ram.FirstOrDefault(ram => ram.Executes) is not { } ram)
        {
            return [];
        }

        var start = ram.Range.Start;
        var (before, after) = (new byte[Bytes], new byte[Bytes]);
        probe.Memory.Read(start, before);
        probe.Memory.Read(start, after);
        if (before.AsSpan().SequenceEqual(after))
        {
            return []; // not even the running program changes it
        }

        var core = new CortexMCore(probe.Memory, probe.Words, probe.Reset, probe.Clock);
        core.Attach(inReset: true);
        try
        {
            core.Halt();
            probe.Memory.Read(start, before);
            probe.Clock.Wait(s_apart);
            probe.Memory.Read(start, after);
            if (!core.LeaveHalted)
            {
                core.Run();
            }
        }
        finally
        {
            core.Detach();
        }

        var old = MemoryMarshal.Cast<byte, uint>(before.AsSpan());
        var now = MemoryMarshal.Cast<byte, uint>(after.AsSpan());
        var changed = new List<Address>();
        for (var i = 0; i < old.Length; i++)
        {
            if (old[i] != now[i])
            {
                changed.Add(start + (uint)(4 * i));
            }
        }

        return changed;
    }
}
