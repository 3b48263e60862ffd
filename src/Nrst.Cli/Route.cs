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

    /// <param name="reading">See <see cref="Connection.Open"/>.</param>
    public static Route Open(Invocation call, bool withoutLoader = false, Task? reading = null)
    {
        if (Loader(call, reading) is { } loader)
        {
            return loader;
        }

        var target = Connection.Open(call, reading);
        return new Route(target, new Programmer(target, call.Progress.Listen) { WithoutLoader = withoutLoader }, target.Chip.Name)
        {
            Chip = () => Connection.Chip(target),
            Probe = () => Connection.Probe(target),
            Exchanges = () => target.Probe.Exchanges,
        };
    }

    public void Dispose() => owned.Dispose();

    /// <summary>Null where a debug probe is meant.</summary>
    private static Route? Loader(Invocation call, Task? reading)
    {
        ProbeSelector? selector;
        try
        {
            selector = Loaders.Selected(call);
        }
        catch
        {
            reading?.GetAwaiter().GetResult();
            throw;
        }

        if (selector is null)
        {
            return null;
        }

        reading?.GetAwaiter().GetResult(); // getting into a loader may reset the chip
        return Through(Loaders.Open(call, selector), call);
    }

    private static Route Through(RomSession session, Invocation call) => new(session, new RomProgrammer(session, call.Progress.Listen), session.Chip.Name)
    {
        Chip = () => Loaders.Chip(session),
        Probe = () => Loaders.Probe(session),
        Exchanges = () => session.Loader.Exchanges,
    };
}
