using Nrst.Images;

namespace Nrst.Specs.RomLoaders;

/// <summary>What a job ran into, seen from outside.</summary>
/// <param name="Steps">Transfers or frames from the beginning to the end.</param>
internal sealed record Attempt(string Fault, int? At, NrstException? Told, TimeSpan Took, int Steps, bool Happened);

/// <summary>A flash job that is disturbed once, what came of it, and the same job once more without the disturbance.</summary>
/// <param name="Part">A small chip: what is tested is the conversation.</param>
/// <param name="Old">What was in the flash.</param>
internal sealed record FaultyJob(string Part, int Length, string Old)
{
    /// <summary>How much longer than without a disturbance it may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private TimeSpan _clean;
    private int _steps;

    public static IReadOnlyList<FaultyJob> Of(params string[] parts) =>
        [.. parts.SelectMany(part => (FaultyJob[])[new(part, 2_300, "other"), new(part, 1_100, "blank"), new(part, 1_700, "same")])];

    /// <param name="run">Does the job; with a disturbance where a random source is given, that begins at the step.</param>
    public Attempt Check(LoaderBoard board, int seed, Func<FirmwareImage, (int At, Random Random)?, Attempt> run)
    {
        var (image, old) = (board.Image(Length), new byte[4_000]);
        var wanted = image.Pieces[0].Data.ToArray();
        Fill(old, wanted, board.Erased);
        if (_steps == 0)
        {
            board.Hold(old);
            (_clean, _steps) = run(image, null) is { Told: null } clean ? (clean.Took, clean.Steps) : throw new InvalidOperationException("the clean run failed");
        }

        var random = new Random(seed);
        board.Hold(old);
        var untouched = board.Silicon.Flash[4_096..].ToArray();
        var attempt = run(image, (random.Next(_steps), random));
        var at = $"seed {seed}, {Part} ({Old}), {attempt.Fault} at {attempt.At} of {_steps}";

        Assert.True(attempt.Took <= _clean + Patience, $"{at}: it took {attempt.Took}, and {_clean} without a fault");
        Assert.True(attempt.Steps <= (4 * _steps) + 400, $"{at}: {attempt.Steps} steps, and {_steps} without a fault");
        if (attempt.Told is { } told)
        {
            Assert.True(Repository.HasFile($"data/errors/{told.Code}.md"), $"{at}: {told.Code} has no page");
            Assert.True(told.Remedies.Count > 0 && told.LikelyCause is not null, $"{at}: {told.Code} says no way out: {told.Message}");
        }
        else
        {
            Assert.True(wanted.AsSpan().SequenceEqual(board.Silicon.Flash[..wanted.Length]), $"{at}: it was called a success, and the flash is another");
        }

        Assert.True(untouched.AsSpan().SequenceEqual(board.Silicon.Flash[4_096..]), $"{at}: what the image does not touch has changed");
        var again = run(image, null);
        Assert.True(again.Told is null, $"{at}: after {attempt.Told?.Code} the same job ended with {again.Told?.Code}: {again.Told?.Message}");
        Assert.True(wanted.AsSpan().SequenceEqual(board.Silicon.Flash[..wanted.Length]), $"{at}: the second job left another flash");
        return attempt;
    }

    private void Fill(byte[] old, ReadOnlySpan<byte> wanted, byte erased)
    {
        old.AsSpan().Fill(erased);
        if (Old is "other")
        {
            new Random(3).NextBytes(old);
        }
        else if (Old is "same")
        {
            wanted.CopyTo(old);
            old[wanted.Length / 2] ^= 0x10;
        }
    }
}
