using Nrst.Targets;

namespace Nrst.Connecting.Rungs;

/// <summary>Looks for another core behind the other access ports: on a chip with two, one may be switched off by an option byte.</summary>
internal sealed class AccessPortRung : ConnectRung
{
    private const int LastPort = 7;

    public override string Name => "access-ports";

    public override bool NeedsAnAnswer => true;

    public override Contact Climb(RungTools tools)
    {
        tools.UseClock(tools.Wish);
        tools.Probe.Attach();
        var seen = new List<string>();
        for (var port = 0; port <= LastPort; port++)
        {
            if (DeviceDatabase.CoreAccessPorts.Contains(port))
            {
                continue; // the other rungs have been there
            }

            try
            {
                var core = tools.AttachToCore(port);
                return new Contact(core, port, tools.Identify(port, core.Identity.Cpuid)) { OtherCore = true };
            }
            catch (TargetException none)
            {
                seen.Add($"access port {port}: {none.Message}");
                tools.LetGo();
            }
        }

        throw new TargetException("NRST3006", "No other access port leads to a core.") { Evidence = seen };
    }
}
