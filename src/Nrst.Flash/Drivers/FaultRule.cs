namespace Nrst.Flash;

/// <summary>What flags of a status register come down to. Of several rules the first one holds of which a flag is set.</summary>
/// <param name="Cause">What probably raised them; null where the kind of fault says it all.</param>
internal sealed record FaultRule<TStatus>(TStatus Flags, FlashFault Fault, string? Cause = null) where TStatus : unmanaged, Enum
{
    /// <summary>Right while something runs, an error once nothing does.</summary>
    public bool AtRest { get; init; }

    public bool Holds(TStatus status, bool busy) => (status.Word & Flags.Word) != 0 && !(AtRest && busy);
}

internal static class FaultRules
{
    extension<TStatus>(IEnumerable<FaultRule<TStatus>> rules) where TStatus : unmanaged, Enum
    {
        /// <summary>The rule that decides; null where nothing went wrong.</summary>
        public FaultRule<TStatus>? First(TStatus status, bool busy) => rules.FirstOrDefault(rule => rule.Holds(status, busy));
    }

    /// <summary>The flags that the STM32L4 brought and the lines after it kept.</summary>
    /// <param name="protectedPlace">WRPERR.</param>
    /// <param name="notBlank">PROGERR.</param>
    /// <param name="broken">OPERR.</param>
    /// <param name="all">Those and the others, which say that the controller was not asked as it wants to be.</param>
    public static IReadOnlyList<FaultRule<TStatus>> OfPages<TStatus>(TStatus protectedPlace, TStatus notBlank, TStatus broken, TStatus all)
        where TStatus : unmanaged, Enum =>
        [
            new(protectedPlace, FlashFault.WriteProtected), new(notBlank, FlashFault.NotBlank), new(broken, FlashFault.Broken),
            new(all, FlashFault.Sequence),
        ];
}
