namespace Nrst.Flash;

/// <summary>Compares the chip with what it should hold, on another path than the one that wrote.</summary>
/// <param name="old">What is known of the contents before the job.</param>
internal sealed class FlashProver(ChipTarget target, IFlashPath path, FlashGrain grain, IReadOnlyList<OldPiece> old)
{
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
            ReadBack(target, grain, expected, old, mayRun: false, cancel);
        }
        else if (hashed.Contains(false))
        {
            IReadOnlyList<Expectation> wrong = [.. expected.Where((_, i) => !hashed[i])];
            ReadBack(target, grain, wrong, old, mayRun: false, cancel);
            throw new ProofException("NRST5002", null, "The chip's hash of the flash differs from the image's, and reading the bytes back shows no difference.")
            {
                LikelyCause = "The flash reads marginally: a supply too low, too few wait states, or a worn cell.",
                Evidence = [.. wrong.Select(part => $"hash differs in {part.Range}")],
                Remedies = [new Remedy("Program again with every sector erased.", "nrst flash FILE --always-erase")],
                Mismatch = new Mismatch(MismatchKind.Unsteady, [], 0, wrong.Sum(part => (long)part.Data.Length), RereadsDiffer: true),
            };
        }

        target.Listener?.Invoke(new JobEvent.PhaseFinished(Phase.Verify, target.Clock.Now - start, total));
        return hashed is null ? VerifyMode.Readback : VerifyMode.Hash;
    }

    /// <summary>Proves that whole sectors are blank, or throws.</summary>
    public void ProveBlank(IEnumerable<FlashSector> sectors, CancellationToken cancel)
    {
        var erased = sectors.ToList();
        if (erased.Count == 0 || (path.UsesLoader && path.AreBlank(erased, erased: true, cancel)))
        {
            return;
        }

        var wanted = erased.Select(sector => new WantedSector(sector, [], grain)).ToList();
        var known = path.Survey(wanted, new Dictionary<WantedRun, byte[]>(), everything: true, cancel);
        if (known.FirstOrDefault(sector => sector.Other.Count > 0) is { } dirty)
        {
            var first = dirty.Other[0].Start;
            var verdict = NotBlank(known.SelectMany(sector => sector.Other), known.Sum(sector => (long)sector.Sector.Range.Length), cancel);
            throw new ProofException("NRST5003", first, $"Sector {dirty.Sector.Number} was erased and is not blank at {first}.")
            {
                LikelyCause = "The erase was cut short by a weak supply, or the sector is worn out.",
                Evidence = verdict is null ? [] : [MismatchErrors.Places(verdict.Mismatch), .. verdict.Evidence],
                Mismatch = verdict?.Mismatch,
                Remedies = [new Remedy("Erase it again; if it stays, the chip is worn out.", $"nrst erase --range {dirty.Sector.Range}")],
            };
        }
    }

    /// <summary>Null where a second look finds everything blank.</summary>
    private MismatchVerdict? NotBlank(IEnumerable<AddressRange> dirty, long compared, CancellationToken cancel)
    {
        var blank = dirty.Select(range =>
        {
            var bytes = new byte[range.Length];
            bytes.AsSpan().Fill(grain.Erased);
            return new Expectation(range.Start, bytes);
        });
        if (new FlashComparer(target, grain, mayRun: false) { Silent = true }.Compare([.. blank], old, cancel) is not { } different)
        {
            return null;
        }

        var verdict = MismatchClassifier.Classify(different);
        return verdict with { Mismatch = verdict.Mismatch with { BytesCompared = compared } };
    }

    /// <summary>Reads everything and compares. Touches nothing else, so the core may be running.</summary>
    /// <param name="old">What is known of the contents before the job.</param>
    /// <param name="mayRun">Nobody halted the core: it may be running what lies in the flash.</param>
    public static void ReadBack(
        ChipTarget target, FlashGrain grain, IReadOnlyList<Expectation> expected, IReadOnlyList<OldPiece> old, bool mayRun, CancellationToken cancel)
    {
        if (new FlashComparer(target, grain, mayRun).Compare(expected, old, cancel) is { } different)
        {
            throw MismatchErrors.Failure(different);
        }
    }
}
