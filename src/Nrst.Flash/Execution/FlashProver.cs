namespace Nrst.Flash;

/// <summary>Compares the chip with what it should hold, on another path than the one that wrote.</summary>
internal sealed class FlashProver(ChipTarget target, IFlashPath path, FlashGrain grain)
{
    private const int ReadBlock = 4096;
    private const int MostSecondLooks = 64; // in one block: a line that is worse is not to be proved over

    /// <summary>Proves, or throws. Returns how: a path without a hash of its own is read back.</summary>
    public VerifyMode Prove(IReadOnlyList<Expectation> expected, VerifyMode mode, CancellationToken cancel)
    {
        var start = target.Clock.Now;
        var total = expected.Sum(part => (long)part.Data.Length);
        target.Listener?.Invoke(new JobEvent.PhaseStarted(Phase.Verify, total));
        IReadOnlyList<bool>? hashed = null;
        if (mode == VerifyMode.Hash)
        {
            hashed = path.Hash(expected, cancel);
        }
        else
        {
            path.ForgetCaches();
        }

        if (hashed is null)
        {
            ReadBack(target, expected, cancel);
        }
        else if (hashed.Contains(false))
        {
            ReadBack(target, [.. expected.Where((_, i) => !hashed[i])], cancel);
            throw new ProofException("NRST5002", null, "The chip's hash of the flash differs from the image's, and reading the bytes back shows no difference.")
            {
                LikelyCause = "The flash reads marginally: a supply too low, too few wait states, or a worn cell.",
                Evidence = [.. expected.Where((_, i) => !hashed[i]).Select(part => $"hash differs in {part.Range}")],
                Remedies = [new Remedy("Program again with every sector erased.", "nrst flash FILE --always-erase")],
            };
        }

        target.Listener?.Invoke(new JobEvent.PhaseFinished(Phase.Verify, target.Clock.Now - start, total));
        return hashed is null ? VerifyMode.Readback : VerifyMode.Hash;
    }

    /// <summary>Proves that whole sectors are blank, or throws.</summary>
    public void ProveBlank(IEnumerable<FlashSector> sectors, CancellationToken cancel)
    {
        var wanted = sectors.Select(sector => new WantedSector(sector, [], grain)).ToList();
        if (wanted.Count == 0)
        {
            return;
        }

        var known = path.Survey(wanted, new Dictionary<WantedRun, byte[]>(), cancel);
        if (known.FirstOrDefault(sector => sector.Other.Count > 0) is { } dirty)
        {
            var first = dirty.Other[0].Start;
            throw new ProofException("NRST5003", first, $"Sector {dirty.Sector.Number} was erased and is not blank at {first}.")
            {
                LikelyCause = "The erase was cut short by a weak supply, or the sector is worn out.",
                Remedies = [new Remedy("Erase it again; if it stays, the chip is worn out.", $"nrst erase --range {dirty.Sector.Range}")],
            };
        }
    }

    /// <summary>Reads everything and compares. Touches nothing else, so the core may be running.</summary>
    public static void ReadBack(ChipTarget target, IReadOnlyList<Expectation> expected, CancellationToken cancel)
    {
        var total = expected.Sum(part => (long)part.Data.Length);
        var read = new byte[ReadBlock];
        var done = 0L;
        foreach (var part in expected)
        {
            for (var at = 0; at < part.Data.Length; at += ReadBlock)
            {
                cancel.ThrowIfCancellationRequested();
                var wanted = part.Data.Span[at..Math.Min(at + ReadBlock, part.Data.Length)];
                var now = read.AsSpan(0, wanted.Length);
                target.Read(part.At + (uint)at, now);
                var same = now.CommonPrefixLength(wanted);
                for (var looks = 0; same < wanted.Length && target.ReadsUnchecked && looks < MostSecondLooks; looks++)
                {
                    var again = now.Slice(same, Math.Min(4, wanted.Length - same));
                    target.Read(part.At + (uint)(at + same), again);
                    if (again[0] != wanted[same])
                    {
                        break;
                    }

                    same = now.CommonPrefixLength(wanted);
                }

                if (same < wanted.Length)
                {
                    throw Different(part.At + (uint)(at + same), wanted[same], now[same], now, target.Device.Flash.ErasedValue);
                }

                done += wanted.Length;
                target.Listener?.Invoke(new JobEvent.Advanced(Phase.Verify, done, total));
            }
        }
    }

    private static ProofException Different(Address first, byte wanted, byte found, ReadOnlySpan<byte> around, byte erased) => new(
        "NRST5001", first, $"The flash holds 0x{found:X2} at {first} where 0x{wanted:X2} belongs.")
    {
        LikelyCause = found == erased
            ? "This place is blank: it was not programmed."
            : around.ContainsAnyExcept(found)
                ? "The chip holds another program, or a program that was changed after it was flashed."
                : $"Everything read around it is 0x{found:X2}: the flash does not answer as it should.",
        Evidence = [$"first difference at {first}", $"expected 0x{wanted:X2}, found 0x{found:X2}"],
        Remedies =
        [
            new Remedy("Flash the image.", "nrst flash FILE"),
            new Remedy("If it was just flashed, erase first; a place that stays wrong is worn out.", "nrst flash FILE --always-erase"),
        ],
    };
}
