using System.Globalization;

namespace Nrst.Probes.StLink;

/// <summary>Begins a conversation with a probe that may have been left in the middle of another one.</summary>
/// <remarks>
/// <para>
/// A program that was killed leaves an answer nobody fetched, a request whose data never came, or a stalled endpoint. Packets of
/// this protocol carry no numbers, so two questions are asked whose answers have different lengths, 6 bytes and 2. A probe has
/// at most one answer ready. If that is an old one, the first question gets a wrong length, or (where it is an old answer
/// to the same question) the second one does. After both lengths were right, every answer belongs to its question.
/// </para>
/// <para>
/// What is sent to a probe that still waits for data is taken for that data. So little is asked before it is reset, and nothing
/// twice in vain.
/// </para>
/// </remarks>
internal sealed class StLinkFreshStart(IPipeRecovery pipe)
{
    // Whole packets of any speed; more than the longest answer.
    private const int Room = 16 * 1024;
    private const int MostStaleAnswers = 16;

    private static readonly TimeSpan SendLimit = TimeSpan.FromMilliseconds(500);

    // Together they stay under the five seconds that opening may take.
    private static readonly Step[] Steps =
    [
        new("asked", Quiet: TimeSpan.FromMilliseconds(10), Patience: TimeSpan.FromMilliseconds(1000)),
        new("asked again", Quiet: TimeSpan.FromMilliseconds(200), Patience: TimeSpan.FromMilliseconds(500)),
        new("cleared stalls and asked", Quiet: TimeSpan.FromMilliseconds(50), Patience: TimeSpan.FromMilliseconds(500)) { ClearHalts = true },
        new("reset the probe's USB and asked", Quiet: TimeSpan.FromMilliseconds(50), Patience: TimeSpan.FromMilliseconds(1000)) { Reset = true },
    ];

    private readonly byte[] _buffer = new byte[Room];
    private readonly List<string> _tried = [];

    /// <exception cref="ProbeException">The probe is gone, or does not answer whatever is done.</exception>
    public void Begin()
    {
        for (var i = 0; i < Steps.Length; i++)
        {
            var outcome = Take(Steps[i]);
            if (outcome is null)
            {
                return;
            }

            _tried.Add($"{Steps[i].What}: {outcome}");
            if (outcome == Nothing && i == 0)
            {
                i++; // patience does not help where nothing came at all
            }
        }

        throw StLinkErrors.Silent(_tried);
    }

    private const string Nothing = "no answer";

    /// <returns>What went wrong, or null when question and answer are in step.</returns>
    private string? Take(Step step)
    {
        try
        {
            if (step.ClearHalts)
            {
                pipe.ClearHalts();
            }

            if (step.Reset)
            {
                pipe.Reset();
            }

            return Drain(step.Quiet) ?? Ask<GetVersion, VersionWord>(step.Patience) ?? Ask<GetCurrentMode, StLinkMode>(step.Patience);
        }
        catch (ProbeException refused) when (refused.Code != UsbGone)
        {
            return refused.Message;
        }
    }

    private const string UsbGone = "NRST1102";

    private string? Drain(TimeSpan quiet)
    {
        for (var i = 0; i < MostStaleAnswers; i++)
        {
            if (pipe.Listen(_buffer, quiet) is null)
            {
                return null;
            }
        }

        return "it does not stop talking";
    }

    private string? Ask<TCommand, TAnswer>(TimeSpan patience) where TCommand : struct, IStLinkCommand<TAnswer>
    {
        Span<byte> packet = stackalloc byte[StLinkWire.RequestLength];
        packet.Clear();
        var command = default(TCommand);
        command.Encode(packet);
        if (!pipe.Offer(packet, SendLimit))
        {
            return Nothing;
        }

        var received = pipe.Listen(_buffer, patience);
        return received == command.AnswerLength ? null
            : received is { } length ? string.Create(CultureInfo.InvariantCulture, $"{length} bytes instead of {command.AnswerLength}")
            : Nothing;
    }

    /// <param name="Quiet">How long the probe must say nothing before it is asked.</param>
    /// <param name="Patience">How long an answer may take.</param>
    private sealed record Step(string What, TimeSpan Quiet, TimeSpan Patience)
    {
        public bool ClearHalts { get; init; }
        public bool Reset { get; init; }
    }
}
