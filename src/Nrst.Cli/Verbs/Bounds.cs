using System.Globalization;
using System.Text.Json.Nodes;
using Nrst.Flash;

namespace Nrst.Cli.Verbs;

/// <summary>What the silicon needs at least for a job: with <c>-v</c> as a line, and in every document.</summary>
internal static class Bounds
{
    public static void Show(Invocation call, FlashBound? bound, double took)
    {
        if (bound is { Total: > 0 } && call.Line.GetValue(Common.Verbose))
        {
            call.Screen.Result(string.Create(
                CultureInfo.InvariantCulture,
                $"The silicon needs {bound.Total:0.000} s by its data sheet: {bound.Erase:0.000} s erasing, {bound.Program:0.000} s programming. It took {took:0.000} s."));
        }
    }

    public static JsonObject? Of(FlashBound? bound) => bound is null ? null : new JsonObject
    {
        ["erase"] = Math.Round(bound.Erase, 6),
        ["program"] = Math.Round(bound.Program, 6),
        ["total"] = Math.Round(bound.Total, 6),
    };
}
