using Nrst.Arm;

namespace Nrst.Diagnosis.Examining;

/// <summary>Which access ports there are, and which of them lead to a core.</summary>
internal sealed class PortExaminer(IDebugProbe probe)
{
    private const int Ports = 4;
    private static readonly Address s_cpuid = new(0xE000_ED00);

    public BoardObservations Look(BoardObservations seen)
    {
        var ports = new List<AccessPortSeen>();
        for (byte number = 0; number < Ports; number++)
        {
            ports.Add(Look(number));
        }

        return seen with { AccessPorts = ports };
    }

    private AccessPortSeen Look(byte number)
    {
        var identity = default(ApIdr);
        try
        {
            if (number > 0)
            {
                probe.UseAccessPort(number);
            }

            identity = probe.Dap is { } dap ? new MemAp(dap, number).ReadIdentity() : default;
            if (number > 0 && identity.Value == 0 && probe.Dap is not null)
            {
                return new AccessPortSeen(number, identity, false, "there is none");
            }

            var core = new CoreIdentity(probe.Memory.Read32(s_cpuid));
            return new AccessPortSeen(number, identity, core.IsCore, core.IsCore ? null : $"CPUID reads 0x{core.Cpuid:X8}");
        }
        catch (TargetException error)
        {
            return new AccessPortSeen(number, identity, false, $"{error.Code}: {error.Message}");
        }
        catch (ProbeException old) when (old.Code == "NRST1319")
        {
            return new AccessPortSeen(number, identity, false, old.Message);
        }
    }
}
