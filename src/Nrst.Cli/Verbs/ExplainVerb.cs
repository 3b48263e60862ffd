using System.CommandLine;
using System.Text.Json.Nodes;

namespace Nrst.Cli.Verbs;

/// <summary><c>nrst explain CODE</c>: the page of an error code.</summary>
internal static class ExplainVerb
{
    private static readonly Argument<string?> Code = new("CODE")
    {
        Description = "As an error prints it, e.g. NRST3001; without it, all codes",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Create() => new Command("explain", "The page of an error code: what happened, why, what to do") { Code }.Does(Explain);

    private static JsonObject Explain(Invocation call)
    {
        if (call.Line.GetValue(Code) is not { } code)
        {
            foreach (var known in ErrorPages.All)
            {
                call.Screen.Result(Title(known));
            }

            return new JsonObject { ["codes"] = new JsonArray([.. ErrorPages.All.Select(known => (JsonNode)known)]) };
        }

        var page = ErrorPages.Find(code) ?? throw new UsageException("NRST0107", $"'{code}' is no error code of nrst.")
        {
            LikelyCause = "Codes are NRST and four digits, as in NRST3001.",
            Remedies = [new("List them all.", "nrst explain")],
        };
        call.Screen.Result(page.TrimEnd());
        return new JsonObject { ["code"] = ErrorPages.Normal(code), ["page"] = page };
    }

    private static string Title(string code) => ErrorPages.Find(code)!.Split('\n')[0].TrimStart('#', ' ');
}
