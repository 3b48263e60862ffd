using System.Globalization;
using System.Runtime.InteropServices;
using Nrst.Flash;
using Nrst.Images;
using Nrst.Probes.StLink;
using Nrst.Usb;

namespace Nrst.Perf;

/// <summary>
/// nrst as a program of its own, which reaches the bench as the others do: its own libusb calls, and the time that perf/peers gives. What it
/// takes this way and in the bench's own process has to be the same, transfer by transfer.
/// </summary>
internal static class Alone
{
    public const string Verb = "alone";

    /// <param name="arguments">The library, the image, where it goes, the SWD clock in kHz, the file for the transfers.</param>
    public static void Run(string[] arguments)
    {
        var (library, image, at, kilohertz, transcript) = (
            arguments[0], File.ReadAllBytes(arguments[1]), uint.Parse(arguments[2], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
            int.Parse(arguments[3], CultureInfo.InvariantCulture), arguments[4]);
        var clock = new ClockOfTheBench(library);
        using var bus = new LibUsbBus(library);
        var device = bus.List(StLinkIds.IsStLink).Single();
        using var lines = new StreamWriter(transcript);
        var pipe = new Transcript(bus.OpenPipe(device, StLinkIds.Endpoints(device.Pid)), lines, () => clock.Nanoseconds);
        Flash(StLinkProbe.Open(pipe, clock, device.Vid, device.Pid, device.Serial), image, new Address(at), kilohertz);
    }

    /// <summary>The one job that is measured: erase what is in the way, program, prove, reset and run.</summary>
    public static void Flash(IDebugProbe probe, byte[] image, Address at, int kilohertz)
    {
        using var target = Target.Connect(probe, new ConnectOptions(Kilohertz: kilohertz));
        var firmware = new FirmwareImage("measured", ImageFormat.Binary, [new ImagePiece(at, image, "file")], null);
        new Programmer(target).Flash(firmware, new FlashOptions(), ResetAfter.Run, CancellationToken.None);
    }
}

/// <summary>Virtual time, of which the library knows.</summary>
internal sealed class ClockOfTheBench : IClock
{
    private readonly NowFunction _now;
    private readonly SleepFunction _sleep;

    public ClockOfTheBench(string library)
    {
        var loaded = NativeLibrary.Load(library);
        _now = Marshal.GetDelegateForFunctionPointer<NowFunction>(NativeLibrary.GetExport(loaded, "bench_now"));
        _sleep = Marshal.GetDelegateForFunctionPointer<SleepFunction>(NativeLibrary.GetExport(loaded, "bench_sleep"));
        _sleep(0); // from here on silence is no sleep
    }

    private delegate ulong NowFunction();

    private delegate void SleepFunction(ulong nanoseconds);

    public long Nanoseconds => (long)_now();

    public TimeSpan Now => TimeSpan.FromTicks(Nanoseconds / 100);

    public void Wait(TimeSpan time) => _sleep((ulong)time.Ticks * 100);
}

/// <summary>Writes every transfer down, with the time of its end; hides what only a real cable needs.</summary>
internal sealed class Transcript(IBulkPipe inner, TextWriter lines, Func<long> now) : IBulkPipe
{
    public void Send(ReadOnlySpan<byte> packet)
    {
        inner.Send(packet);
        Write('>', packet);
    }

    public int Receive(Span<byte> into)
    {
        var length = inner.Receive(into);
        Write('<', into[..length]);
        return length;
    }

    public void Dispose() => inner.Dispose();

    private void Write(char way, ReadOnlySpan<byte> bytes) =>
        lines.Write(string.Create(CultureInfo.InvariantCulture, $"{now()} {way} {Convert.ToHexString(bytes)}\n"));
}
