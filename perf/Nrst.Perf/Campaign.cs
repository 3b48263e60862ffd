namespace Nrst.Perf;

/// <summary>Every job of every tool, one after the other, each on a fresh board.</summary>
internal sealed class Campaign(Options options, Action<string> tell)
{
    public const string Nrst = "nrst", OpenOcd = "OpenOCD", OpenOcdBest = "OpenOCD, best", StFlash = "st-flash", StFlashBest = "st-flash, best";

    /// <summary>The image over other contents, which fill the whole flash.</summary>
    public const string Over = "over old contents";

    /// <summary>The image over an older one of the same size, in a flash that is blank elsewhere: what most people do most days.</summary>
    public const string Newer = "over an older image";

    public const string Again = "the same again", OneChanged = "one byte changed", Blank = "blank chip";

    /// <summary>Seconds of a command and its answer: a good Linux host, the usual, a Windows host, macOS.</summary>
    private static readonly double[] s_exchanges = [0.10e-3, 0.20e-3, 0.33e-3, 1.0e-3];

    private readonly List<Measurement> _results = [];

    public async Task<IReadOnlyList<Measurement>> Run()
    {
        foreach (var what in FlashCase.All.Where(one => options.Case is null || one.Name == options.Case))
        {
            foreach (var probe in (ProbeSetting[])[ProbeSetting.V2, ProbeSetting.V3])
            {
                await On(what, probe);
            }
        }

        return _results;
    }

    private async Task On(FlashCase what, ProbeSetting probe)
    {
        var usual = Setting.Usual(probe);
        await WithNrst(what, usual);
        await Peers(what, usual, Over, alsoDefault: true);
        await Peers(what, usual, Newer, alsoDefault: true);
        foreach (var setting in options.Quick ? [] : Others(usual))
        {
            using var board = Old(what, setting);
            await Add(board, Nrst, Over, board.Image(2), image => Tools.Nrst(board, image));
            if (!options.PeersUsual)
            {
                await Peers(what, setting, Over, alsoDefault: false);
            }
        }
    }

    private static IEnumerable<Setting> Others(Setting usual) =>
    [
        .. s_exchanges.Where(exchange => exchange != usual.Exchange).Select(exchange => usual with { Exchange = exchange }),
        usual with { MaxTimes = true },
    ];

    private async Task WithNrst(FlashCase what, Setting setting)
    {
        using (var board = Old(what, setting))
        {
            var image = board.Image(2);
            await Add(board, Nrst, Over, image, bytes => Tools.Nrst(board, bytes));
            await Add(board, Nrst, Again, image, bytes => Tools.Nrst(board, bytes));
            var changed = image.ToArray();
            changed[image.Length / 2] ^= 0x5A;
            await Add(board, Nrst, OneChanged, changed, bytes => Tools.Nrst(board, bytes));
        }

        using (var board = Old(what, setting, Newer))
        {
            await Add(board, Nrst, Newer, board.Image(2), bytes => Tools.Nrst(board, bytes));
        }

        using var blank = new MeasuredBoard(what, setting);
        await Add(blank, Nrst, Blank, blank.Image(2), bytes => Tools.Nrst(blank, bytes));
    }

    private async Task Peers(FlashCase what, Setting setting, string job, bool alsoDefault)
    {
        if (options.NrstOnly || Tools.Library is null)
        {
            return;
        }

        foreach (var best in alsoDefault ? (bool[])[false, true] : [true])
        {
            if (what.Script is not null)
            {
                using var board = Old(what, setting, job);
                await Add(board, best ? OpenOcdBest : OpenOcd, job, board.Image(2), image => Tools.OpenOcd(board, image, best));
            }

            if (what.StFlash)
            {
                using var board = Old(what, setting, job);
                await Add(board, best ? StFlashBest : StFlash, job, board.Image(2), image => Tools.StFlash(board, image, best));
            }
        }
    }

    private static MeasuredBoard Old(FlashCase what, Setting setting, string job = Over) => new(what, setting, old: 1, elsewhere: job == Over);

    private async Task Add(MeasuredBoard board, string tool, string job, byte[] image, Func<byte[], Task> act)
    {
        var result = await board.Measure(tool, job, image, () => act(image));
        tell(FormattableString.Invariant(
            $"{result.Case} {result.Setting.Probe.Name} {result.Setting.Exchange * 1e3:0.00} ms{(result.Setting.MaxTimes ? " max" : "")} {tool}, {job}: {result.Seconds:0.000} s, {result.Exchanges} exchanges{(result.Failure is { } why ? " FAILED " + why : "")}"));
        _results.Add(result);
    }
}
