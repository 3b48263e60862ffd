namespace Nrst.Bootloaders.Usart;

/// <summary>How a loader is spoken to.</summary>
/// <param name="Bauds">Tried in this order, as long as something comes back that cannot be understood.</param>
/// <param name="Parity">Even for nearly all loaders.</param>
public sealed record UsartLink(IReadOnlyList<int> Bauds, SerialParity Parity)
{
    /// <summary>Speeds for a user who names none: the highest that all loaders are documented for, and lower ones for those that measure it badly.</summary>
    public static IReadOnlyList<int> UsualBauds { get; } = [115_200, 57_600, 38_400, 19_200];

    /// <summary>Brings the chip into its loader anew, so that it measures the speed once more; null where nobody can.</summary>
    public Action? Enter { get; init; }
}
