namespace Nrst.Flash;

/// <summary>The keys of FLASH_KEYR and FLASH_NSKEYR, the same in every manual: RM0444, "FLASH key register (FLASH_KEYR)".</summary>
internal enum FlashKey : uint
{
    First = 0x4567_0123,
    Second = 0xCDEF_89AB,
}
