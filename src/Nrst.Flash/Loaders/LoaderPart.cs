namespace Nrst.Flash.Loaders;

/// <summary>The controller's own part of the loader: which program, and what it is told.</summary>
/// <param name="Name">The folder of its source: <c>stm32g0</c>.</param>
internal sealed record LoaderPart(string Name)
{
    /// <summary>The mailbox's <c>arg</c>, up to four words; what they mean stands in the source.</summary>
    public IReadOnlyList<uint> Arguments { get; init; } = [];

    /// <summary>About how many of the core's cycles the loader adds to each programming access; a wrong guess costs a question or two.</summary>
    public int Cycles { get; init; } = 16;

    /// <summary>IWDG_KR; null where the chip has no such watchdog.</summary>
    public Address? Watchdog { get; init; } = new Address(0x4000_3000);
}
