using Nrst.Bootloaders.Usart;

namespace Nrst;

/// <summary>Chips in their loaders behind the serial ports of this machine: <c>serial:/dev/ttyUSB0</c>, <c>serial:COM3:57600</c>.</summary>
/// <param name="wiring">How DTR and RTS lead to BOOT0 and NRST; null where they do not.</param>
public sealed class UsartSource(Func<string, ISerialLine> open, Func<IReadOnlyList<ProbeListing>> list, IClock clock, BootWiring? wiring) : ILoaderSource
{
    /// <summary>Every loader measures this one well enough with its own oscillator, or nearly.</summary>
    public const int UsualBaud = 115_200;

    public IReadOnlyList<ProbeListing> List() => list();

    public RomSession? Open(ProbeSelector selector, string? chip) =>
        selector is ProbeSelector.SerialPort port && !port.Device.StartsWith("virtual:", StringComparison.Ordinal)
            ? Open(open(port.Device), clock, port, chip, wiring)
            : null;

    /// <summary>Opens a loader at a line and finds out which chip it is. Owns the line, also when this throws.</summary>
    public static RomSession Open(ISerialLine line, IClock clock, ProbeSelector.SerialPort port, string? chip, BootWiring? wiring)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(clock);
        ArgumentNullException.ThrowIfNull(port);
        var start = clock.Now;
        if (wiring is { CanReset: true })
        {
            wiring.EnterLoader(line, clock);
        }

        var loader = UsartLoader.Open(line, clock, port.ToString(), port.Baud ?? UsualBaud);
        try
        {
            return new RomSession(loader, RomChip.Of(loader, chip), clock.Now - start)
            {
                RealReset = wiring is { CanReset: true } ? () => wiring.StartProgram(line, clock) : null,
            };
        }
        catch
        {
            loader.Dispose();
            throw;
        }
    }
}
