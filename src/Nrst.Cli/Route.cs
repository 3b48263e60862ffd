using System.Text.Json.Nodes;

namespace Nrst.Cli;

/// <summary>A chip that jobs can be done on, by a debug probe or through the loader in its ROM, and what the document says of both.</summary>
internal sealed class Route(IDisposable owned, IProgrammer programmer, string chipName) : IDisposable
{
    public IProgrammer Programmer => programmer;
    public string ChipName => chipName;
    public required Func<JsonObject> Chip { get; init; }
    public required Func<JsonObject> Probe { get; init; }
    public required Func<long> Exchanges { get; init; }

    public static Route Open(Invocation call, bool withoutLoader = false)
    {
        if (Loaders.Selected(call) is { } selector)
        {
            return Through(Loaders.Open(call, selector), call);
        }

        var target = Connection.Open(call);
        return new Route(target, new Programmer(target, call.Progress.Listen) { WithoutLoader = withoutLoader }, target.Chip.Name)
        {
            Chip = () => Connection.Chip(target),
            Probe = () => Connection.Probe(target),
            Exchanges = () => target.Probe.Exchanges,
        };
    }

    public void Dispose() => owned.Dispose();

    private static Route Through(RomSession session, Invocation call) => new(session, new RomProgrammer(session, call.Progress.Listen), session.Chip.Name)
    {
        Chip = () => Loaders.Chip(session),
        Probe = () => Loaders.Probe(session),
        Exchanges = () => session.Loader.Exchanges,
    };
}
