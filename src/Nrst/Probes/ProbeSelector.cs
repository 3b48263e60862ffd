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

    /// <summary>A chip in its USB loader.</summary>
    /// <param name="Which">A serial number, <c>usb:PATH</c>, <c>virtual:NAME</c>, or null for the only one. Serial numbers of loaders are often equal.</param>
    public sealed record Dfu(string? Which) : ProbeSelector
    {
        public override string ToString() => Which is null ? "dfu" : $"dfu:{Which}";
    }

    /// <summary>A chip in its loader at the end of a serial line.</summary>
    /// <param name="Device">As the system calls the port, or <c>virtual:NAME</c>.</param>
    /// <param name="Baud">Null for what the loader is asked at when nobody says more.</param>
    public sealed record SerialPort(string Device, int? Baud) : ProbeSelector
    {
        public override string ToString() => $"serial:{Device}" + (Baud is { } baud ? $":{baud}" : "");
    }

    /// <summary>A serial number, or as much of its beginning as is needed.</summary>
    public sealed record SerialNumber(string Prefix) : ProbeSelector
    {
        public override string ToString() => Prefix;
    }

    /// <exception cref="UsageException">The text is none of the forms.</exception>
    public static ProbeSelector Parse(string text)
    {
        const string Replayed = "replay:", Line = "serial:";
        if (text.StartsWith(Replayed, StringComparison.Ordinal) && text.Length > Replayed.Length)
        {
            return new Replay(text[Replayed.Length..]); // a path may hold colons of its own
        }

        if (text.StartsWith(Line, StringComparison.Ordinal) && text.Length > Line.Length)
        {
            return ParseSerial(text[Line.Length..]);
        }

        var parts = text.Split(':');
        return parts switch
        {
            ["virtual", { Length: > 0 } name] => new Virtual(name),
            ["tcp", { Length: > 0 } host, var port]
                when int.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536
                => new Tcp(host, number),
            ["usb", { Length: > 0 } path] => new UsbPort(path),
            ["dfu"] => new Dfu(null),
            ["dfu", "usb" or "virtual", { Length: > 0 }] => new Dfu(text["dfu:".Length..]),
            ["dfu", { Length: > 0 } number] => new Dfu(number),
            [var vendor, var product] when Id(vendor) is { } v && Id(product) is { } p => new UsbId(v, p, null),
            [var vendor, var product, { Length: > 0 } serial] when Id(vendor) is { } v && Id(product) is { } p => new UsbId(v, p, serial),
            [{ Length: > 0 } serial] when serial.All(char.IsAsciiHexDigit) => new SerialNumber(serial.ToUpperInvariant()),
            _ => throw new UsageException("NRST0102", $"'{text}' is not a probe selector.")
            {
                LikelyCause = "A selector is virtual:NAME, tcp:HOST:PORT, VID:PID[:SERIAL], usb:BUS-PORT, dfu[:WHICH], serial:DEVICE[:BAUD], replay:FILE or a serial number.",
                Remedies = [new("See what is there, and how it is selected.", "nrst list")],
            },
        };
    }

    /// <summary><c>/dev/ttyUSB0</c>, <c>COM3:57600</c>, <c>virtual:NAME:115200</c>.</summary>
    private static SerialPort ParseSerial(string text) =>
        text.LastIndexOf(':') is > 0 and var colon && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var baud)
            && text[..colon] is not "virtual"
            ? baud is >= 1200 and <= 4_000_000
                ? new SerialPort(text[..colon], baud)
                : throw new UsageException("NRST0103", $"{baud} is no speed of a serial line to a loader.")
                {
                    LikelyCause = "Loaders take 1200 to 115200 baud, and some parts up to a few million.",
                    Remedies = [new("Leave it out, or take a usual one.", "nrst info --probe serial:/dev/ttyUSB0:57600")],
                }
            : new SerialPort(text, null);

    private static ushort? Id(string text) =>
        text.Length == 4 && ushort.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var id) ? id : null;
}
