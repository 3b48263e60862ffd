using System.CommandLine;
using System.Globalization;

namespace Nrst.Cli;

/// <summary>The options that every verb understands, and how addresses and files are written.</summary>
internal static class Common
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print one JSON document on stdout",
        Recursive = true,
    };

    public static readonly Option<string?> Probe = new("--probe", "-p")
    {
        Description = "A serial number, usb:BUS-PORT, VID:PID[:SERIAL], tcp:HOST:PORT, dfu[:WHICH], serial:DEVICE[:BAUD], virtual:NAME or replay:FILE",
        HelpName = "SELECTOR",
    };

    public static readonly Option<string?> Chip = new("--chip") { Description = "The part that must be there, e.g. STM32F407VG", HelpName = "NAME" };

    public static readonly Option<string> Connect = new("--connect")
    {
        Description = "auto, attach, normal, core-reset, under-reset, pulse or power-cycle",
        HelpName = "MODE",
        DefaultValueFactory = _ => "auto",
    };

    public static readonly Option<double> ConnectTimeout = new("--connect-timeout")
    {
        Description = "How long all ways to connect may take together",
        HelpName = "SECONDS",
        DefaultValueFactory = _ => 20,
    };

    public static readonly Option<bool> NoMemory = new("--no-memory") { Description = "Neither use nor note which way to connect worked on this board" };

    public static readonly Option<bool> Verbose = new("--verbose", "-v") { Description = "Say more: every way to connect that was tried, and what the silicon needs at least" };

    public static readonly Option<int> Speed = new("--speed")
    {
        Description = "Highest SWD clock in kHz",
        HelpName = "KHZ",
        DefaultValueFactory = _ => 4000,
    };

    public static readonly Option<string?> BootWires = new("--boot-wiring")
    {
        Description = "How DTR and RTS of a serial port lead to NRST and BOOT0, e.g. rts-nrst,!dtr-boot0",
        HelpName = "WIRES",
    };

    public static readonly Option<string> Parity = ParityOption();

    public static readonly Option<string?> Capture = new("--capture")
    {
        Description = "Write every USB transfer to a pcapng file, for Wireshark, reports and --probe replay:FILE",
        HelpName = "FILE",
    };

    public static readonly Option<bool> CaptureRedact = new("--capture-redact") { Description = "Mask the probe's serial number in the capture" };

    /// <summary>Adds the options of a verb that talks to a target.</summary>
    /// <param name="probe">How probes are named, where it is not one.</param>
    public static Command WithTarget(this Command command, Option? probe = null)
    {
        command.Options.Add(probe ?? Probe);
        command.Options.Add(Chip);
        command.Options.Add(Connect);
        command.Options.Add(ConnectTimeout);
        command.Options.Add(NoMemory);
        command.Options.Add(Verbose);
        command.Options.Add(Speed);
        command.Options.Add(BootWires);
        command.Options.Add(Parity);
        command.Options.Add(Capture);
        command.Options.Add(CaptureRedact);
        return command;
    }

    public static Command Does(this Command command, Func<Invocation, System.Text.Json.Nodes.JsonObject> verb, string? name = null)
    {
        command.SetAction(line => Host.Run(name ?? command.Name, line, verb));
        return command;
    }

    /// <summary><c>0x0800_0000</c>, <c>0x08000000</c> or decimal; <c>16K</c> and <c>1M</c> for lengths.</summary>
    public static uint Number(string text, string what)
    {
        var digits = text.Replace("_", "", StringComparison.Ordinal);
        var scale = digits switch { [.., 'K' or 'k'] => 1024UL, [.., 'M' or 'm'] => 1024UL * 1024, _ => 1UL };
        digits = scale > 1 ? digits[..^1] : digits;
        var parsed = digits.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value)
            : ulong.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out value);
        return parsed && value <= uint.MaxValue / scale
            ? (uint)(value * scale)
            : throw new UsageException("NRST0104", $"'{text}' is not {what}.")
            {
                LikelyCause = "Numbers are written 0x08000000, 0x0800_0000, 4096, 16K or 1M, and fit 32 bits.",
            };
    }

    public static Address Address(string text) => new(Number(text, "an address"));

    /// <summary>A length of at least one byte that does not run past the top of the address space.</summary>
    public static AddressRange Range(Address start, uint length) =>
        length > 0 && (ulong)start.Value + length <= 1UL << 32
            ? new AddressRange(start, length)
            : throw new UsageException("NRST0105", $"{length} bytes from {start} is not a range of memory.")
            {
                LikelyCause = "The length is 0, or the range runs past 0xFFFF_FFFF.",
            };

    private static Option<string> ParityOption()
    {
        var option = new Option<string>("--parity")
        {
            Description = "Parity of a serial port: even, or none for the few loaders that know none",
            HelpName = "PARITY",
            DefaultValueFactory = _ => "even",
        };
        option.AcceptOnlyFromAmong("even", "none");
        return option;
    }

    /// <summary><c>FILE@ADDR</c>: the address after the last @, when what follows reads as a number and the whole is no file.</summary>
    public static (string Path, Address? At) File(string text)
    {
        var at = text.LastIndexOf('@');
        return at > 0 && !System.IO.File.Exists(text) ? (text[..at], Address(text[(at + 1)..])) : (text, null);
    }
}
