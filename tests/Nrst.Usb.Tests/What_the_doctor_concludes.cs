using Nrst.Diagnosis;

namespace Nrst.Usb.Tests;

public sealed class What_the_doctor_concludes
{
    private static readonly ProbeListing Good = new(new ProbeSelector.UsbPort("1-1"), "ST-LINK/V2", "A", null, null);
    private static readonly ProbeException NotPermitted = new("NRST1105", "Not for this user.") { Evidence = ["libusb says so"], Remedies = [new("Do it.", "nrst list")] };
    private static readonly ProbeListing Locked = Good with { CannotOpen = NotPermitted.Message, Problem = NotPermitted };
    private static readonly ProbeListing Board = new(new ProbeSelector.Virtual("b"), "ST-LINK/V2 (virtual)", "B", null, null);

    [Fact]
    public void Nothing_where_nothing_is_wrong()
    {
        Assert.Empty(Conclude(new() { Survey = Of(Good), UdevRules = [], Trials = [new("usb:1-1") { Probe = "P", Chip = "C" }] }));
        Assert.Empty(Conclude(new() { UdevRules = [], Trials = [new("virtual:b") { Probe = "P", Chip = "C" }] }));
    }

    [Fact]
    public void Why_USB_is_out_of_reach_and_then_not_that_no_probe_is_there()
    {
        var survey = new ProbeSurvey([Board], [new ProbeException("NRST1101", "No library.")]);

        Assert.Equal(["NRST1101"], Codes(new() { Survey = survey, UdevRules = [] }));
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("", "no udev rule for ST-LINKs is installed")]
    [InlineData("/etc/udev/rules.d/1.rules", "installed rules: /etc/udev/rules.d/1.rules")]
    public void What_is_not_permitted_and_which_rules_there_are(string? rules, string? evidence)
    {
        var seen = new Observations { Survey = Of(Locked), UdevRules = rules?.Split(',', StringSplitOptions.RemoveEmptyEntries) };

        var finding = Assert.Single(Conclude(seen));

        Assert.Equal(("NRST1105", NotPermitted.Message, NotPermitted.Remedies), (finding.Code, finding.Fact, finding.Remedies));
        Assert.Equal(evidence is null ? ["libusb says so"] : ["libusb says so", evidence], finding.Evidence);
    }

    [Fact]
    public void That_nothing_is_attached_and_what_would_be_missing_then()
    {
        Assert.Equal(["NRST1001"], Codes(new() { Survey = Of(Board) }));
        Assert.Equal(["NRST1001"], Codes(new() { Survey = Of(), UdevRules = ["rules"] }));
        Assert.Equal(["NRST1001"], Codes(new() { Survey = Of(), UdevRules = [], MayOpenAnything = true }));
        Assert.Equal(["NRST1001", "NRST1113"], Codes(new() { Survey = Of(), UdevRules = [] }));
    }

    [Fact]
    public void Why_connecting_failed_and_with_which_probe()
    {
        var seen = new Observations
        {
            Trials = [new("usb:1-1") { Probe = "P", Chip = "C" }, new("usb:1-2") { Problem = new TargetException("NRST3001", "No answer.") { LikelyCause = "Power." } }],
        };

        var finding = Assert.Single(Conclude(seen));

        Assert.Equal(("NRST3001", "Power."), (finding.Code, finding.Cause));
        Assert.Equal(["tried with --probe usb:1-2"], finding.Evidence);
    }

    [Fact]
    public void Only_what_can_be_opened_is_connected_to_and_boards_only_by_name()
    {
        var shelf = new Shelf(Good, Locked with { Selector = new ProbeSelector.UsbPort("1-2") }, Board);

        var all = Doctor.Look(new ProbeCatalog([shelf]), null, new ConnectOptions());
        var named = Doctor.Look(new ProbeCatalog([shelf]), Board.Selector, new ConnectOptions());

        Assert.Equal(3, all.Survey?.Probes.Count);
        Assert.Equal(["usb:1-1", "virtual:b"], shelf.Asked);
        Assert.Equal("NRST1106", Assert.Single(all.Trials).Problem?.Code);
        Assert.Null(named.Survey);
    }

    private static IReadOnlyList<Finding> Conclude(Observations seen) => MachineRules.Conclude(seen);

    private static IEnumerable<string> Codes(Observations seen) => Conclude(seen).Select(finding => finding.Code);

    private static ProbeSurvey Of(params ProbeListing[] probes) => new(probes, []);

    private sealed class Shelf(params ProbeListing[] probes) : IProbeSource
    {
        public List<string> Asked { get; } = [];

        public IReadOnlyList<ProbeListing> List() => probes;

        public IDebugProbe? Open(ProbeSelector selector)
        {
            Asked.Add($"{selector}");
            throw new ProbeException("NRST1106", "In use.");
        }
    }
}
