using Nrst.Bootloaders.Usart;

namespace Nrst;

/// <summary>Chips in their loaders behind the serial ports of this machine: <c>serial:/dev/ttyUSB0</c>, <c>serial:COM3:57600</c>.</summary>
/// <param name="wiring">How DTR and RTS lead to BOOT0 and NRST; null where they do not.</param>
/// <param name="cancel">Ends the search for a loader. A job that has one stops where its own token says.</param>
public sealed class UsartSource(
    Func<string, ISerialLine> open, Func<IReadOnlyList<ProbeListing>> list, IClock clock, BootWiring? wiring, SerialParity parity = SerialParity.Even, CancellationToken cancel = default) : ILoaderSource
{
    public IReadOnlyList<ProbeListing> List() => list();

    public RomSession? Open(ProbeSelector selector, string? chip) =>
        selector is ProbeSelector.SerialPort port && !port.Device.StartsWith("virtual:", StringComparison.Ordinal)
            ? Open(open(port.Device), clock, port, chip, wiring, parity, cancel)
            : null;

    /// <summary>Opens a loader at a line and finds out which chip it is. Owns the line, also when this throws.</summary>
    /// <param name="cancel">Ends the search, with an <see cref="OperationCanceledException"/>.</param>
    /// <remarks>Where no speed is named and the usual one is not understood, lower ones are tried.</remarks>
    public static RomSession Open(
        ISerialLine line, IClock clock, ProbeSelector.SerialPort port, string? chip, BootWiring? wiring, SerialParity parity = SerialParity.Even,
        CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(port);
        var start = clock.Now;
        var search = new SearchedLine(line, cancel);
        var resets = wiring is { CanReset: true } ? wiring : null;
        var bauds = port.Baud is { } named ? [named] : UsartLink.UsualBauds;
        var loader = UsartLoader.Open(search, clock, port.ToString(), new UsartLink(bauds, parity)
        {
            Enter = resets is null ? null : () => resets.EnterLoader(line, clock),
        });
        try
        {
            var found = RomChip.Of(loader, chip);
            search.IsFound = true;
            return new RomSession(loader, loader.Baud == bauds[0] ? found : found with
            {
                Notes = [$"The loader does not understand {bauds[0]} baud; {loader.Baud} are used.", .. found.Notes],
            }, clock.Now - start)
            {
                RealReset = resets is null ? null : () => resets.StartProgram(line, clock),
            };
        }
        catch
        {
            loader.Dispose();
            throw;
        }
    }
}
