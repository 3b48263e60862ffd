using System.Globalization;
using System.Text.RegularExpressions;
using Nrst.Targets;
using Nrst.VirtualBench.Chips.Flash;

namespace Nrst.VirtualBench.Rom;

internal enum RomArea
{
    None,
    Flash,
    Ram,

    /// <summary>RAM that the loader needs itself: it can be read.</summary>
    OwnRam,
    Eeprom,
    Options,
    Otp,
    System,

    /// <summary>Four bytes that are no memory: the programming voltage.</summary>
    Feature,
}

/// <summary>Which addresses a loader takes, and for what.</summary>
internal sealed partial class RomMemory
{
    private const uint FeatureAt = 0xFFFF_0000;

    private readonly FlashModel _flash;
    private readonly List<(uint Start, uint Length, RomArea Area)> _areas = [];

    public RomMemory(RomDescription rom, FlashModel flash, Device device, Part part)
    {
        _flash = flash;
        if (rom.Has(RomQuirks.DeviceFeature))
        {
            _areas.Add((FeatureAt, 4, RomArea.Feature));
        }

        _areas.Add((part.Ram[0].Range.Start.Value, rom.RamUsed, RomArea.OwnRam));
        _areas.AddRange(part.Ram.Select(ram => (ram.Range.Start.Value, ram.Range.Length, RomArea.Ram)));
        _areas.AddRange(part.Eeprom.Select(eeprom => (eeprom.Range.Start.Value, eeprom.Range.Length, RomArea.Eeprom)));
        foreach (var alternate in rom.Dfu?.Alternates ?? [])
        {
            var area = AreaOf(alternate);
            if (area != RomArea.None)
            {
                _areas.AddRange(Parts(alternate).Select(place => (place.Start, place.Length, area)));
            }
        }

        if (device.Flash.Driver is "stm32f0" or "stm32f1" or "stm32f1xl")
        {
            _areas.Add((0x1FFF_F800, 16, RomArea.Options));
        }

        foreach (var memory in device.OtherMemories)
        {
            var area = memory.Name switch
            {
                "option bytes" => RomArea.Options,
                "OTP" => RomArea.Otp,
                "system memory" => RomArea.System,
                _ => RomArea.None,
            };
            if (area != RomArea.None)
            {
                _areas.Add((memory.Range.Start.Value, memory.Range.Length, area));
            }
        }
    }

    public RomArea At(uint address) => _flash.Map.At(address) is not null ? RomArea.Flash : Find(address)?.Area ?? RomArea.None;

    /// <summary>How many bytes follow from an address on before its area ends, at most as many as asked for.</summary>
    public int Room(uint address, int length)
    {
        if (_flash.Map.At(address) is not null)
        {
            return (int)Math.Min(length, _flash.Map.Range.Last.Value - address + 1L);
        }

        return Find(address) is { } place ? (int)Math.Min(length, place.Start + (long)place.Length - address) : 0;
    }

    private (uint Start, uint Length, RomArea Area)? Find(uint address)
    {
        foreach (var area in _areas)
        {
            if (address - area.Start < area.Length)
            {
                return area;
            }
        }

        return null;
    }

    private static RomArea AreaOf(string alternate) => alternate switch
    {
        ['@', 'O', 'p', ..] or ['@', 'O', 'B', ..] => RomArea.Options,
        ['@', 'O', 'T', ..] => RomArea.Otp,
        ['@', 'E', 'N', ..] => RomArea.System,
        _ => RomArea.None,
    };

    /// <summary>The areas of a layout string: each an address, and the bytes of its segments together.</summary>
    private static IEnumerable<(uint Start, uint Length)> Parts(string alternate)
    {
        foreach (Match part in AreaPattern().Matches(alternate))
        {
            var length = SegmentPattern().Matches(part.Groups[2].Value).Sum(segment =>
                double.Parse(segment.Groups[1].Value, CultureInfo.InvariantCulture) * int.Parse(segment.Groups[2].Value, CultureInfo.InvariantCulture)
                * (segment.Groups[3].Value == "K" ? 1024 : 1));
            yield return (uint.Parse(part.Groups[1].Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture), (uint)length);
        }
    }

    [GeneratedRegex("/0x([0-9A-Fa-f]{8})/([^/]*)")]
    private static partial Regex AreaPattern();

    [GeneratedRegex(@"([\d.]+)\*(\d+)([KM]?)")]
    private static partial Regex SegmentPattern();
}
