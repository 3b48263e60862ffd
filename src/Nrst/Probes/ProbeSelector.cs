using System.Globalization;

namespace Nrst;

/// <summary>Which probe a user means, as written after <c>--probe</c>.</summary>
public abstract record ProbeSelector
{
    private ProbeSelector()
    {
    }

    /// <summary>A board on the virtual bench.</summary>
    public sealed record Virtual(string Name) : ProbeSelector
    {
        public override string ToString() => $"virtual:{Name}";
    }

    /// <summary>A probe behind an stlink-server.</summary>
    public sealed record Tcp(string Host, int Port) : ProbeSelector
    {
        public override string ToString() => $"tcp:{Host}:{Port}";
    }

    /// <summary>USB ids, and a serial number where several are attached.</summary>
    public sealed record UsbId(ushort Vendor, ushort Product, string? Serial) : ProbeSelector
    {
        public override string ToString() => $"{Vendor:x4}:{Product:x4}" + (Serial is null ? "" : $":{Serial}");
    }

    /// <summary>A USB socket: bus and the ports on the way to it.</summary>
    public sealed record UsbPort(string Path) : ProbeSelector
    {
        public override string ToString() => $"usb:{Path}";
    }

    /// <summary>A capture that answers in place of the probe it was taken from.</summary>
    public sealed record Replay(string File) : ProbeSelector
    {
        public override string ToString() => $"replay:{File}";
    }

    /// <summary>A serial number, or as much of its beginning as is needed.</summary>
    public sealed record SerialNumber(string Prefix) : ProbeSelector
    {
        public override string ToString() => Prefix;
    }

    /// <exception cref="UsageException">The text is none of the forms.</exception>
    public static ProbeSelector Parse(string text)
    {
        const string Replayed = "replay:";
        if (text.StartsWith(Replayed, StringComparison.Ordinal) && text.Length > Replayed.Length)
        {
            return new Replay(text[Replayed.Length..]); // a path may hold colons of its own
        }

        var parts = text.Split(':');
        return parts switch
        {
            ["virtual", { Length: > 0 } name] => new Virtual(name),
            ["tcp", { Length: > 0 } host, var port]
                when int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536
                => new Tcp(host, number),
            ["usb", { Length: > 0 } path] => new UsbPort(path),
            ["dfu" or "serial", ..] => throw new UsageException("NRST0103", $"'{text}' names a bootloader, which this version cannot use.")
            {
                LikelyCause = "USB DFU and serial bootloaders are not supported yet.",
                Remedies = [new("Use a debug probe or a virtual board.", "nrst list")],
            },
            [var vendor, var product] when Id(vendor) is { } v && Id(product) is { } p => new UsbId(v, p, null),
            [var vendor, var product, { Length: > 0 } serial] when Id(vendor) is { } v && Id(product) is { } p => new UsbId(v, p, serial),
            [{ Length: > 0 } serial] when serial.All(char.IsAsciiHexDigit) => new SerialNumber(serial.ToUpperInvariant()),
            _ => throw new UsageException("NRST0102", $"'{text}' is not a probe selector.")
            {
                LikelyCause = "A selector is virtual:NAME, tcp:HOST:PORT, VID:PID[:SERIAL], usb:BUS-PORT, replay:FILE or a serial number.",
                Remedies = [new("See what is there, and how it is selected.", "nrst list")],
            },
        };
    }

    private static ushort? Id(string text) =>
        text.Length == 4 && ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : null;
}
