using Nrst.Images;

namespace Nrst.Specs.RomLoaders;

/// <summary>
/// Three hundred disturbances on each way to a loader, at any point of a flash job. No job hangs, none is called a success that is none, each error
/// says what to do, and doing the same again puts the board right.
/// </summary>
public sealed class What_can_go_wrong_on_the_way
{
    private const int Disturbances = 300;

    [Theory]
    [InlineData("STM32F042K6")]
    [InlineData("STM32G431KB")]
    [InlineData("STM32L073RZ")]
    public void To_a_USB_loader(string part)
    {
        using var board = new LoaderBoard(part);
        Disturb<UsbFault>(FaultyJob.Of(part), board, (image, fault) => Flash(board, image, fault?.Random is { } random ? Pick<UsbFault>(random) : null, fault));
    }

    [Theory]
    [InlineData("STM32F030F4")]
    [InlineData("STM32F103C8")]
    [InlineData("STM32L051C8")]
    public void To_a_serial_loader(string part)
    {
        using var board = new LoaderBoard(part);
        Disturb<SerialFault>(FaultyJob.Of(part), board, (image, fault) => Flash(board, image, fault?.Random is { } random ? Pick<SerialFault>(random) : null, fault));
    }

    /// <summary>A hundred for each of three chips.</summary>
    private static void Disturb<T>(IReadOnlyList<FaultyJob> jobs, LoaderBoard board, Func<FirmwareImage, (int At, Random Random)?, Attempt> run)
        where T : struct, Enum
    {
        var attempts = new List<Attempt>();
        for (var seed = 0; seed < Disturbances / 3; seed++)
        {
            attempts.Add(jobs[seed % jobs.Count].Check(board, seed, run));
        }

        var seen = attempts.GroupBy(attempt => $"{attempt.Fault}: {attempt.Told?.Code ?? "done"}").OrderBy(group => group.Key, StringComparer.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join('\n', seen.Select(group => $"{group.Count(),3} {group.Key}, longest {group.Max(attempt => attempt.Took).TotalSeconds:0.0} s")));
        Assert.True(attempts.Count(attempt => attempt.Happened) > attempts.Count * 8 / 10, "most of the faults never came to pass");
        Assert.Contains(attempts, attempt => attempt.Told is null && attempt.Happened);
        Assert.Contains(attempts, attempt => attempt.Told is not null);
    }

    private static Attempt Flash(LoaderBoard board, FirmwareImage image, UsbFault? fault, (int At, Random Random)? where)
    {
        BadUsbWire? wire = null;
        return Attempted(board, $"{fault}", where?.At, () =>
        {
            var random = where?.Random ?? new Random(1);
            LoaderBoard.Flash(board.OpenUsb(pipe => wire = new BadUsbWire(pipe, board.Board.Clock, fault ?? 0, where?.At ?? int.MaxValue, random, board.Board.PowerCycle)), image, random.Next(3) == 0 ? ResetAfter.Run : ResetAfter.None);
        }, () => (wire?.Transfers ?? 0, wire?.Happened ?? false));
    }

    private static Attempt Flash(LoaderBoard board, FirmwareImage image, SerialFault? fault, (int At, Random Random)? where)
    {
        BadSerialWire? wire = null;
        return Attempted(board, $"{fault}", where?.At, () =>
        {
            var random = where?.Random ?? new Random(1);
            LoaderBoard.Flash(board.OpenSerial(line => wire = new BadSerialWire(line, board.Board.Clock, fault ?? 0, where?.At ?? int.MaxValue - 1, random, board.Board.PowerCycle)), image, random.Next(3) == 0 ? ResetAfter.Run : ResetAfter.None);
        }, () => (wire?.Frames ?? 0, wire?.Happened ?? false));
    }

    private static Attempt Attempted(LoaderBoard board, string fault, int? at, Action job, Func<(int Steps, bool Happened)> seen)
    {
        var start = board.Now;
        NrstException? told = null;
        try
        {
            job();
        }
        catch (NrstException error)
        {
            told = error;
        }

        return new Attempt(fault, at, told, board.Now - start, seen().Steps, seen().Happened);
    }

    private static T Pick<T>(Random random)
        where T : struct, Enum => Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];
}
