using System.Reflection;
using Nrst.Usb.Capture;

namespace Nrst.Cli;

/// <summary>The file of <c>--capture</c>, opened before anything is touched.</summary>
internal static class Capturing
{
    private static string Application =>
        $"nrst {typeof(Capturing).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion}".TrimEnd();

    /// <summary>Null where nothing is to be captured.</summary>
    public static UsbCapture? Begin(Invocation call, ProbeSelector? selector)
    {
        var (file, redact) = (call.Line.GetValue(Common.Capture), call.Line.GetValue(Common.CaptureRedact));
        if (file is null)
        {
            return !redact ? null : throw new UsageException("NRST0191", "There is no capture to redact.")
            {
                LikelyCause = "--capture-redact was given without --capture FILE.",
            };
        }

        if (selector is ProbeSelector.Replay replay && Path.GetFullPath(replay.File) == Path.GetFullPath(file))
        {
            throw new UsageException("NRST0192", $"{file} cannot be replayed and written at the same time.")
            {
                LikelyCause = "--capture and --probe replay: name the same file.",
                Remedies = [new("Choose another file after --capture.")],
            };
        }

        var capture = UsbCapture.Create(file, Application, redact);
        capture.Broken = full => call.Screen.Paragraph("note", $"The capture {file} ends here: {full.Message} The command goes on.");
        return capture;
    }
}
