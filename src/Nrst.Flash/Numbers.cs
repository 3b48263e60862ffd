namespace Nrst.Flash;

/// <summary>Sector numbers in words.</summary>
internal static class Numbers
{
    /// <summary><c>sector 5</c>, <c>sectors 0-3, 7</c>.</summary>
    public static string Show(IEnumerable<int> numbers)
    {
        var sorted = numbers.Order().ToList();
        var parts = new List<string>();
        for (var i = 0; i < sorted.Count;)
        {
            var last = i;
            while (last + 1 < sorted.Count && sorted[last + 1] == sorted[last] + 1)
            {
                last++;
            }

            parts.Add(last == i ? $"{sorted[i]}" : $"{sorted[i]}-{sorted[last]}");
            i = last + 1;
        }

        return $"{(sorted.Count == 1 ? "sector" : "sectors")} {string.Join(", ", parts)}";
    }
}
