using System.Globalization;
using Nrst.VirtualBench.Chips;

namespace Nrst.VirtualBench.Faults;

/// <summary>Something that can be wrong with a board, in physical terms. Each is one class, and one line of the catalogue.</summary>
public abstract class FaultKind
{
    private protected FaultKind()
    {
    }

    /// <summary>How a user asks for it; with an argument as <c>name:ARGUMENT</c>.</summary>
    public abstract string Name { get; }

    /// <summary>What the argument is, in capitals; null where there is none.</summary>
    public virtual string? Argument => null;

    /// <summary>What is wrong, in a sentence.</summary>
    public abstract string Description { get; }

    /// <summary>As it is written on a command line: <c>swd-noisy-above:KHZ</c>.</summary>
    public string Usage => Argument is null ? Name : $"{Name}:{Argument}";

    /// <summary>Why this board cannot have it; null where it can.</summary>
    internal virtual string? WhyNot(FaultSite site, uint argument) => null;

    /// <summary>What a chip must have for it, where not every chip can have it.</summary>
    internal virtual string Needs => "";

    /// <summary>Changes what the board and its parts are made of.</summary>
    internal virtual void Spoil(BoardPhysics board, uint argument)
    {
    }

    /// <summary>What the chip keeps without power was written before: done once, to a new board, before its first power-on.</summary>
    /// <returns>False where this chip cannot have it.</returns>
    internal virtual bool Bear(Stm32Chip chip, uint argument) => true;

    /// <summary>What happened since the supply came up and lasts as long as it does: done at each power-on of a board that nobody power-cycled.</summary>
    internal virtual void Leave(Stm32Chip chip, uint argument, long now)
    {
    }

    /// <summary><see cref="Leave"/> does something.</summary>
    internal virtual bool NeedsPowerToLast => false;

    /// <summary>A program runs on the chip, and has had its time before anybody comes with a probe.</summary>
    internal virtual bool Runs => false;
}

/// <summary>One fault of one board; the argument is 0 where the kind has none.</summary>
internal readonly record struct Fault(FaultKind Kind, uint Argument)
{
    public override string ToString() => Kind.Argument is null ? Kind.Name : string.Create(CultureInfo.InvariantCulture, $"{Kind.Name}:{Argument}");
}
