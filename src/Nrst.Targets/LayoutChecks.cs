namespace Nrst.Targets;

/// <summary>What must hold for the sector maps of a part.</summary>
internal static class LayoutChecks
{
    public static void Check(string where, Part part)
    {
        Require(
            part.Layouts.Count == 1 ? part.Layouts[0].When.Count == 0 : part.Layouts.All(layout => layout.When.Count > 0),
            where, "Each of several sector maps says when it holds, and a single one does not.");
        CheckConditions(where, part.Layouts);
        foreach (var layout in part.Layouts)
        {
            var sum = layout.Length;
            Require(sum == part.FlashKiB * 1024L, where, $"The sectors add up to {sum / 1024} KiB, not to {part.FlashKiB} KiB.");
            Require(layout.Sectors.Select(sector => sector.Number).Distinct().Count() == layout.Sectors.Count(), where,
                "Two sectors have the same number.");
            Require(layout.Banks.Count < 2 || !layout.Banks[0].Layout.Range.Overlaps(layout.Banks[1].Layout.Range), where, "The banks overlap.");
            // Either a bit beside the field chooses the bank, and both count from 0, or the field alone tells all sectors apart.
            Require(
                layout.Banks.All(bank => bank.FirstField == 0)
                    || layout.Sectors.Count() == layout.Banks.SelectMany(bank => bank.Layout.Sectors.Select(bank.FieldOf)).Distinct().Count(),
                where, "The controller could not tell two sectors apart.");
        }
    }

    /// <summary>Whatever the option bits are, one map holds and no two do.</summary>
    private static void CheckConditions(string where, IReadOnlyList<BankedLayout> layouts)
    {
        OptionField[] fields = [.. layouts.SelectMany(layout => layout.When).Select(value => value.Field).Distinct()];
        Require(fields.All(field => field.Width == 1), where, "A sector map depends on single option bits.");
        for (var bits = 0u; bits < 1u << fields.Length; bits++)
        {
            var holding = layouts.Count(layout => layout.When.All(value => value.Value == (bits >> Array.IndexOf(fields, value.Field) & 1)));
            Require(holding <= 1, where, "Two sector maps hold at the same time.");
            Require(holding == 1, where, "There are option bytes under which no sector map holds.");
        }
    }

    private static void Require(bool holds, string where, string rule)
    {
        if (!holds)
        {
            throw new InvalidDataException($"{where}: {rule}");
        }
    }
}
