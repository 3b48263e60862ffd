using Nrst.Flash.Loaders;

namespace Nrst.Flash;

/// <summary>Lets the loader in the ROM make checksums of what the flash should hold, where it can: no byte of the flash goes over the line then.</summary>
internal sealed class RomHash(RomTarget target)
{
    /// <summary>False where a checksum is another, or the loader has none: then only reading tells.</summary>
    public bool Confirms(IEnumerable<Expectation> expected, CancellationToken cancel)
    {
        var parts = expected.ToList();
        if (target.Loader.Checksum is not { } checksum || parts.Exists(part => part.At.Value % 4 != 0 || part.Data.Length % 4 != 0))
        {
            return false;
        }

        foreach (var part in Rows(parts))
        {
            cancel.ThrowIfCancellationRequested();
            if (checksum.Of(part.Range) is not { } told)
            {
                Tell("The loader says it has a checksum and does not answer for it: the flash is read instead.");
                return false;
            }

            if (told != WordCrc.Of(part.Data.Span))
            {
                Tell($"The loader's checksum of {part.Range} is 0x{told:X8} and should be 0x{WordCrc.Of(part.Data.Span):X8}: the flash is read instead.");
                return false;
            }
        }

        return true;
    }

    /// <summary>The same without a word: where it is not known what there is, another checksum is no news.</summary>
    public bool Agrees(Address at, byte[] bytes, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        return target.Loader.Checksum is { } checksum && at.Value % 4 == 0 && bytes.Length % 4 == 0
            && checksum.Of(new AddressRange(at, (uint)bytes.Length)) == WordCrc.Of(bytes);
    }

    private void Tell(string text) => target.Listener?.Invoke(new JobEvent.Noticed(text));

    /// <summary>What follows one on the other, as one: a question costs as much as reading a block.</summary>
    private static IEnumerable<Expectation> Rows(List<Expectation> parts)
    {
        for (var first = 0; first < parts.Count;)
        {
            var after = first + 1;
            while (after < parts.Count && parts[after - 1].Range.Last + 1 == parts[after].At)
            {
                after++;
            }

            yield return after == first + 1 ? parts[first]
                : new Expectation(parts[first].At, parts[first..after].SelectMany(part => part.Data.ToArray()).ToArray());
            first = after;
        }
    }
}
