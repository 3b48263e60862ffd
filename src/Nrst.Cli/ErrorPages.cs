using System.Globalization;

namespace Nrst.Cli;

/// <summary>The pages of <c>data/errors</c>, carried in the program.</summary>
internal static class ErrorPages
{
    private const string Suffix = ".md";

    public static IReadOnlyList<string> All { get; } =
    [
        .. typeof(ErrorPages).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith("NRST", StringComparison.Ordinal) && name.EndsWith(Suffix, StringComparison.Ordinal))
            .Select(name => name[..^Suffix.Length])
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Accepts <c>nrst3001</c> and <c>3001</c> too.</summary>
    public static string Normal(string code)
    {
        var upper = code.Trim().ToUpper(CultureInfo.InvariantCulture);
        return upper.StartsWith("NRST", StringComparison.Ordinal) ? upper : "NRST" + upper;
    }

    public static string? Find(string code)
    {
        using var stream = typeof(ErrorPages).Assembly.GetManifestResourceStream(Normal(code) + Suffix);
        return stream is null ? null : new StreamReader(stream).ReadToEnd();
    }
}
