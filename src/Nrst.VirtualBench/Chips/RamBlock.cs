using Nrst.Targets;

namespace Nrst.VirtualBench.Chips;

/// <summary>A piece of RAM without gaps.</summary>
/// <param name="Executes">Code can be fetched from it.</param>
/// <param name="OnBattery">VBAT keeps it, and the end of a read-out protection clears it.</param>
internal sealed record RamBlock(uint Start, byte[] Bytes, bool Executes, bool OnBattery)
{
    private const string InstructionName = "ITCM RAM", BackupName = "backup SRAM";

    /// <summary>What a part has, neighbours joined so that an access may cross from one to the next.</summary>
    public static IEnumerable<RamBlock> Of(Part part, Device device)
    {
        var (start, next, executes) = (0u, 0u, false);
        foreach (var region in part.Ram.Where(region => !region.IsAlias).OrderBy(region => region.Range.Start.Value))
        {
            if (region.Range.Start.Value != next || region.Executes != executes)
            {
                if (next > start)
                {
                    yield return new RamBlock(start, new byte[next - start], executes, OnBattery: false);
                }

                (start, next, executes) = (region.Range.Start.Value, region.Range.Start.Value, region.Executes);
            }

            next += region.Range.Length;
        }

        yield return new RamBlock(start, new byte[next - start], executes, OnBattery: false);
        foreach (var memory in device.OtherMemories.Where(memory => memory.Name is BackupName or InstructionName))
        {
            yield return new RamBlock(memory.Range.Start.Value, new byte[memory.Range.Length], Executes: true, OnBattery: memory.Name == BackupName);
        }
    }

    /// <summary>Further views of RAM: those that the device data names after the RAM they show.</summary>
    public static IEnumerable<(uint At, uint Length, uint Target)> AliasesOf(Part part)
    {
        foreach (var alias in part.Ram.Where(region => region.IsAlias))
        {
            var name = alias.Name.Replace(" alias", "", StringComparison.Ordinal);
            if (part.Ram.FirstOrDefault(region => !region.IsAlias && region.Name == name) is { } shown)
            {
                yield return (alias.Range.Start.Value, alias.Range.Length, shown.Range.Start.Value);
            }
        }
    }

    public void Scramble()
    {
        var state = 0x2545_F491u;
        foreach (ref var cell in Bytes.AsSpan())
        {
            state = (state * 1_664_525) + 1_013_904_223;
            cell = (byte)(state >> 24);
        }
    }
}
