namespace Nrst.Connecting.Rungs;

/// <summary>Attaches to the running chip. Neither resets nor halts.</summary>
internal sealed class AttachRung : ConnectRung
{
    public override string Name => "attach";

    public override Contact Climb(RungTools tools)
    {
        tools.UseClock(tools.Wish);
        tools.Probe.Attach();
        var (core, port) = tools.AttachToCore();
        return new Contact(core, port, tools.Identify(port, core.Identity.Cpuid));
    }
}
