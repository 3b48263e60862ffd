namespace Nrst.Specs;

/// <summary>Which probe is opened, and when nrst refuses to guess.</summary>
public sealed class Choosing_a_probe
{
    private static readonly ProbeListing First = new(new ProbeSelector.UsbPort("1-1"), "ST-LINK/V2-1", "066AFF01", null, null);
    private static readonly ProbeListing Second = new(new ProbeSelector.UsbPort("1-2"), "STLINK-V3", "0048FF02", null, null);
    private static readonly ProbeListing Board = new(new ProbeSelector.Virtual("desk"), "ST-LINK/V2 (virtual)", "AB01FF03", "STM32F407VG", null);

    [Fact]
    public void The_only_one_attached_is_taken() => Assert.Equal(First.Selector, Opened(null, First, Board));

    [Fact]
    public void A_virtual_board_is_not_taken_unasked() => Assert.Equal("NRST1001", Refused(null, Board).Code);

    [Fact]
    public void Of_several_none_is_guessed_and_all_are_listed()
    {
        var error = Refused(null, First, Second);

        Assert.Equal("NRST1003", error.Code);
        Assert.IsType<UsageException>(error); // exit code 2: the command could mean several things
        Assert.Equal(["usb:1-1  ST-LINK/V2-1  066AFF01", "usb:1-2  STLINK-V3  0048FF02"], error.Evidence);
    }

    [Fact]
    public void The_beginning_of_a_serial_number_is_enough_where_it_is_unique()
    {
        Assert.Equal(Second.Selector, Opened("0048", First, Second, Board));
        Assert.Equal(Board.Selector, Opened("ab01ff", First, Second, Board));
        Assert.Equal("NRST1003", Refused("0", First, Second, Board).Code);
        Assert.Equal("NRST1002", Refused("77", First, Second, Board).Code);
    }

    [Fact]
    public void A_source_that_cannot_look_hides_nothing_of_the_others_and_is_the_reason_when_nothing_is_found()
    {
        var blind = new ProbeException("NRST1101", "No library.");
        var catalog = new ProbeCatalog([new Blind(blind), new Shelf([Board])]);

        var survey = catalog.Survey();

        Assert.Equal([Board], survey.Probes);
        Assert.Equal([blind], survey.Problems);
        Assert.Same(blind, Assert.Throws<ProbeException>(() => catalog.Open(null)));
        Assert.Same(blind, Assert.Throws<ProbeException>(() => catalog.Open(ProbeSelector.Parse("77"))));
        Assert.Equal("NRST1002", Assert.Throws<ProbeException>(() => catalog.Open(Board.Selector)).Code); // found, and only then not opened
    }

    [Theory]
    [InlineData("virtual:desk")]
    [InlineData("tcp:127.0.0.1:7184")]
    [InlineData("0483:374b")]
    [InlineData("0483:374b:066AFF01")]
    [InlineData("usb:1-2")]
    [InlineData("066AFF01")]
    public void A_selector_prints_as_it_was_written(string text) => Assert.Equal(text, ProbeSelector.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("virtual:")]
    [InlineData("tcp:host")]
    [InlineData("tcp:host:99999")]
    [InlineData("nonsense")]
    public void What_is_no_selector_is_refused(string text) => Assert.Throws<UsageException>(() => ProbeSelector.Parse(text));

    private static NrstException Refused(string? selector, params ProbeListing[] there) =>
        Assert.ThrowsAny<NrstException>(() => new ProbeCatalog([new Shelf(there)]).Open(selector is null ? null : ProbeSelector.Parse(selector)));

    private static ProbeSelector? Opened(string? selector, params ProbeListing[] there)
    {
        var shelf = new Shelf(there);
        Assert.Throws<ProbeException>(() => new ProbeCatalog([shelf]).Open(selector is null ? null : ProbeSelector.Parse(selector)));
        return shelf.Asked;
    }

    /// <summary>Cannot look, and answers for no selector.</summary>
    private sealed class Blind(ProbeException why) : IProbeSource
    {
        public IReadOnlyList<ProbeListing> List() => throw why;

        public IDebugProbe? Open(ProbeSelector selector) => null;
    }

    /// <summary>Has probes to list, remembers which one it was asked for, and opens none.</summary>
    private sealed class Shelf(IReadOnlyList<ProbeListing> there) : IProbeSource
    {
        public ProbeSelector? Asked { get; private set; }

        public IReadOnlyList<ProbeListing> List() => there;

        public IDebugProbe? Open(ProbeSelector selector)
        {
            Asked = selector;
            return null;
        }
    }
}
