using Nrst.VirtualBench.Usb;

namespace Nrst.Perf;

/// <summary>How boards hang on the computer.</summary>
/// <param name="Hubs">Into how many hubs they are dealt out, each with one translator.</param>
internal sealed record Bus(string Name, ProbeSetting Probe, int Hubs)
{
    public static IReadOnlyList<Bus> All { get; } = [new("one hub", ProbeSetting.V2, 1), new("four hubs", ProbeSetting.V2, 4), new("one high-speed bus", ProbeSetting.V3, 1)];

    /// <summary>Bytes a second of what the boards of one hub share.</summary>
    public double BytesPerSecond => Probe == ProbeSetting.V2 ? 1.0e6 : 35e6;

    /// <summary>The boards that share with each other, at the busiest hub.</summary>
    public int Together(int boards) => Probe == ProbeSetting.V2 ? (boards + Hubs - 1) / Hubs : boards;
}

/// <summary>The same job on some boards at once.</summary>
/// <param name="Job">What their flash held before.</param>
/// <param name="Seconds">Of each board.</param>
/// <param name="Bytes">That one board sends and gets.</param>
/// <param name="Cpu">Seconds that this computer worked for it.</param>
internal sealed record GangRun(FlashCase Case, string Job, Bus Bus, IReadOnlyList<double> Seconds, long Bytes, double Cpu)
{
    public int Boards => Seconds.Count;

    public string? Failure { get; init; }

    /// <summary>Nobody can be through earlier: all that the boards of a hub say has to go through it.</summary>
    public double Bound => Bus.Together(Boards) * Bytes / Bus.BytesPerSecond;
}

/// <summary>Programs boards side by side, a thread each, on one virtual USB.</summary>
internal static class Gang
{
    public const string Over = Campaign.Over, Blank = Campaign.Blank;

    public static GangRun Run(FlashCase what, string job, Bus bus, int boards)
    {
        var gang = Enumerable.Range(0, boards).Select(number => new MeasuredBoard(what, Setting.Usual(bus.Probe), job == Over ? 1 : 0, $"hub{number % bus.Hubs}")).ToList();
        try
        {
            var image = gang[0].Image(2);
            var usb = new SharedUsb(boards);
            var results = new Measurement[boards];
            var cpu = Environment.CpuUsage.TotalTime;
            var threads = gang.Select((board, number) => new Thread(() => results[number] = One(board, job, image, usb.Seat(number)))).ToList();
            threads.ForEach(thread => thread.Start());
            threads.ForEach(thread => thread.Join());
            return new GangRun(what, job, bus, [.. results.Select(one => one.Seconds)], results.Max(one => one.Bytes), (Environment.CpuUsage.TotalTime - cpu).TotalSeconds)
            {
                Failure = results.FirstOrDefault(one => one.Failure is not null)?.Failure,
            };
        }
        finally
        {
            gang.ForEach(board => board.Dispose());
        }
    }

    private static Measurement One(MeasuredBoard board, string job, byte[] image, UsbSeat seat)
    {
        using (seat)
        {
            board.Board.Share(seat);
            return board.Measure(Campaign.Nrst, job, image, () => Tools.Nrst(board, image)).GetAwaiter().GetResult();
        }
    }
}
