using Nrst.Targets;
using static Nrst.Flash.Stm32F4.FlashRegisters;

namespace Nrst.Flash;

/// <summary>FLASH_OPTCR.RDP: who may read the flash.</summary>
public enum ReadProtection
{
    Level0 = 0,

    /// <summary>A debugger gets no flash. Going back to level 0 erases everything.</summary>
    Level1 = 1,

    /// <summary>No debugger, for ever.</summary>
    Level2 = 2,
}

/// <summary>What the option bytes forbid.</summary>
/// <param name="WriteProtected">Numbers of sectors that cannot be erased or programmed.</param>
/// <param name="ReadProtected">Numbers of sectors under PCROP: code in them runs and cannot be read.</param>
public sealed record FlashProtection(
    ReadProtection Read, byte RdpByte, IReadOnlySet<int> WriteProtected, IReadOnlySet<int> ReadProtected, uint Optcr, uint? Optcr1)
{
    /// <summary>Reads the option registers. Changes nothing.</summary>
    public static FlashProtection ReadFrom(ITargetMemory memory, Device device, BankedLayout layout)
    {
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(layout);
        var at = device.Flash.Controller;
        var first = Stm32F4.FlashRegisters.Read(memory, at, OPTCR);
        uint? second = layout.Banks.Count > 1 ? (uint)Stm32F4.FlashRegisters.Read(memory, at, OPTCR1) : null;
        return Decode((uint)first, second, layout);
    }

    internal static FlashProtection Decode(uint optcr, uint? optcr1, BankedLayout layout)
    {
        var options = (Stm32F4.FlashOptcr)optcr;
        var named = layout.Banks
            .SelectMany(bank => bank.Layout.Sectors, (bank, sector) => (bank, sector, index: sector.Number - bank.Layout.Sectors[0].Number))
            .Where(place => NotWriteProtected(place.bank, place.index, optcr, optcr1) == options.HasFlag(Stm32F4.FlashOptcr.SPRMOD))
            .Select(place => place.sector.Number)
            .ToHashSet();
        var pcrop = options.HasFlag(Stm32F4.FlashOptcr.SPRMOD);
        return new FlashProtection(
            options.Rdp switch { 0xAA => ReadProtection.Level0, 0xCC => ReadProtection.Level2, _ => ReadProtection.Level1 },
            options.Rdp,
            named,
            pcrop ? named : new HashSet<int>(),
            optcr,
            optcr1);
    }

    /// <summary>Refuses before anything is changed, and names what stands in the way.</summary>
    internal void Allow(IEnumerable<FlashSector> changed, bool massErase, BankedLayout layout)
    {
        AllowReading();
        var asked = massErase ? layout.Sectors : changed;
        var barred = asked.Where(sector => WriteProtected.Contains(sector.Number)).ToList();
        if (barred.Count > 0)
        {
            var sectors = Numbers.Show(barred.Select(sector => sector.Number));
            throw new RefusedException("NRST6002", $"{sectors} {(barred.Count == 1 ? "is" : "are")} write-protected; nothing was changed.")
            {
                LikelyCause = ReadProtected.Count > 0
                    ? "PCROP covers them; only a return from read-out protection level 1 lifts it, and that erases the chip."
                    : "Option bytes (nWRP) cover them, often set by a bootloader that protects itself.",
                Evidence = [Show()],
                Remedies = [new Remedy("See which sectors are protected; link the image to others, or lift the protection with the tool that set it.", "nrst info")],
            };
        }
    }

    internal void AllowReading()
    {
        if (Read != ReadProtection.Level0)
        {
            throw new RefusedException("NRST6001", $"The flash is read-protected (level {(int)Read}); nothing was changed.")
            {
                LikelyCause = "RDP in the option bytes was set, by a production tool or by the firmware itself.",
                Evidence = [Show()],
                Remedies = [new Remedy("See the protection. Lifting level 1 erases the whole chip; level 2 cannot be lifted.", "nrst info")],
            };
        }
    }

    private string Show() =>
        $"FLASH_OPTCR = 0x{Optcr:X8}" + (Optcr1 is { } second ? $", FLASH_OPTCR1 = 0x{second:X8}" : "") + $", RDP = 0x{RdpByte:X2}";

    /// <summary>nWRP starts at bit 16; the F413 has 15 bits for 16 sectors, and its last one covers the last two.</summary>
    private static bool NotWriteProtected(FlashBank bank, int index, uint optcr, uint? optcr1) =>
        ((bank.Number == 2 ? optcr1 ?? uint.MaxValue : optcr) >> (16 + Math.Min(index, 14)) & 1) != 0;
}
