using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Nrst.Flash;
using Nrst.Targets;

namespace Nrst.Diagnosis.Examining;

/// <summary>Reads pieces of the flash three times, and a fourth where they differ, and finds what reads differently, what the program writes, and what cannot be read.</summary>
internal sealed class FlashExaminer(IDebugProbe probe, Device device, ChipSeen chip)
{
    private const int Piece = 256, FirstPiece = 4096, MostSectors = 32, Vectors = 16;

    // A program that keeps a log writes it more often than this.
    private static readonly TimeSpan s_apart = TimeSpan.FromMilliseconds(130);

    public FlashSeen? Look()
    {
        if (chip.SizeKiB is null)
        {
            return null;
        }

        var layout = FlashGeometry.Read(probe.Memory, device, null).Layout;
        var sectors = Chosen([.. layout.Sectors]);
        var pieces = sectors.Select((sector, i) => (Sector: sector.Number, sector.Range.Start, Length: (int)Math.Min(i == 0 ? FirstPiece : Piece, sector.Range.Length))).ToList();
        var unreadable = new List<Address>();
        var first = pieces.Select(piece => Read(piece.Start, piece.Length, unreadable)).ToList();
        probe.Clock.Wait(s_apart);
        var second = pieces.Select(piece => Read(piece.Start, piece.Length, null)).ToList();
        var third = pieces.Select(piece => Read(piece.Start, piece.Length, null)).ToList();
        var fourth = pieces.Select((piece, i) => Same(first[i], second[i], third[i]) ? third[i] : Read(piece.Start, piece.Length, null)).ToList();
        var (unstable, written, shaky) = (new List<Address>(), new List<Address>(), new HashSet<int>());
        for (var i = 0; i < pieces.Count; i++)
        {
            Compare(pieces[i].Start, [first[i], second[i], third[i], fourth[i]], unstable, written);
            if (unstable.Exists(at => at.Value - pieces[i].Start.Value < pieces[i].Length))
            {
                shaky.Add(pieces[i].Sector);
            }
        }

        return new FlashSeen(pieces.Sum(piece => piece.Length), unstable, written, unreadable, shaky.Count, sectors.Count)
        {
            Vectors = [.. MemoryMarshal.Cast<byte, uint>((first[0] ?? []).AsSpan(0, first[0] is null ? 0 : 4 * Vectors))],
            IsBlank = first[0] is { } start && !start.AsSpan().ContainsAnyExcept(device.Flash.ErasedValue),
            Leftover = Leftover(layout),
            EccRegister = EccError(),
            EndsAt = EndOf(layout, unreadable),
        };
    }

    /// <summary>RM0351, RM0440, RM0444, RM0434 and RM0461, "Flash ECC register (FLASH_ECCR)": at 0x18, ECCD in bit 31. Reading changes nothing.</summary>
    private uint? EccError()
    {
        if (device.Series is not ("STM32L4" or "STM32L4+" or "STM32G0" or "STM32G4" or "STM32C0" or "STM32U0" or "STM32WB" or "STM32WL"))
        {
            return null;
        }

        var value = probe.Memory.Read32(device.Flash.Controller + 0x18);
        return value >> 31 != 0 ? value : null;
    }

    private JobEvent.Repaired? Leftover(BankedLayout layout)
    {
        try
        {
            return device.Flash.IsProgrammable ? FlashLook.Leftover(probe.Memory, probe.Words, probe.Clock, device, layout) : null;
        }
        catch (TargetException)
        {
            return null;
        }
    }

    /// <summary>Where all that was looked at from some address on cannot be read, the flash may end there: it halves the sizes that chips come in.</summary>
    private static Address? EndOf(BankedLayout layout, List<Address> unreadable)
    {
        var middle = layout.Range.Start + (uint)(layout.Range.Length / 2);
        return unreadable.Count > 1 && unreadable.All(at => at >= middle) && unreadable.Exists(at => at < middle + (uint)(layout.Range.Length / 4)) ? middle : null;
    }

    private static List<FlashSector> Chosen(IReadOnlyList<FlashSector> sectors)
    {
        var every = Math.Max(1, (sectors.Count + MostSectors - 1) / MostSectors);
        return [.. sectors.Where((_, i) => i % every == 0 || i == sectors.Count - 1)];
    }

    private byte[]? Read(Address at, int length, List<Address>? unreadable)
    {
        var into = new byte[length];
        try
        {
            probe.Memory.Read(at, into);
            return into;
        }
        catch (TargetMemoryException fault)
        {
            unreadable?.Add(fault.Address ?? at);
            return null;
        }
    }

    private static bool Same(byte[]? first, byte[]? second, byte[]? third) =>
        first is null || second is null || third is null || (first.AsSpan().SequenceEqual(second) && second.AsSpan().SequenceEqual(third));

    /// <summary>A word that lost bits and did so once, and stays as it is then, was programmed. One that changes otherwise is not stable.</summary>
    private static void Compare(Address at, byte[]?[] looks, List<Address> unstable, List<Address> written)
    {
        if (looks.Contains(null))
        {
            return;
        }

        for (var offset = 0; offset + 4 <= looks[0]!.Length; offset += 4)
        {
            var words = looks.Select(look => BinaryPrimitives.ReadUInt32LittleEndian(look.AsSpan(offset))).ToArray();
            if (words.Distinct().Count() == 1)
            {
                continue;
            }

            var changes = words.Zip(words.Skip(1)).Where(pair => pair.First != pair.Second).ToList();
            (changes is [var (before, after)] && (before & after) == after && words[2] == words[3] ? written : unstable).Add(at + (uint)offset);
        }
    }
}
