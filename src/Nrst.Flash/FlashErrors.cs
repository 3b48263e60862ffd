using System.Globalization;

namespace Nrst.Flash;

/// <summary>The ways an operation of a flash controller can fail, in words.</summary>
internal static class FlashErrors
{
    /// <summary>The controller's error flags, as a failure that names the place.</summary>
    public static FlashException Failure(AddressRange where, FlashStatus status) => status.Fault switch
    {
        FlashFault.WriteProtected => new FlashException("NRST2003", where, $"The flash at {where} is write-protected.")
        {
            LikelyCause = status.Cause ?? "An option byte covers this area, often set by a bootloader.",
            Evidence = [status.Text],
            Remedies = [new Remedy("See which sectors are protected.", "nrst info")],
        },
        FlashFault.NotBlank => new FlashException("NRST2006", where, $"The flash at {where} was programmed before and takes no second write.")
        {
            LikelyCause = status.Cause ?? "It reads blank and is not: something programmed it with the bytes that an erase leaves.",
            Evidence = [status.Text],
            Remedies = [new Remedy("Erase it first, however blank it looks.", "nrst flash FILE --always-erase")],
        },
        _ => new FlashException("NRST2002", where, $"The flash controller reports an error at {where}.")
        {
            LikelyCause = status.Cause ?? (status.Fault == FlashFault.Broken
                ? "The operation broke off, as a dip in the supply makes it do."
                : "The controller was not ready: its control register is not what was written. Something else on the chip uses it."),
            Evidence = [status.Text],
            Remedies = [new Remedy("Reset the chip and try again; if it stays, measure the supply while erasing.", "nrst info")],
        },
    };

    public static FlashException StaysLocked(AddressRange where, string seen) => new(
        "NRST2001", where, "The flash stays locked after both keys were written.")
    {
        LikelyCause = "A wrong key sequence earlier locked the control register until the next reset, or the chip takes no writes.",
        Evidence = [seen],
        Remedies = [new Remedy("Reset the chip with its pin and try again.", "nrst reset --connect under-reset")],
    };

    /// <summary>An operation that ended before the silicon can have done it.</summary>
    public static FlashException TooFast(AddressRange where, FlashStatus status, TimeSpan took, TimeSpan least) => new(
        "NRST2005",
        where,
        string.Create(CultureInfo.InvariantCulture, $"The flash did not execute the operation at {where}: it was over in {took.TotalMilliseconds:0.###} ms."))
    {
        LikelyCause = "The controller accepted the command and did nothing: a wrong chip, a clone, or a supply too low to erase.",
        Evidence =
        [
            string.Create(CultureInfo.InvariantCulture, $"it cannot take less than {least.TotalMilliseconds:0.###} ms"),
            status.Text,
        ],
        Remedies = [new Remedy("Check the chip's marking and its supply.", "nrst info")],
    };

    /// <summary>Work that ended, by the probe's clock, before the silicon can have done it, though every operation said that it was done.</summary>
    /// <param name="erased">Time spent erasing, by the chip's own count.</param>
    public static FlashException JobTooFast(
        AddressRange where, FlashBound bound, double took, IReadOnlyList<string> registers, TimeSpan erased) => new(
        "NRST2013",
        where,
        string.Create(CultureInfo.InvariantCulture, $"The flash said after {took:0.000} s that it is done, which this silicon cannot do."))
    {
        LikelyCause = "The controller accepted the commands and did nothing, or the core runs faster than it should and times are measured wrongly.",
        Evidence =
        [
            string.Create(CultureInfo.InvariantCulture, $"the data sheet gives {bound.Total:0.000} s: {bound.Erase:0.000} s erasing, {bound.Program:0.000} s programming"),
            string.Create(CultureInfo.InvariantCulture, $"{erased.TotalSeconds:0.000} s of erasing by the chip's own count"),
            .. registers,
        ],
        Remedies =
        [
            new Remedy("Check the chip's marking and its supply.", "nrst info"),
            new Remedy("Try again from a reset by the pin.", "nrst flash FILE --always-erase --connect under-reset"),
        ],
    };

    public static FlashException TooSlow(AddressRange where, TimeSpan limit, string seen) => new(
        "NRST2004", where, string.Create(CultureInfo.InvariantCulture, $"The flash did not finish at {where} within {limit.TotalSeconds:0.0} s."))
    {
        LikelyCause = "The flash is worn or its supply fails; the limit is twice the longest time in the data sheet.",
        Evidence = [seen],
        Remedies = [new Remedy("Reset the chip with its pin, measure the supply, and try again.", "nrst reset --connect under-reset")],
    };

    /// <summary>A bus fault of the core that was reading the flash, with the place; null where that is not what happened.</summary>
    /// <param name="cfsr">SCB_CFSR. Architecture manual, "Configurable Fault Status Register": PRECISERR and BFARVALID say that <paramref name="bfar"/> is the place.</param>
    public static FlashException? Unreadable(ChipTarget target, uint cfsr, uint bfar)
    {
        const uint preciseAndValid = 1u << 15 | 1u << 9;
        var found = target.Layout.Sectors.Where(sector => sector.Range.Contains(new Address(bfar))).Take(1).ToList();
        if ((cfsr & preciseAndValid) != preciseAndValid || found.Count == 0)
        {
            return null;
        }

        return Unreadable(target, found[0], new Address(bfar), $"SCB_CFSR = 0x{cfsr:X8}, SCB_BFAR = 0x{bfar:X8}");
    }

    /// <summary>A read of the flash that the bus refused.</summary>
    public static FlashException Unreadable(ChipTarget target, FlashSector sector, Address at, string seen) => IsFlash(target, at)
        ? new FlashException("NRST2012", sector.Range, $"The flash cannot be read at {at}.")
        {
            LikelyCause = "A word there has a wrong ECC, as an erase or a program leaves it that breaks off: a reset or a lost supply in the middle.",
            Evidence = [seen, $"sector {sector.Number}, {sector.Range}"],
            Remedies = [new Remedy("Erase its sector, then flash again.", $"nrst erase --range {sector.Range}")],
        }
        : new FlashException("NRST2014", sector.Range, $"There is no flash at {at}, though the chip says that there is.")
        {
            LikelyCause = "A smaller part that was marked as a larger one, or a clone. A damaged word is refused alone, where this flash has error codes at all.",
            Evidence = [seen, $"sector {sector.Number}, {sector.Range}"],
            Remedies = [new Remedy("See what the chip says of itself, and look at its marking.", "nrst info"), new Remedy("Build the program for the part that it really is.")],
        };

    /// <summary>
    /// Whether there is flash behind an address that the bus refused. Without error codes nothing else is refused; with them it is none where every
    /// sector is refused from the end of a smaller sibling on, and what lies before that is not.
    /// </summary>
    private static bool IsFlash(ChipTarget target, Address at) =>
        target.Device.Flash.EccWord is not null
        && !target.OtherEnds.Any(end => end <= at && IsRead(target, new Address(end.Value - 4))
            && target.Layout.Sectors.Where(sector => sector.Range.Start >= end) is var behind && behind.Skip(1).Any() && behind.All(sector => !IsRead(target, sector.Range.Start)));

    private static bool IsRead(ChipTarget target, Address at)
    {
        try
        {
            target.Read(at, stackalloc byte[4]);
            return true;
        }
        catch (TargetException)
        {
            return false;
        }
    }
}
