using Nrst.Flash.Loaders;
using Nrst.Targets;

namespace Nrst.Flash.Tests;

/// <summary>A flash that holds what it should, until something is done to it; then what a proof makes of that.</summary>
internal sealed class Damage
{
    public const uint Start = 0x0800_0000;

    private readonly byte[] _wanted;
    private readonly uint _at;

    public Damage(byte[] wanted, uint at = Start, byte erased = 0xFF, uint unit = 4, BankedLayout? layout = null)
    {
        (_wanted, _at, Found) = (wanted, at, [.. wanted]);
        Seen = new Comparison([], new FlashGrain(unit, erased), layout ?? Examples.F407VG);
    }

    public byte[] Found { get; }

    public byte[] Wanted => _wanted;

    public Comparison Seen { get; set; }

    public byte Erased => Seen.Grain.Erased;

    public Damage Do(Action<byte[]> harm)
    {
        harm(Found);
        return this;
    }

    public Damage Knowing(Func<Comparison, Comparison> more)
    {
        Seen = more(Seen);
        return this;
    }

    public Damage KnowingOld(byte[] old) => Knowing(seen => seen with { Old = [new OldPiece(new AddressRange(new Address(_at), (uint)old.Length), old, 0)] });

    /// <summary>As the loader knows it, who looks at it from the chip.</summary>
    public Damage KnowingSumOf(byte[] old, int first) => Knowing(seen => seen with
    {
        Old = [new OldPiece(new AddressRange(new Address(_at), (uint)first), null, WordCrc.Of(old.AsSpan(0, first)))],
    });

    /// <summary>The old contents with the new programmed over them, as the cells do it.</summary>
    public byte[] Over(byte[] old) => [.. old.Zip(_wanted, (before, now) => (byte)(((before ^ Erased) | (now ^ Erased)) ^ Erased))];

    public MismatchVerdict Verdict => MismatchClassifier.Classify(Comparison);

    public ProofException Failure => MismatchErrors.Failure(Comparison);

    public MismatchKind Kind => Verdict.Mismatch.Kind;

    public Comparison Comparison => Seen with { Parts = [new ComparedPart(new Address(_at), _wanted, Found)] };

    public static AddressRange At(uint offset, uint length) => new(new Address(Start + offset), length);
}
