using Nrst.Targets;

namespace Nrst.Flash;

/// <summary>Option registers that protect a stretch of a bank from one page or unit to another, as the STM32L4 and its relatives have them.</summary>
internal static class PageAreas
{
    /// <summary>The sectors of a bank that a stretch of it touches.</summary>
    /// <param name="first">The first unit.</param>
    /// <param name="last">The last unit; below the first one where nothing is meant.</param>
    /// <param name="unit">Bytes.</param>
    public static HashSet<int> Sectors(FlashBank bank, uint first, uint last, uint unit)
    {
        var start = bank.Layout.Sectors[0].Range.Start.Value;
        return first > last
            ? []
            : [.. bank.Layout.Sectors
                .Where(sector => sector.Range.Last.Value - start >= first * (ulong)unit && sector.Range.Start.Value - start < (last + 1UL) * unit)
                .Select(sector => sector.Number)];
    }

    /// <summary>STRT in the low half of a register and END in the high half, in pages: <c>FLASH_WRP1AR</c>.</summary>
    /// <remarks>The fields are as wide as the largest bank of the device needs; what stands above them means nothing.</remarks>
    public static Barrier? Wrp(Device device, FlashBank bank, string name, uint register)
    {
        var pages = (uint)device.Parts.SelectMany(part => part.Layouts).SelectMany(layout => layout.Banks).Max(some => some.Layout.Sectors.Count);
        var mask = System.Numerics.BitOperations.RoundUpToPowerOf2(pages) - 1;
        var sectors = Sectors(bank, register & mask, register >> 16 & mask, bank.Layout.Sectors[0].Range.Length);
        return sectors.Count == 0
            ? null
            : new Barrier(
                BarrierKind.Write, sectors,
                $"The option bytes {name} cover them, often set by a bootloader that protects itself.",
                $"Link the image to other pages, or lift {name} (STRT above END) with the tool that set it.");
    }

    /// <summary>PCROP: code in these pages runs and cannot be read.</summary>
    public static Barrier? Pcrop(FlashBank bank, string name, uint first, uint last, uint unit)
    {
        var sectors = Sectors(bank, first, last, unit);
        return sectors.Count == 0
            ? null
            : new Barrier(
                BarrierKind.Read, sectors,
                $"PCROP ({name}) covers them; it cannot be made smaller.",
                "Go to read-out protection level 1 and back with PCROP_RDP set, which erases the chip; or link the image to other pages.");
    }

    /// <summary>RM0444 and RM0440, "Securable memory area": once closed by the firmware it is gone until the next reset.</summary>
    /// <param name="pages">How many pages from the start of the bank are closed.</param>
    /// <param name="which">The area and the bit that closes it, in words.</param>
    public static Barrier? Securable(FlashBank bank, uint pages, string which) => pages == 0
        ? null
        : new Barrier(
            BarrierKind.Secure,
            Sectors(bank, 0, pages - 1, bank.Layout.Sectors[0].Range.Length),
            $"The firmware closed {which}, which lasts until a reset.",
            "Reset the chip and stop it before its firmware runs: nrst flash FILE --connect under-reset.");
}
