namespace Nrst.Flash;

/// <summary>
/// The controllers whose non-secure registers are used, that put the words of a unit into a buffer first and have the ICACHE before them.
/// What the loader does with them stands in <c>common/quadword.h</c>.
/// </summary>
internal abstract class QuadWordFlash<TStatus, TControl>(FlashChip chip, ControlTraits<TStatus, TControl> traits)
    : ControlFlash<TStatus, TControl>(chip, traits)
    where TStatus : unmanaged, Enum
    where TControl : unmanaged, Enum
{
    /// <summary>In proportion to the size, whatever the number of banks.</summary>
    public sealed override OperationTime TimeOfEraseAll() => Scaled(
        Chip.Flash.Times.BankErase.MinBy(row => Math.Abs((long)row.UnitBytes - Chip.Layout.Range.Length))!, Chip.Layout.Range.Length);

    /// <summary>Erasing everything at the same time erases the whole die, so only where the part has all of it.</summary>
    protected bool HasTheWholeDie => Chip.Layout.Range.Length == (uint)Chip.Device.Parts.Max(part => part.FlashKiB) * 1024;

    public sealed override void ResetCaches() => InstructionCache.Forget(Chip);
}
