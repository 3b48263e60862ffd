using Nrst.Flash;
using Nrst.Targets;

namespace Nrst;

/// <summary>What the silicon says of itself, and the device data that fit it.</summary>
/// <param name="Named">The part the user named, if any; DEV_ID and flash size do not tell part numbers apart.</param>
/// <param name="UniqueId">96 bits, as 24 hexadecimal digits; 64 bits and 16 digits on the STM32WB0.</param>
public sealed record ChipIdentity(Device Device, Part? Named, ushort RevisionId, uint CpuId, string UniqueId)
{
    /// <summary>The flash as it was when the chip was identified; null where that did not say which of its sector maps holds.</summary>
    internal FlashGeometry? Geometry { get; init; }

    /// <summary>The part number where it is certain, else the group of parts that share the DEV_ID.</summary>
    public string Name => Named?.Name ?? Device.Name;

    public string Revision => Device.Revisions.TryGetValue(RevisionId, out var letter)
        ? $"revision {letter} (0x{RevisionId:X4})"
        : $"unknown revision 0x{RevisionId:X4}";

    /// <summary>CPUID in words: <c>Cortex-M4 r0p1</c>.</summary>
    public string Core => $"{Device.Core} r{CpuId >> 20 & 0xF}p{CpuId & 0xF}";
}

/// <summary>No identity that nrst knows was read.</summary>
internal sealed class UnknownChipException(string code, string fact) : TargetException(code, fact)
{
    /// <summary>Something was read where identities stand; false where nothing was, and the chip may be one that is only half there.</summary>
    public bool SaysWhoItIs { get; init; }
}

/// <summary>Reads a chip's own identity and finds its row in the device data.</summary>
internal static class ChipIdentification
{
    private static readonly Address Cpuid = new(0xE000_ED00);

    /// <summary>Reads IDCODE, CPUID and the unique id in two batches where it is an STM32F4, in a few more elsewhere, and disturbs nothing.</summary>
    /// <param name="accessPort">The AP that <paramref name="words"/> goes through.</param>
    /// <param name="core">CPUID, where somebody has read it already.</param>
    /// <param name="memory">Where the flash is to be looked at as well.</param>
    /// <exception cref="TargetException">The chip is unknown, has no flash to program, or is not the one the user named.</exception>
    public static ChipIdentity Identify(IWordBatch words, string? chip, int accessPort = 0, uint? core = null, ITargetMemory? memory = null)
    {
        (Device Device, Part Part)? wanted = chip is null ? null : Wanted(chip);
        var (device, place, idCode, cpuId) = FindDevice(words, accessPort, core);
        if (device.Debug.AccessPort != accessPort && device.SecondCore?.AccessPort != accessPort)
        {
            throw new TargetException("NRST3323", $"It is an {device.Name}, and its memory is behind access port {device.Debug.AccessPort}, not {accessPort}.")
            {
                LikelyCause = "The connection was made to the access port that most chips use.",
                Evidence = [$"IDCODE at {place.At}: 0x{idCode:X8}, read through access port {accessPort}"],
                Remedies = [new("See which chips this version reaches.", "nrst chips " + device.Series + "*")],
            };
        }

        if (wanted is { } named && named.Device != device)
        {
            throw new TargetException("NRST3322", $"The chip is not an {named.Part.Name}: it is an {device.Name}.")
            {
                LikelyCause = "Another board is attached than the command means.",
                Evidence = [$"IDCODE at {place.At}: 0x{idCode:X8}; an {named.Part.Name} has DEV_ID 0x{named.Device.DeviceId:X3}"],
                Remedies = [new("See what is attached, without --chip.", "nrst info")],
            };
        }

        var at = device.UniqueId;
        Address[] places = [.. at.Offsets.Select(offset => at.At + offset)];
        var id = new uint[places.Length];
        var geometry = null as FlashGeometry;
        if (memory is null)
        {
            words.Run([.. places.Select(WordAccess.Read)], id);
        }
        else
        {
            try
            {
                geometry = FlashGeometry.Read(memory, words, device, wanted?.Part, places, id);
            }
            catch (TargetException unclear) when (unclear.Code == "NRST3303")
            {
                // Who it is, is known; which of its sector maps holds is for the job to find out.
            }
        }

        var unique = string.Concat(id.Reverse().Select(word => word.ToString("X8", System.Globalization.CultureInfo.InvariantCulture)));
        return new ChipIdentity(device, wanted?.Part, place.RevisionOf(idCode), cpuId, unique) { Geometry = geometry };
    }

