using FsCheck;
using FsCheck.Fluent;

namespace Nrst.Flash.Tests;

/// <summary>Random damage to random images: each kind is told for what it is, and noise is taken for none.</summary>
public sealed class Any_damage
{
    /// <summary>Noise, code (few values), text, and stretches that are blank or zero, as images are.</summary>
    private static readonly Gen<byte[]> Images =
        from seed in Gen.Choose(0, int.MaxValue)
        from length in Gen.Choose(256, 2500)
        select Texture(new Random(seed), length * 4);

    private static readonly Gen<byte> ErasedValue = Gen.Frequency((3, Gen.Constant<byte>(0xFF)), (1, Gen.Constant<byte>(0)));

    private static readonly Gen<(byte[] Wanted, byte[] Old, byte Erased, int Seed)> Cases =
        from wanted in Images
        from seed in Gen.Choose(0, int.MaxValue)
        from erased in ErasedValue
        select (wanted, Texture(new Random(seed), wanted.Length), erased, seed);

    [Fact]
    public void Old_contents_that_are_known_are_recognised_wherever_they_were_left() => Check(250, (wanted, old, erased, random) =>
    {
        var (from, length) = Stretch(random, wanted.Length, 64);
        var damage = new Damage(wanted, erased: erased).KnowingOld(old).Do(flash => old.AsSpan(from, length).CopyTo(flash.AsSpan(from)));
        return Told(damage, MismatchKind.OldContents, alsoBlank: true);
    });

    [Fact]
    public void A_program_over_another_is_recognised_with_and_without_the_old_one() => Check(250, (wanted, old, erased, random) =>
    {
        var (from, length) = Stretch(random, wanted.Length, 1024);
        var damage = new Damage(wanted, erased: erased);
        damage.Do(flash => damage.Over(old).AsSpan(from, length).CopyTo(flash.AsSpan(from)));
        var known = random.Next(2) == 0;
        if (known)
        {
            damage.KnowingOld(old);
        }

        if (Same(damage) || damage.Verdict.Mismatch.BytesDifferent < 9)
        {
            return true; // too little to be told from a cell
        }

        // Where what is left of the old is little, it looks like wear; where the new adds nothing to it, like the old; where it is all programmed, like silence.
        var kind = damage.Kind;
        return kind == MismatchKind.NotErased || (known ? kind is MismatchKind.OldContents : kind is MismatchKind.PartlyErased or MismatchKind.StuckCells) || Constant(damage);
    });

    [Fact]
    public void Bytes_that_were_lost_or_came_twice_are_recognised_with_their_number() => Check(300, (wanted, _, erased, random) =>
    {
        random.NextBytes(wanted);
        var by = random.Next(1, 600) * (random.Next(2) == 0 ? -1 : 1);
        var from = random.Next(0, wanted.Length / 4);
        var length = random.Next(64, Math.Max(65, (wanted.Length / 2) - Math.Abs(by)));
        if (from + length + Math.Abs(by) > wanted.Length)
        {
            return true;
        }

        var damage = new Damage(wanted, erased: erased)
            .Do(flash => wanted.AsSpan(from - Math.Min(by, 0), length).CopyTo(flash.AsSpan(from + Math.Max(by, 0))));
        return damage.Kind == MismatchKind.Moved && damage.Verdict.Mismatch.MovedBy == by;
    });

    [Fact]
    public void Blank_stretches_are_recognised() => Check(250, (wanted, _, erased, random) =>
    {
        var (from, length) = Stretch(random, wanted.Length, 64);
        var damage = new Damage(wanted, erased: erased).Do(flash => flash.AsSpan(from, length).Fill(erased));
        return Same(damage) || damage.Kind == MismatchKind.Blank || damage.Verdict.Mismatch.BytesDifferent < 9;
    });

