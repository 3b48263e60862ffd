using Nrst.Arm;
using Nrst.Flash;
using Nrst.Targets;

namespace Nrst;

/// <summary>An open probe with an identified chip behind it. Disposing puts back what attaching touched, and lets go.</summary>
public sealed class Target : IDisposable
{
    private Target(IDebugProbe probe, ConnectOptions options, int kilohertz, double? volts, CortexMCore core, ChipIdentity chip)
    {
        (Probe, Options, Kilohertz, Volts, Core, Chip) = (probe, options, kilohertz, volts, core, chip);
    }

    public IDebugProbe Probe { get; }
    public ConnectOptions Options { get; }

    /// <summary>The SWD clock the probe really uses.</summary>
    public int Kilohertz { get; }

    public double? Volts { get; }
    public CortexMCore Core { get; }
    public ChipIdentity Chip { get; }
    public ITargetMemory Memory => Probe.Memory;

    /// <summary>What connecting took, on the probe's clock.</summary>
    public TimeSpan ConnectTime { get; private init; }

    /// <summary>Attaches and identifies. Resets only with <see cref="ConnectMode.UnderReset"/>. Owns the probe, also when this throws.</summary>
    public static Target Connect(IDebugProbe probe, ConnectOptions options)
    {
        ArgumentNullException.ThrowIfNull(probe);
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            var start = probe.Clock.Now;
            var underReset = options.Mode is ConnectMode.UnderReset;
            var volts = probe.ReadTargetVolts();
            var kilohertz = probe.SetSpeed(options.Kilohertz);
            probe.Attach(underReset);
            var (core, accessPort) = AttachToCore(probe, underReset);
            if (underReset)
            {
                core.Reset(ResetKind.Pin, halt: true);
            }

            var chip = ChipIdentification.Identify(probe.Words, options.Chip, accessPort);
            return new Target(probe, options, kilohertz, volts, core, chip) { ConnectTime = probe.Clock.Now - start };
        }
        catch
        {
            probe.Dispose();
            throw;
        }
    }

    /// <summary>The core behind the first access port that leads to one: 0 on most chips, 1 on an STM32H5 or STM32H7R/S.</summary>
    private static (CortexMCore Core, int AccessPort) AttachToCore(IDebugProbe probe, bool underReset)
    {
        TargetException? first = null;
        foreach (var port in DeviceDatabase.CoreAccessPorts)
        {
            try
            {
                if (port != 0)
                {
                    probe.UseAccessPort((byte)port);
                }

                var core = new CortexMCore(probe.Memory, probe.Words, probe.Reset, probe.Clock);
                core.Attach(inReset: underReset);
                return (core, port);
            }
            catch (TargetException none) when (none is TargetMemoryException or { Code: "NRST3006" or "NRST3109" })
            {
                first ??= none; // what the first port said is the story, should no port lead to a core
            }
            catch (ProbeException old) when (first is not null && old.Code == "NRST1319")
            {
                first.AddEvidence(old.Message);
            }
        }

        throw first!;
    }

    /// <summary>The flash as this chip has it, read from the silicon and checked against the device data.</summary>
    public FlashGeometry ReadGeometry() => FlashGeometry.Read(Memory, Chip.Device, Chip.Named);

    public void Dispose()
    {
        try
        {
            Core.Detach();
        }
        catch (NrstException)
        {
            // The wire is gone; what the first error said is the better story.
        }

        Probe.Dispose();
    }
}
