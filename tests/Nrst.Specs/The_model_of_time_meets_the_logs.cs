using System.Globalization;
using Nrst.Perf;

namespace Nrst.Specs;

/// <summary>What real probes and chips took, in logs of others, against the model: within a tenth, or listed with the reason. Nothing is bent to a row.</summary>
public sealed class The_model_of_time_meets_the_logs(ITestOutputHelper output)
{
    public static TheoryData<string> Rows => [.. Calibration.All.Select(row => row.Log)];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Within_a_tenth_or_with_a_reason(string log)
    {
        var row = Calibration.All.Single(one => one.Log == log);
        if (row.Needs is { } program)
        {
            Peers.Require(program);
            Tools.Library = Peers.Library;
        }

        var model = await row.Model();

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{log}: model {model:0.000} s, log {row.Real:0.000} s, {(model / row.Real) - 1:+0%;-0%}"));
        if (row.Misses is null)
        {
            Assert.True(row.IsWithin(model), string.Create(CultureInfo.InvariantCulture, $"The model says {model:0.000} s, the log {row.Real:0.000} s."));
        }
        else
        {
            Assert.False(row.IsWithin(model), "It is within the band now: take the reason off the row.");
            Assert.InRange(model, row.Real * 0.6, row.Real * 1.4);
        }
    }

    /// <summary>Fitted rows cannot be the larger part of what the model is believed for.</summary>
    [Fact]
    public void Most_rows_were_not_fitted() => Assert.True(Calibration.All.Count(row => !row.Fitted) > 3 * Calibration.All.Count(row => row.Fitted));

    /// <summary>The lower bounds of perf/run, against figures worked out by hand from the data sheets.</summary>
    [Theory]
    [InlineData("F407", 1.550, 0.282, 1.835, 1.835, 0.285)]
    [InlineData("H743", 1.000, 0.209, 1.211, 1.211, 0.220)]
    [InlineData("H725", 3.000, 1.199, 4.214, 4.214, 1.262)]
    [InlineData("L073", 1.712, 3.421, 5.144, 5.144, 3.431)]
    [InlineData("L476", 2.819, 2.677, 5.523, 5.523, 2.704)]
    [InlineData("G071", 0.704, 0.696, 1.403, 1.403, 0.699)]
    [InlineData("H563", 0.128, 1.016, 1.724, 1.164, 1.724)]
    [InlineData("F103", 1.280, 1.720, 3.020, 3.020, 1.740)]
    public void Bounds_are_those_of_the_data_sheets(string name, double erase, double program, double boundV2, double boundV3, double blankV2)
    {
        var what = FlashCase.All.Single(one => one.Name == name);
        var silicon = what.Silicon(max: false);

        Assert.Equal(erase, silicon.Erase, 0.004);
        Assert.Equal(program, silicon.Program, 0.004);
        Assert.Equal(boundV2, what.Bound(Setting.Usual(ProbeSetting.V2)), 0.005);
        Assert.Equal(boundV3, what.Bound(Setting.Usual(ProbeSetting.V3)), 0.005);
        Assert.Equal(blankV2, what.BlankBound(Setting.Usual(ProbeSetting.V2)), 0.005);
        Assert.True(what.Silicon(max: true).Erase > silicon.Erase && what.Silicon(max: true).Program > silicon.Program);
    }
}
