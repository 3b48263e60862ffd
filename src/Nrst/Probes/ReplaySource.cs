using Nrst.Usb.Capture;

namespace Nrst;

/// <summary>Probes made of captures: <c>replay:FILE</c>. They answer what was answered then, and take nothing else than was sent then.</summary>
/// <param name="capture">Writes the replayed conversation down once more.</param>
public sealed class ReplaySource(UsbCapture? capture = null) : IProbeSource
{
    /// <summary>The capture that was opened last, to ask whether all of it was played.</summary>
    public ReplayPipe? Opened { get; private set; }

    public IReadOnlyList<ProbeListing> List() => [];

    public IDebugProbe? Open(ProbeSelector selector)
    {
        if (selector is not ProbeSelector.Replay replay)
        {
            return null;
        }

        var conversation = RecordedConversation.Read(replay.File);
        var device = conversation.Device with { Place = $"replay:{Path.GetFileName(replay.File)}" };
        Opened = conversation.Play();
        return StLinkOnUsb.Open(Opened, Opened.Clock, device, capture);
    }
}