    [Fact]
    public void Noise_is_never_explained() => Check(700, (wanted, old, erased, random) =>
    {
        var (from, length) = Stretch(random, wanted.Length, 24);
        var damage = new Damage(wanted, erased: erased).Do(flash => random.NextBytes(flash.AsSpan(from, length)));
        damage.Knowing(seen => seen with { CoreRuns = random.Next(2) == 0, OtherEnds = [new Address(Damage.Start + (uint)random.Next(wanted.Length))] });
        if (random.Next(2) == 0)
        {
            damage.KnowingOld(old);
        }

        // Noise over nothing but blank cells cannot be told from a program that was there.
        var inBlank = damage.Wanted.AsSpan(from, length).Count(erased) > length - 16;
        return Same(damage) || inBlank || damage.Kind == MismatchKind.Unexplained;
    });

    [Fact]
    public void Ranges_hold_every_byte_that_differs_and_nothing_but_gaps_beside() => Check(300, (wanted, _, erased, random) =>
    {
        var damage = new Damage(wanted, erased: erased).Do(flash =>
        {
            for (var i = random.Next(1, 200); i > 0; i--)
            {
                flash[random.Next(flash.Length)] ^= (byte)random.Next(1, 256);
            }
        });
        if (Same(damage))
        {
            return true;
        }

        var mismatch = damage.Verdict.Mismatch;
        var differs = Enumerable.Range(0, wanted.Length).Where(i => damage.Found[i] != wanted[i]).ToList();
        var ends = mismatch.Ranges.SelectMany(range => (int[])[(int)(range.Start.Value - Damage.Start), (int)(range.Last.Value - Damage.Start)]);
        return mismatch.BytesDifferent == differs.Count
            && differs.All(i => mismatch.Ranges.Any(range => range.Contains(new Address(Damage.Start + (uint)i))))
            && ends.All(differs.Contains)
            && mismatch.Ranges.Zip(mismatch.Ranges.Skip(1)).All(pair => pair.Second.Start - pair.First.Last > 16);
    });

    private static bool Told(Damage damage, MismatchKind kind, bool alsoBlank) => Same(damage) || damage.Kind == kind
        || (alsoBlank && damage.Kind is MismatchKind.Blank or MismatchKind.StuckCells && Enumerable.Range(0, damage.Wanted.Length).All(i => damage.Found[i] == damage.Wanted[i] || damage.Found[i] == damage.Erased))
        || damage.Verdict.Mismatch.BytesDifferent < 3;

    private static bool Same(Damage damage) => damage.Found.AsSpan().SequenceEqual(damage.Wanted);

    private static bool Constant(Damage damage) => Enumerable.Range(0, damage.Wanted.Length).Where(i => damage.Found[i] != damage.Wanted[i]).All(i => damage.Found[i] == (byte)~damage.Erased);

    private static (int From, int Length) Stretch(Random random, int within, int least)
    {
        var length = random.Next(least, within);
        return (random.Next(0, within - length), length);
    }

    private static byte[] Texture(Random random, int length)
    {
        var bytes = new byte[length];
        for (var at = 0; at < length;)
        {
            var piece = bytes.AsSpan(at, Math.Min(random.Next(8, 900), length - at));
            switch (random.Next(6))
            {
                case 0:
                    piece.Clear();
                    break;
                case 1:
                    piece.Fill(0xFF);
                    break;
                case 2:
                    for (var i = 0; i < piece.Length; i++)
                    {
                        piece[i] = (byte)random.Next(0x20, 0x7F);
                    }

                    break;
                case 3: // a vector table, or other addresses
                    for (var i = 0; i < piece.Length; i++)
                    {
                        piece[i] = (i % 4) switch { 3 => 0x08, 2 => 0, 1 => (byte)random.Next(0x40), _ => (byte)(random.Next(128) * 2 + 1) };
                    }

                    break;
                default:
                    random.NextBytes(piece);
                    break;
            }

            at += piece.Length;
        }

        return bytes;
    }

    private static void Check(int count, Func<byte[], byte[], byte, Random, bool> holds) =>
        Prop.ForAll(Cases.ToArbitrary(), one => holds(one.Wanted, one.Old, one.Erased, new Random(one.Seed)))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(count));
}
