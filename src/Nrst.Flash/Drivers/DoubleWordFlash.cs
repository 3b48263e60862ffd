namespace Nrst.Flash;

/// <summary>
/// The controllers that the STM32L4 began: 64 bits programmed at a time, and caches in front of the flash that are ruled by FLASH_ACR.
/// What the loader does with them stands in <c>common/doubleword.h</c>.
/// </summary>
/// <param name="access">FLASH_ACR.</param>
/// <param name="enable">The bits that switch on the caches it has.</param>
/// <param name="reset">The bits that empty them.</param>
internal abstract class DoubleWordFlash<TAccess, TStatus, TControl>(
    FlashChip chip, ControlTraits<TStatus, TControl> traits, Register<TAccess> access, TAccess enable, TAccess reset)
    : ControlFlash<TStatus, TControl>(chip, traits)
    where TAccess : unmanaged, Enum
    where TStatus : unmanaged, Enum
    where TControl : unmanaged, Enum
{
    /// <summary>A cache can be reset only while it is off. All else in the register stays: where it has DBG_SWEN, that keeps the debugger connected.</summary>
    public sealed override void ResetCaches()
    {
        var before = Memory.Read(At, access);
        var off = before.Word & ~enable.Word;
        Chip.Words.Run(
            [
                At.WriteOf(access, off.As<TAccess>()),
                At.WriteOf(access, (off | reset.Word).As<TAccess>()),
                At.WriteOf(access, off.As<TAccess>()),
                At.WriteOf(access, before),
            ],
            []);
    }
}
