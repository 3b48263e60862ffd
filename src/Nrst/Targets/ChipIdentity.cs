using Nrst.Targets;

namespace Nrst;

/// <summary>What the silicon says of itself, and the device data that fit it.</summary>
/// <param name="Named">The part the user named, if any; DEV_ID and flash size do not tell part numbers apart.</param>
/// <param name="UniqueId">96 bits, as 24 hexadecimal digits.</param>
public sealed record ChipIdentity(Device Device, Part? Named, ushort RevisionId, uint CpuId, string UniqueId)
{
    /// <summary>The part number where it is certain, else the group of parts that share the DEV_ID.</summary>
    public string Name => Named?.Name ?? Device.Name;

    public string Revision => Device.Revisions.TryGetValue(RevisionId, out var letter)
        ? $"revision {letter} (0x{RevisionId:X4})"
        : $"unknown revision 0x{RevisionId:X4}";

    /// <summary>CPUID in words: <c>Cortex-M4 r0p1</c>.</summary>
    public string Core => $"{Device.Core} r{CpuId >> 20 & 0xF}p{CpuId & 0xF}";
}

/// <summary>Reads a chip's own identity and finds its row in the device data.</summary>
internal static class ChipIdentification
{
    private static readonly Address Cpuid = new(0xE000_ED00);

    /// <summary>Reads IDCODE, CPUID and the unique id in two batches, and disturbs nothing.</summary>
    /// <exception cref="TargetException">The chip is unknown, or is not the one the user named.</exception>
    public static ChipIdentity Identify(IWordBatch words, string? chip)
    {
        (Device Device, Part Part)? wanted = chip is null ? null : Wanted(chip);
        var (device, idCode, cpuId) = FindDevice(words);
        if (wanted is { } named && named.Device != device)
        {
            throw new TargetException("NRST3322", $"The chip is not an {named.Part.Name}: it is an {device.Name}.")
            {
                LikelyCause = "Another board is attached than the command means.",
                Evidence = [$"IDCODE at {device.IdCodeAt}: 0x{idCode:X8}; an {named.Part.Name} has DEV_ID 0x{named.Device.DeviceId:X3}"],
                Remedies = [new("See what is attached, without --chip.", "nrst info")],
            };
        }

        Span<uint> id = stackalloc uint[3];
        words.Run([.. Enumerable.Range(0, 3).Select(i => WordAccess.Read(device.UniqueIdAt + (uint)(4 * i)))], id);
        return new ChipIdentity(device, wanted?.Part, (ushort)(idCode >> 16), cpuId, $"{id[2]:X8}{id[1]:X8}{id[0]:X8}");
    }

    private static (Device Device, uint IdCode, uint CpuId) FindDevice(IWordBatch words)
    {
        var seen = new List<string>();
        Span<uint> read = stackalloc uint[2];
        foreach (var at in DeviceDatabase.IdCodePlaces.Where(place => place.AccessPort == 0).Select(place => place.At))
        {
            try
            {
                words.Run([WordAccess.Read(at), WordAccess.Read(Cpuid)], read);
            }
            catch (TargetMemoryException)
            {
                seen.Add($"IDCODE at {at}: the access faults");
                continue; // other families keep their IDCODE elsewhere; a fault says this is not one of these
            }

            seen.Add($"IDCODE at {at}: 0x{read[0]:X8}, CPUID 0x{read[1]:X8}");
            if (DeviceDatabase.FindById(DeviceId(read[0], read[1])) is { } device && device.IdCodeAt == at)
            {
                return (device, read[0], read[1]);
            }
        }

        throw new TargetException("NRST3321", "The debug port answers, but the chip is none that nrst knows.")
        {
            LikelyCause = "It is not an STM32F4, the only line this version supports, or it is a copy with ids of its own.",
            Evidence = seen,
            Remedies = [new("Compare the ids with the reference manual's section on DBGMCU_IDCODE.")],
        };
    }

    // STM32F40x revision A says 0x411, the DEV_ID of the STM32F2; the core tells them apart (ES0182, "MCU device ID is incorrect").
    private static ushort DeviceId(uint idCode, uint cpuId) =>
        (idCode & 0xFFF) == 0x411 && (cpuId >> 4 & 0xFFF) == 0xC24 ? (ushort)0x413 : (ushort)(idCode & 0xFFF);

    private static (Device Device, Part Part) Wanted(string chip) => DeviceDatabase.FindPart(chip)
        ?? throw new UsageException("NRST0106", $"'{chip}' is no part number that nrst knows.")
        {
            LikelyCause = "This version knows the STM32F4 line; the name is the part number, as in STM32F407VG.",
        };
}
