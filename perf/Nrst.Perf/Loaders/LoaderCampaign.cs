using Nrst.VirtualBench.Usb;

namespace Nrst.Perf.Loaders;

/// <summary>nrst, dfu-util and stm32flash through the loaders in the ROMs, each on a fresh board, all of them in the board's time.</summary>
internal sealed class LoaderCampaign(bool nrstOnly, string? only, Action<string> tell)
{
    public const string Nrst = "nrst", DfuUtil = "dfu-util", Stm32flash = "stm32flash";

    /// <summary>The image over other contents; the whole job, with a comparison of every byte and the start of the program.</summary>
    public const string Over = "over old contents";

    public const string Again = "the same again", Blank = "blank chip";

    /// <summary>The first, by a loader that was told that it has 3.3 V.</summary>
    public const string Supplied = "over old contents, supply told";

    /// <summary>Without a comparison, which dfu-util does not have.</summary>
    public const string Unproved = "over old contents, unproved";

    private readonly List<LoaderMeasurement> _results = [];

    public async Task<IReadOnlyList<LoaderMeasurement>> Run()
    {
        foreach (var what in LoaderCase.All.Where(one => only is null || one.Name == only))
        {
            await WithNrst(what);
            if (!nrstOnly && Tools.Library is not null)
            {
                await WithTheOther(what);
            }
        }

        return _results;
    }

    private async Task WithNrst(LoaderCase what)
    {
        using (var board = new LoaderBoard(what))
        {
            await Add(board, Nrst, Over, () => Flash(board));
        }

        using (var board = new LoaderBoard(what))
        {
            board.Image(2).CopyTo(board.Silicon.Flash);
            await Add(board, Nrst, Again, () => Flash(board));
        }

        if (what.TakesSupply)
        {
            using var told = new LoaderBoard(what);
            await Add(told, Nrst, Supplied, () => Flash(told, 3.3));
        }

        using var blank = new LoaderBoard(what, blank: true);
        await Add(blank, Nrst, Blank, () => Flash(blank));
    }

    private async Task WithTheOther(LoaderCase what)
    {
        if (what.Route is LoaderRoute.Serial)
        {
            using var board = new LoaderBoard(what);
            await Add(board, Stm32flash, Over, () => Tools.WithFile(board.Image(2), file => Tools.Run(
                board.Board, "stm32flash", ["-b", $"{LoaderCase.Baud}", "-w", file, "-v", "-g", "0x08000000", "/dev/ttyBENCH0"], Tools.SerialLibrary)),
                BenchUsbServer.BeforeASerialProgram);
            return;
        }

        using (var board = new LoaderBoard(what))
        {
            await Add(board, DfuUtil, Unproved, () => Tools.WithFile(board.Image(2), file => Tools.Run(
                board.Board, "dfu-util", ["-a", "0", "-s", "0x08000000:leave", "-D", file])));
        }

        using var proved = new LoaderBoard(what);
        await Add(proved, DfuUtil, Over, () => Tools.WithFile(proved.Image(2), async file =>
        {
            var back = file + ".back";
            try
            {
                await Tools.Run(proved.Board, "dfu-util", ["-a", "0", "-s", "0x08000000", "-D", file]);
                await Tools.Run(proved.Board, "dfu-util", ["-a", "0", "-s", $"0x08000000:{what.Bytes}:leave", "-U", back]);
            }
            finally
            {
                File.Delete(back);
            }
        }));
    }

    private static Task<Flash.FlashSeconds?> Flash(LoaderBoard board, double? volts = null)
    {
        using var session = board.Case.Route is LoaderRoute.Usb
            ? DfuSource.Open(board.Board.OpenDfu(TimeSpan.Zero)!, board.Board.Clock, "dfu", null)
            : UsartSource.Open(board.Board.OpenSerial()!, board.Board.Clock, new ProbeSelector.SerialPort("virtual:board", LoaderCase.Baud), null, null);
        return Task.FromResult<Flash.FlashSeconds?>(AloneInTheLoader.Flash(session, board.Image(2), LoaderBoard.Start, volts).Report.Seconds);
    }

    private Task Add(LoaderBoard board, string tool, string job, Func<Task> act, TimeSpan uncounted = default) => Add(board, tool, job, async () =>
    {
        await act();
        return null;
    }, uncounted);

    private async Task Add(LoaderBoard board, string tool, string job, Func<Task<Flash.FlashSeconds?>> act, TimeSpan uncounted = default)
    {
        var result = await board.Measure(tool, job, board.Image(2), act, uncounted);
        tell(FormattableString.Invariant($"{board.Case.Route} {board.Case.Name} {tool}, {job}: {result.Seconds:0.000} s {result.Phases} {result.Failure}"));
        _results.Add(result);
    }
}
