using Nrst.Targets;

namespace Nrst.Flash.Stm32F1;

/// <summary>FLASH_WRPR of the STM32F0, F1 and F3: a bit for each 4 KiB, 0 protects, and the last bit stands for all that follows.</summary>
internal static class WriteProtection
{
    private const uint GroupBytes = 4096;
    private const int LastGroup = 31;

    public static OptionRegister Option { get; } = new(
        "FLASH_WRPR",
        FlashRegisters.WRPR,
        new OptionBits("WRP", 31, 0, value => value == uint.MaxValue ? "no page is write-protected" : $"a bit for each 4 KiB, 0 protects: 0x{value:X8}"));

    public static IReadOnlyList<Barrier> Barriers(uint wrpr, BankedLayout layout)
    {
        var sectors = Sectors(wrpr, layout);
        return sectors.Count == 0
            ? []
            :
            [
                new Barrier(
                    BarrierKind.Write, sectors,
                    "The option bytes WRP0 to WRP3 cover them, often set by a bootloader that protects itself.",
                    "Link the image to other pages, or erase the option bytes with the tool that set them."),
            ];
    }

    /// <summary>The numbers of the protected sectors.</summary>
    internal static HashSet<int> Sectors(uint wrpr, BankedLayout layout)
    {
        var start = layout.Range.Start;
        return
        [
            .. layout.Sectors
                .Where(sector => (wrpr >> (int)Math.Min((sector.Range.Start - start) / GroupBytes, LastGroup) & 1) == 0)
                .Select(sector => sector.Number),
        ];
    }
}
