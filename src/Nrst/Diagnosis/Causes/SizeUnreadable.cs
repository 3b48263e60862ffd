namespace Nrst.Diagnosis.Causes;

/// <summary>The flash size register holds no size.</summary>
internal sealed class SizeUnreadable : Cause
{
    public override string Code => "NRST7043";

    public override string Why =>
        "The factory data of the chip are gone or cannot be read: a copy, a damaged chip, or a read path that does not work. Nothing is erased on such a chip.";

    public override IReadOnlyList<Remedy> Remedies =>
    [
        new("Check the marking. If you know the part and trust it, no tool can; take another chip to compare."),
        new("See what the probe measures.", "nrst info"),
    ];

    public override Verdict? Judge(BoardObservations seen) => seen.Chip is { Device: { } device, SizeKiB: null, SizeWord: { } word } && !device.Flash.Size.MayBeBlank
        ? new Verdict(Sureness.Certain, "The flash size register holds no size.", $"it reads 0x{device.Flash.Size.RawOf(word):X4} at {device.Flash.Size.At}", $"device id 0x{device.DeviceId:X3}, {device.Name}")
        : null;
}
