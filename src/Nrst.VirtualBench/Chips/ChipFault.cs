using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Nrst.VirtualBench.Chips;

/// <summary>Something physically wrong with a chip or the nets around it.</summary>
internal abstract record ChipFault(string Name, string Description)
{
    /// <summary>Every fault a chip can have, as one writes it; <c>:ADDRESS</c> and <c>:SECTOR</c> stand for a number.</summary>
    public static IReadOnlyList<ChipFault> Known { get; } =
    [
        new FlashIgnoresCommands(), new FlashNeverFinishes(), new FlashStuckWord(default), new FlashWeakErase(0), new NrstHeldLow(),
    ];

    /// <summary>Reads a fault as the command line writes it: <c>flash-stuck-bit:0x08004000</c>.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out ChipFault? fault)
    {
        var (name, argument) = text.Split(':', 2) is [var n, var a] ? (n, a) : (text, null);
        fault = (name, Number(argument)) switch
        {
            (FlashIgnoresCommands.FaultName, null) => new FlashIgnoresCommands(),
            (FlashNeverFinishes.FaultName, null) => new FlashNeverFinishes(),
            (FlashStuckWord.FaultName, { } at) => new FlashStuckWord(new Address(at)),
            (FlashWeakErase.FaultName, { } sector) => new FlashWeakErase((int)sector),
            (NrstHeldLow.FaultName, null) => new NrstHeldLow(),
            _ => null,
        };
        return fault is not null;
    }

    private static uint? Number(string? text) => text switch
    {
        null => null,
        _ when text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            && uint.TryParse(text.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var hex) => hex,
        _ when uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };
}

/// <summary>The controller takes every command and never starts it: BSY does not rise, no cell changes.</summary>
internal sealed record FlashIgnoresCommands() : ChipFault(FaultName, "The flash controller accepts commands and does nothing.")
{
    public const string FaultName = "flash-ignores-commands";
}

/// <summary>An operation once started keeps BSY set until a reset.</summary>
internal sealed record FlashNeverFinishes() : ChipFault(FaultName, "A flash operation, once started, stays busy until reset.")
{
    public const string FaultName = "flash-never-finishes";
}

/// <summary>A word whose cells have lost the ability to be programmed.</summary>
internal sealed record FlashStuckWord(Address At) : ChipFault(FaultName, "One word of the flash cannot be programmed any more.")
{
    public const string FaultName = "flash-stuck-bit";
}

/// <summary>A worn sector: an erase leaves some cells at 0.</summary>
/// <param name="Sector">As the manual numbers it: on dual-bank parts sector 12 is the first of bank 2.</param>
internal sealed record FlashWeakErase(int Sector) : ChipFault(FaultName, "A worn sector keeps some zero bits after an erase.")
{
    public const string FaultName = "flash-weak-erase";
}

/// <summary>The NRST net is shorted to ground on the board.</summary>
internal sealed record NrstHeldLow() : ChipFault(FaultName, "The board holds NRST low.")
{
    public const string FaultName = "nrst-held-low";
}
