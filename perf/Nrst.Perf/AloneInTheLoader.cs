using System.Globalization;
using Nrst.Flash;
using Nrst.Images;
using Nrst.Usb;

namespace Nrst.Perf;

/// <summary>The same as <see cref="Alone"/> through the USB loader in the chip's ROM.</summary>
internal static class AloneInTheLoader
{
    public const string Verb = "alone-in-the-loader";

    private const ushort VendorId = 0x0483, ProductId = 0xDF11;

    /// <param name="arguments">The library, the image, where it goes, the file for the transfers.</param>
    public static void Run(string[] arguments)
    {
        var (library, image, at, transcript) = (
            arguments[0], File.ReadAllBytes(arguments[1]), uint.Parse(arguments[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), arguments[3]);
        var clock = new ClockOfTheBench(library);
        using var bus = new LibUsbBus(library);
        var device = bus.List((vendor, product) => (vendor, product) == (VendorId, ProductId)).Single();
        using var lines = new StreamWriter(transcript);
        Flash(new ControlTranscript(bus.Open(device), lines, () => clock.Nanoseconds), clock, image, new Address(at));
    }

    /// <summary>The one job that is measured: erase what is in the way, program, prove and start.</summary>
    public static FlashOutcome Flash(IControlPipe pipe, IClock clock, byte[] image, Address at)
    {
        using var session = DfuSource.Open(pipe, clock, "dfu", null);
        return Flash(session, image, at);
    }

    /// <param name="volts">What the loader is told of its supply; null for nothing.</param>
    public static FlashOutcome Flash(RomSession session, byte[] image, Address at, double? volts = null)
    {
        var firmware = new FirmwareImage("measured", ImageFormat.Binary, [new ImagePiece(at, image, "file")], null);
        return new RomProgrammer(session).Flash(firmware, new FlashOptions { Volts = volts }, ResetAfter.Run, CancellationToken.None);
    }
}

/// <summary>Writes every control transfer down, with the time of its end.</summary>
internal sealed class ControlTranscript(IControlPipe inner, TextWriter lines, Func<long> now) : IControlPipe
{
    public int Control(byte requestType, byte request, ushort value, ushort index, Span<byte> data, TimeSpan limit)
    {
        var sent = (requestType & 0x80) == 0 ? Convert.ToHexString(data) : "";
        try
        {
            var count = inner.Control(requestType, request, value, index, data, limit);
            Write($"{requestType:X2} {request:X2} {value:X4} {index:X4} {sent} {count} {((requestType & 0x80) != 0 ? Convert.ToHexString(data[..count]) : "")}");
            return count;
        }
        catch (ProbeException failed)
        {
            Write($"{requestType:X2} {request:X2} {value:X4} {index:X4} {sent} {failed.Failure}");
            throw;
        }
    }

    public void Claim(byte @interface, byte alternate = 0)
    {
        inner.Claim(@interface, alternate);
        Write($"claim {@interface} {alternate}");
    }

    public void Reset() => inner.Reset();

    public void Dispose() => inner.Dispose();

    private void Write(FormattableString line) => lines.Write(string.Create(CultureInfo.InvariantCulture, $"{now()} {line.ToString(CultureInfo.InvariantCulture)}\n"));
}
