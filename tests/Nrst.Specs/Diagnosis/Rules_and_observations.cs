using Nrst.Diagnosis;

namespace Nrst.Specs.Diagnosis;

/// <summary>Rules see observations and nothing else.</summary>
public sealed class Rules_and_observations
{
    [Fact]
    public void A_rule_that_lacks_its_observations_says_nothing()
    {
        var nothing = new BoardObservations { Job = JobTrail.None };

        Assert.Equal([], CauseList.All.Where(cause => cause.Judge(nothing) is not null).Select(cause => cause.Code));
        Assert.Empty(BoardRules.Conclude(nothing));
    }

    [Fact]
    public void An_error_that_no_rule_explains_is_the_finding()
    {
        var error = new TargetException("NRST3199", "Something new.") { LikelyCause = "Nobody knows.", Evidence = ["a register"] };

        var finding = Assert.Single(BoardRules.Conclude(new BoardObservations { Job = new JobTrail(error, [], []) }));

        Assert.Equal(("NRST3199", "Something new.", "Nobody knows."), (finding.Code, finding.Fact, finding.Cause));
    }

    [Fact]
    public void What_is_certain_stands_before_what_is_likely()
    {
        var seen = new BoardObservations
        {
            Job = JobTrail.None,
            Probe = new ProbeIdentity("ST-LINK/V2", "8BADF00D", "V2J37S7", 0x483, 0x3748),
            Volts = [3.6, 3.6],
            Answers = true,
            Wire = [new(4000, 100, 7), new(950, 100, 0)],
        };

        Assert.Equal(["NRST7004", "NRST7021", "NRST7030"], BoardRules.Conclude(seen).Select(finding => finding.Code));
    }

    [Theory]
    [InlineData(0.1, false, "NRST7001")]
    [InlineData(0.1, true, "NRST7002")]
    [InlineData(1.5, true, "NRST7003")]
    [InlineData(3.6, true, "NRST7004")]
    public void The_voltage_and_whether_the_chip_answers_name_the_supply(double volts, bool answers, string code)
    {
        var seen = new BoardObservations
        {
            Job = JobTrail.None, Volts = [volts, volts], Answers = answers, Silence = answers ? null : new TargetException("NRST3001", "No answer."),
        };

        Assert.Equal(code, BoardRules.Conclude(seen)[0].Code);
    }

    [Theory]
    [InlineData(1.70)]
    [InlineData(3.30)]
    [InlineData(3.44)]
    public void A_supply_within_its_range_is_none(double volts) =>
        Assert.Empty(BoardRules.Conclude(new BoardObservations { Job = JobTrail.None, Volts = [volts], Answers = true, Wire = [new(4000, 100, 0)] }));

    [Theory]
    [InlineData(false, false, "NRST7010")]
    [InlineData(false, true, "NRST7012")]
    public void What_the_two_resets_do_names_what_is_wrong_with_NRST(bool pin, bool request, string code)
    {
        var seen = new BoardObservations { Job = JobTrail.None, Answers = true, Reset = new ResetSeen(pin, null, null, request) };

        Assert.Equal([code], BoardRules.Conclude(seen).Select(finding => finding.Code));
    }

    [Fact]
    public void Both_resets_working_in_time_is_no_finding() => Assert.Empty(BoardRules.Conclude(
        new BoardObservations { Job = JobTrail.None, Answers = true, Reset = new ResetSeen(true, TimeSpan.FromMilliseconds(5), null, true) }));

    /// <summary>Noise at every clock is something else on the wire; noise at high clocks alone is the wire.</summary>
    [Theory]
    [InlineData(90, 40, 5, "NRST7022")]
    [InlineData(90, 1, 0, "NRST7021")]
    public void Error_rates_tell_a_long_wire_from_a_shared_one(int fast, int medium, int slow, string code)
    {
        var seen = new BoardObservations { Job = JobTrail.None, Answers = true, Wire = [new(4000, 100, fast), new(950, 100, medium), new(100, 100, slow)] };

        Assert.Equal(code, BoardRules.Conclude(seen)[0].Code);
    }

    [Theory]
    [InlineData(1, "NRST7083")]
    [InlineData(7, "NRST7005")]
    public void Unstable_words_in_one_sector_are_a_torn_erase_and_in_many_a_supply(int sectors, string code)
    {
        Address[] words = [.. Enumerable.Range(0, 8).Select(i => new Address(0x0800_0000 + (uint)(i * 0x800)))];
        var seen = new BoardObservations { Job = JobTrail.None, Answers = true, Volts = [3.3], Flash = new FlashSeen(8192, words, [], [], sectors, 12) };

        Assert.Equal(code, BoardRules.Conclude(seen)[0].Code);
    }
}
