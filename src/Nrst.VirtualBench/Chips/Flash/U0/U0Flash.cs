using Nrst.VirtualBench.Chips.Flash.DoubleWord;

namespace Nrst.VirtualBench.Chips.Flash.U0;

/// <summary>The flash of the STM32U0: that of a G0 without code-only areas, with keys and a hide area that are kept and shown.</summary>
/// <remarks>
/// RM0503, "Embedded flash memory (FLASH)". What the OEM keys lock and what HDPCR hides is not modelled, and the factory value of OPTR is that of
/// a G0 in the bits both have. The length of a row is 256 bytes by one source and 128 by another, which says so of the STM32C0 too, against
/// RM0490; here it is 256. What goes before a row is taken from there as well.
/// </remarks>
internal sealed class U0Flash(FlashContext context) : DoubleWordFlash(context, Traits)
{
    private const uint Optr = 0x3FEF_E7FF, FactoryOptr = 0x3FEF_E0AA;
    private const int PageBits = 7;
    private const uint Pages = (1 << PageBits) - 1, Wrp = (Pages << 16) | Pages, Secr = 0xFF01_003F;

    private static DoubleWordTraits Traits { get; } = new()
    {
        Registers =
        [
            new(0x00, "ACR", 0x0005_0000, 0x0000_0B07, Reset: 0x0000_0200),
            new(0x08, "KEYR", uint.MaxValue),
            new(0x0C, "OPTKEYR", uint.MaxValue),
            new(0x10, "SR", 0x0005_83FB, 0x0000_1800),
            new(0x14, "CR", 0xCB07_0007 | Pages << 3),
            new(0x18, "ECCR", 0xC110_3FFF),
            new(0x20, "OPTR", Optr),
            new(0x2C, "WRP1AR", Wrp, ~Wrp),
            new(0x30, "WRP1BR", Wrp, ~Wrp),
            new(0x80, "SECR", Secr),
            .. Enumerable.Range(0, 8).Select(i => new FlashRegister(0x88 + (4 * (uint)i), $"OEM{1 + (i / 4)}KEYW{i % 4}R", 0, uint.MaxValue)),
            new(0xA8, "OEMKEYSR", 0, 0x00FF_00FF),
            new(0xAC, "HDPCR", 0, 0x00FF_00FF),
            new(0xB0, "HDPEXTR", 0, 0x0000_003F),
        ],
        Options = [new(0x20, FactoryOptr, Optr), new(0x2C, Pages, Wrp), new(0x30, Pages, Wrp), new(0x80, 0, Secr)],
        RowGap = 20_000,
        RowsFollowPageErase = true,
        ConfigurationBusy = 1u << 18,
        PageBits = PageBits,
        Empty = new EmptyFlag(0x00, 16, Toggles: false),
        WriteProtected = [new(0x2C, 1, PageBits), new(0x30, 1, PageBits)],
        BootLock = (0x80, 16),
        DebugEnable = 1u << 18,
        ResetMode = 27,
        Boot = BootBySelectedPin,
    };
}
