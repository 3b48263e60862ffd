using Nrst.Bootloaders.Dfu;
using Nrst.Targets;

namespace Nrst;

/// <summary>A chip that is in no device file, as its loader describes it. What the loader does not tell is assumed at its widest.</summary>
internal static class GenericChip
{
    /// <summary>Wide enough for every flash word there is; shorter ones divide it.</summary>
    private const int WidestWord = 32;

    public static RomChip Of(DfuLayout told)
    {
        var flash = told.Segments.Where(segment => segment is { Erasable: true, Writable: true }).OrderBy(segment => segment.Start).ToList();
        var banks = new List<FlashBank>();
        foreach (var (i, stretch) in Stretches(flash).Index())
        {
            var runs = string.Join(' ', stretch.Select(segment => $"{segment.Bytes / segment.SectorBytes}x{segment.SectorBytes}"));
            banks.Add(new FlashBank(i + 1, FlashLayout.Parse(stretch[0].Start, runs, banks.Sum(bank => bank.Layout.Sectors.Count)), 0));
        }

        return Chip(
            "a chip that the device data do not have", new BankedLayout([], banks), 0,
            [$"The loader describes its flash as '{told.Text}', and no chip of the device data is like that: nrst goes by these words, takes the flash to erase to 0xFF, and allows {WidestWord} bytes for a flash word."]);
    }

    /// <summary>A chip of which only the extent of its flash is known: it can be erased as a whole.</summary>
    public static RomChip Of(ushort deviceId, AddressRange flash) => Chip(
        $"unknown product 0x{deviceId:X3}", new BankedLayout([], [new FlashBank(1, FlashLayout.Parse(flash.Start, $"1x{flash.Length}"), 0)]), deviceId,
        [$"Product id 0x{deviceId:X3} is not in the device data. Its loader reads {flash.Length / 1024} KiB at {flash.Start}; nrst erases all of them at once and takes them to erase to 0xFF."]);

    private static RomChip Chip(string name, BankedLayout layout, ushort deviceId, IReadOnlyList<string> notes)
    {
        var part = new Part(name, (int)(layout.Length / 1024), [layout], []);
        var start = layout.Range.Start;
        var times = new FlashTimes(
            TimeSpan.FromMicroseconds(20), TimeSpan.FromMilliseconds(1),
            [new EraseTime(0, 2048, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(4))],
            [new EraseTime(0, (uint)layout.Length, TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(64))])
        {
            From = "assumed",
        };
        var flash = new FlashDescription("none", [start], start, new SizeRegister(start, SizeForm.KiB, MayBeBlank: true), 0xFF, [1, WidestWord], null, WidestWord, false, times);
        var device = new Device(
            deviceId, "STM32", name, "none", "Cortex-M", 0, new DebugDescription(0, [new IdCodePlace(0, start, false)], null, [], []),
            new UniqueIdPlace(start, [0]), flash, new Dictionary<ushort, string>(), [], [part])
        {
            ResetHertz = 8_000_000,
        };
        return new RomChip(name, device, part, layout, null, notes) { IsKnown = false };
    }

    private static List<List<DfuSegment>> Stretches(List<DfuSegment> segments)
    {
        var found = new List<List<DfuSegment>>();
        foreach (var segment in segments)
        {
            if (found.Count > 0 && found[^1][^1].Range.Last.Value + 1L == segment.Start.Value)
            {
                found[^1].Add(segment);
            }
            else
            {
                found.Add([segment]);
            }
        }

        return found;
    }
}