    private static (Device Device, IdCodePlace Place, uint IdCode, uint CpuId) FindDevice(IWordBatch words, int accessPort, uint? core)
    {
        var seen = new List<string>();
        var asked = new HashSet<IdCodePlace>();
        uint? cpuId = null;
        var said = false;
        Span<uint> read = stackalloc uint[2];

        // The commonest place together with the core, and then where chips with this core keep theirs; last what was only heard of.
        // A second core sees the identity code where the first one does, and has a place of its own in no table.
        var everywhere = DeviceDatabase.IdCodePlaces();
        var second = !everywhere.Any(place => place.AccessPort == accessPort);
        var likely = core is { } who && !second ? DeviceDatabase.IdCodePlaces(CoreNames.Of(who)) : everywhere;
        var places = new Queue<IdCodePlace>(likely.Concat(everywhere).Where(place => second || place.AccessPort == accessPort).Take(1));
        while (places.TryDequeue(out var place))
        {
            if ((!second && place.AccessPort != accessPort) || !asked.Add(place))
            {
                continue;
            }

            var word = ReadBoth(words, place.At, core, read) ? read[0] : null as uint?;
            seen.Add(word is null ? $"IDCODE at {place.At}: the access faults" : $"IDCODE at {place.At}: 0x{word:X8}, CPUID 0x{read[1]:X8}");
            if (cpuId is null)
            {
                cpuId = core ?? (word is null ? ReadOne(words, Cpuid) : read[1]);
                DeviceDatabase.IdCodePlaces(second ? null : CoreNames.Of(cpuId.Value)).Concat(DeviceDatabase.Recognised.Select(chip => chip.Place)).ToList().ForEach(places.Enqueue);
            }

            if (word is not { } idCode)
            {
                continue; // other families keep their IDCODE elsewhere; a fault says this is not one of these
            }

            said |= idCode is not (0 or uint.MaxValue);
            var id = place.DeviceIdOf(idCode);
            if (Fitting(id, place, cpuId.Value, accessPort) is { } device)
            {
                return (device, place, idCode, cpuId.Value);
            }

            if (DeviceDatabase.Recognised.FirstOrDefault(chip => chip.DeviceId == id && chip.Place == place) is { } recognised)
            {
                throw NotProgrammable(recognised, seen);
            }
        }

        throw new UnknownChipException("NRST3321", "The debug port answers, but the chip is none that nrst knows.")
        {
            LikelyCause = "It is a copy with ids of its own, an STM32 that is newer than this version, or another maker's chip.",
            SaysWhoItIs = said,
            Evidence = seen,
            Remedies = [new("Compare the ids with the reference manual's section on DBGMCU_IDCODE."), new("See which chips nrst knows.", "nrst chips")],
        };
    }

    private static bool ReadBoth(IWordBatch words, Address at, uint? core, Span<uint> into)
    {
        try
        {
            if (core is { } known)
            {
                (into[0], into[1]) = (ReadOne(words, at), known);
                return true;
            }

            words.Run([WordAccess.Read(at), WordAccess.Read(Cpuid)], into);
            return true;
        }
        catch (TargetMemoryException)
        {
            return false;
        }
    }

    private static uint ReadOne(IWordBatch words, Address at)
    {
        Span<uint> into = stackalloc uint[1];
        words.Run([WordAccess.Read(at)], into);
        return into[0];
    }

    /// <summary>The device with this DEV_ID and this core; both, because copies and early silicon answer with the ids of others.</summary>
    private static Device? Fitting(ushort id, IdCodePlace place, uint cpuId, int accessPort) => DeviceDatabase.FindAllById(id).FirstOrDefault(
        device => device.Debug.IdCodes.Contains(place) && (CoreNames.Of(cpuId) is not { } core || core == CoreBehind(device, accessPort).TrimEnd('F')));

    private static string CoreBehind(Device device, int accessPort) =>
        device.SecondCore is { } other && other.AccessPort == accessPort ? other.Core : device.Core;

    private static TargetException NotProgrammable(RecognisedChip chip, IReadOnlyList<string> seen) => new(
        "NRST3324", $"The chip is an {chip.Name}, which nrst does not program: {chip.Why}.")
    {
        LikelyCause = "It is another kind of chip than the others nrst works on, or newer than this version.",
        Evidence = seen,
        Remedies = [new("See which chips nrst knows.", "nrst chips")],
    };

    /// <summary>The part that a user names.</summary>
    internal static (Device Device, Part Part) Wanted(string chip)
    {
        var lookup = DeviceDatabase.Lookup(chip);
        if (lookup.Found is { } found)
        {
            return found;
        }

        var several = lookup.Candidates.Count > 0;
        throw new UsageException("NRST0106", several ? $"'{chip}' can mean {lookup.Candidates.Count} parts." : $"'{chip}' is no part number that nrst knows.")
        {
            LikelyCause = several ? "The name stops before the letter that tells flash size or pins."
                : lookup.Near.Count > 0 ? $"Perhaps {lookup.Near[0]} was meant."
                : "The name is the part number, as in STM32F407VG; package and temperature letters may follow.",
            Evidence = several ? [Some(lookup.Candidates)] : lookup.Near.Count > 0 ? ["alike: " + Some(lookup.Near)] : [],
            Remedies = [new("See the part numbers.", $"nrst chips \"{(several ? chip.ToUpperInvariant() : "STM32")}*\""), new("Leave --chip out: nrst takes what the chip says of itself.", "nrst info")],
        };
    }

    private static string Some(IReadOnlyList<string> names)
    {
        const int Most = 12;
        return string.Join(' ', names.Take(Most)) + (names.Count > Most ? $" and {names.Count - Most} more" : "");
    }
}

/// <summary>CPUID.PartNo in words.</summary>
internal static class CoreNames
{
    /// <summary>Null for a core that no STM32 microcontroller has.</summary>
    public static string? Of(uint cpuId) => (cpuId >> 4 & 0xFFF) switch
    {
        0xC20 => "Cortex-M0",
        0xC23 => "Cortex-M3",
        0xC24 => "Cortex-M4",
        0xC27 => "Cortex-M7",
        0xC60 => "Cortex-M0+",
        0xD21 => "Cortex-M33",
        0xD22 => "Cortex-M55",
        _ => null,
    };
}
