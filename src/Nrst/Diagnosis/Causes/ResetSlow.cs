using System.Globalization;

namespace Nrst.Diagnosis.Causes;

/// <summary>NRST rises slowly.</summary>
internal sealed class ResetSlow : Cause
{
    public override string Code => "NRST7014";

    public override string Why =>
        "A large capacitor on NRST, or a weak pull-up: tools that wait a fixed time find the chip still in reset.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Use 100 nF at NRST as the data sheet shows; the internal pull-up is about 40 kΩ."),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Reset is { PinWorks: true, PinRise: { } rise } && rise > Usual
        ? new Verdict(Sureness.Certain, string.Create(CultureInfo.InvariantCulture, $"NRST takes {rise.TotalMilliseconds:0} ms to rise."), "S_RESET_ST was polled after letting go of NRST")
        : null;


    // 100 nF at 40 kΩ is 4 ms; ten of them still are.
    private static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(60);
}
