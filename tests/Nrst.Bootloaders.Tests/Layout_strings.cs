using Nrst.Bootloaders.Dfu;

namespace Nrst.Bootloaders.Tests;

/// <summary>The layout strings that are known of real parts, and what each means.</summary>
public sealed class Layout_strings
{
    [Theory]
    [InlineData("@Internal Flash  /0x08000000/064*0002Kg", DfuPurpose.Flash, "08000000 64x2048 rew")]
    [InlineData("@Internal Flash  /0x08000000/032*0001Kg", DfuPurpose.Flash, "08000000 32x1024 rew")]
    [InlineData("@Option Bytes  /0x1FFFF800/01*016 e", DfuPurpose.Options, "1FFFF800 1x16 rw")]
    [InlineData("@Internal Flash  /0x08000000/128*002Kg", DfuPurpose.Flash, "08000000 128x2048 rew")]
    [InlineData("@Option Bytes  /0x1FFFF800/01*016 g", DfuPurpose.Options, "1FFFF800 1x16 rew")]
    [InlineData("@Internal Flash  /0x08000000/128*0002Kg", DfuPurpose.Flash, "08000000 128x2048 rew")]
    [InlineData("@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg", DfuPurpose.Flash, "08000000 4x16384 rew, 08010000 1x65536 rew, 08020000 7x131072 rew")]
    [InlineData("@Option Bytes  /0x1FFFC000/01*016 e", DfuPurpose.Options, "1FFFC000 1x16 rw")]
    [InlineData("@OTP Memory /0x1FFF7800/01*512 e,01*016 e", DfuPurpose.Otp, "1FFF7800 1x512 rw, 1FFF7A00 1x16 rw")]
    [InlineData("@Device Feature/0xFFFF0000/01*004 e", DfuPurpose.Feature, "FFFF0000 1x4 rw")]
    [InlineData("@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg", DfuPurpose.Flash, "08000000 4x16384 rew, 08010000 1x65536 rew, 08020000 3x131072 rew")]
    [InlineData("@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e", DfuPurpose.Options, "1FFFC000 1x16 rw, 1FFEC000 1x16 rw")]
    [InlineData("@Internal Flash  /0x08000000/04*016Kg,01*64Kg,03*128Kg", DfuPurpose.Flash, "08000000 4x16384 rew, 08010000 1x65536 rew, 08020000 3x131072 rew")]
    [InlineData("@Internal Flash  /0x08000000/04*032Kg,01*128Kg,03*256Kg", DfuPurpose.Flash, "08000000 4x32768 rew, 08020000 1x131072 rew, 08040000 3x262144 rew")]
    [InlineData("@Internal Flash  /0x08000000/04*032Kg,01*128Kg,07*256Kg", DfuPurpose.Flash, "08000000 4x32768 rew, 08020000 1x131072 rew, 08040000 7x262144 rew")]
    [InlineData("@Internal Flash   /0x08000000/16*128Kg", DfuPurpose.Flash, "08000000 16x131072 rew")]
    [InlineData("@Option Bytes   /0x5200201C/01*128 e", DfuPurpose.Options, "5200201C 1x128 rw")]
    [InlineData("@Option Bytes   /0x5200201C/01*88 e", DfuPurpose.Options, "5200201C 1x88 rw")]
    [InlineData("@Internal Flash   /0x08000000/8*128Kg", DfuPurpose.Flash, "08000000 8x131072 rew")]
    [InlineData("@Internal Flash   /0x08000000/256*08Kg", DfuPurpose.Flash, "08000000 256x8192 rew")]
    [InlineData("@Option Bytes   /0x5200201C/01*297 e", DfuPurpose.Options, "5200201C 1x297 rw")]
    [InlineData("@OTP Memory   /0x08FFF000/01*1024 e", DfuPurpose.Otp, "08FFF000 1x1024 rw")]
    [InlineData("@Internal Flash  /0x08000000/1024*256 g", DfuPurpose.Flash, "08000000 1024x256 rew")]
    [InlineData("@Option Bytes  /0x1FF80000/01*032 e", DfuPurpose.Options, "1FF80000 1x32 rw")]
    [InlineData("@DATA Memory /0x08080000/02*004Ke", DfuPurpose.Eeprom, "08080000 2x4096 rw")]
    [InlineData("@Internal Flash  /0x08000000/1536*128g", DfuPurpose.Flash, "08000000 1536x128 rew")]
    [InlineData("@DATA Memory /0x08080000/2*3Ke", DfuPurpose.Eeprom, "08080000 2x3072 rw")]
    [InlineData("@Internal Flash  /0x08000000/0128*0002Kg", DfuPurpose.Flash, "08000000 128x2048 rew")]
    [InlineData("@Option Bytes  /0x1FFF7800/01*040 e", DfuPurpose.Options, "1FFF7800 1x40 rw")]
    [InlineData("@OTP Memory /0x1FFF7000/01*0001Ke", DfuPurpose.Otp, "1FFF7000 1x1024 rw")]
    [InlineData("@Internal Flash  /0x08000000/512*0004Kg", DfuPurpose.Flash, "08000000 512x4096 rew")]
    [InlineData("@Option Bytes  /0x1FF00000/01*040 e/0x1FF01000/01*040 e", DfuPurpose.Options, "1FF00000 1x40 rw, 1FF01000 1x40 rw")]
    [InlineData("@Internal Flash   /0x08000000/64*02Kg", DfuPurpose.Flash, "08000000 64x2048 rew")]
    [InlineData("@OTP Memory   /0x1FFF7000/01*01Ke", DfuPurpose.Otp, "1FFF7000 1x1024 rw")]
    [InlineData("@Option Bytes   /0x1FFF7800/01*40Be", DfuPurpose.Options, "1FFF7800 1x40 rw")]
    [InlineData("@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e", DfuPurpose.Options, "1FFF7800 1x48 rw, 1FFFF800 1x48 rw")]
    [InlineData("@Option Bytes   /0x40022040/01*48 e", DfuPurpose.Options, "40022040 1x48 rw")]
    [InlineData("@Internal Flash   /0x08000000/128*08Kg", DfuPurpose.Flash, "08000000 128x8192 rew")]
    [InlineData("@OTP Memory   /0x0BFA0000/01*512 e", DfuPurpose.Otp, "0BFA0000 1x512 rw")]
    [InlineData("@OB Bytes          /0x40022020/01*136 e", DfuPurpose.Options, "40022020 1x136 rw")]
    [InlineData("@OTP Memory        /0x1FFF6800/01*1024 e", DfuPurpose.Otp, "1FFF6800 1x1024 rw")]
    [InlineData("@ENGI Bytes        /0x1FFF6C00/01*1024.e", DfuPurpose.Other, "1FFF6C00 1x1024 rw")]
    [InlineData("@Internal Flash   /0x08000000/256*04Kg", DfuPurpose.Flash, "08000000 256x4096 rew")]
    [InlineData("@Internal Flash   /0x08000000/128*008Kg", DfuPurpose.Flash, "08000000 128x8192 rew")]
    [InlineData("@Internal Flash /0x08000000/64*08Kg", DfuPurpose.Flash, "08000000 64x8192 rew")]
    [InlineData("@Option Bytes /0x40022050/01*432e", DfuPurpose.Options, "40022050 1x432 rw")]
    [InlineData("@OTP Memory /0x08FFE000/04.5*01Kg", DfuPurpose.Otp, "08FFE000 4.5x1024 rew")]
    [InlineData("@Read only Memory /0x08FFF800/01.5*01Kg", DfuPurpose.Other, "08FFF800 1.5x1024 rew")]
    [InlineData("@ENGI Memory /0x40022400/01*01Kg", DfuPurpose.Other, "40022400 1x1024 rew")]
    [InlineData("@Internal Flash  /0x08000000/02*016Ka,02*016Kg", DfuPurpose.Flash, "08000000 2x16384 r, 08008000 2x16384 rew")]
    [InlineData("@Internal Flash  /0x08000000/08*04Ka,1000*04Kg", DfuPurpose.Flash, "08000000 8x4096 r, 08008000 1000x4096 rew")]
    [InlineData("@Internal Flash  /0x08000000/256*02Kgd,", DfuPurpose.Flash, "08000000 256x2048 rew")]
    [InlineData("@Flash /0xF000/1*4Ka/0xE000/1*4Kg", DfuPurpose.Flash, "0000F000 1x4096 r, 0000E000 1x4096 rew")]
    [InlineData("@Flash /0x2000/12*001a", DfuPurpose.Flash, "00002000 12x1 r")]
    public void Each_is_read(string text, DfuPurpose purpose, string meaning)
    {
        var layout = DfuLayout.Parse(text);

        Assert.Null(layout.Flaw);
        Assert.Equal(purpose, layout.Purpose);
        Assert.Equal(meaning, string.Join(", ", layout.Segments.Select(Show)));
    }

    [Theory]
    [InlineData("", 0)]
    [InlineData("@Internal Flash", 0)]
    [InlineData("@Internal Flash  /0x08000000", 0)]
    [InlineData("@Internal Flash  /0x080", 0)]
    [InlineData("@Internal Flash  /08000000/16*1Kg", 0)]
    [InlineData("@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*12", 2)]
    [InlineData("@Internal Flash  /0x08000000/04*016Kg,01*", 1)]
    [InlineData("@Internal Flash  /0x08000000/0*16Kg", 0)]
    [InlineData("@Internal Flash  /0x08000000/16*0Kg", 0)]
    [InlineData("@Internal Flash  /0xFFFF0000/64*16Kg", 0)]
    [InlineData("@Internal Flash  /0x08000000/16*99999999999Kg", 0)]
    [InlineData("@Internal Flash  /0x08000000/4*16Kg/0x08008000/4*16Kg", 2)]
    public void What_is_defective_is_read_as_far_as_it_goes_and_said(string text, int segments)
    {
        var layout = DfuLayout.Parse(text);

        Assert.NotNull(layout.Flaw);
        Assert.Equal(segments, layout.Segments.Count);
    }

    [Fact]
    public void No_text_makes_it_throw_or_run_away()
    {
        const string Letters = "@/0x18*,.KMBgea Fd\0é";
        var random = new Random(4711);
        for (var i = 0; i < 20_000; i++)
        {
            var text = i % 2 == 0
                ? string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Letters[random.Next(Letters.Length)]))
                : Mutate("@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg", random);
            var layout = DfuLayout.Parse(text);
            Assert.All(layout.Segments, segment => Assert.True(segment.Bytes > 0 && segment.SectorBytes > 0));
            if (layout.Segments.Sum(segment => (long)segment.Bytes / segment.SectorBytes) < 10_000)
            {
                Assert.Equal(layout.Segments.Sum(segment => (long)segment.Bytes), layout.Sectors.Sum(sector => (long)sector.Length));
            }
        }
    }

    private static string Mutate(string text, Random random)
    {
        var letters = text.ToCharArray();
        for (var i = random.Next(4); i >= 0; i--)
        {
            letters[random.Next(letters.Length)] = (char)random.Next(0x20, 0x7F);
        }

        return new string(letters)[..random.Next(text.Length + 1)];
    }

    private static string Show(DfuSegment segment) => FormattableString.Invariant(
        $"{segment.Start.Value:X8} {(decimal)segment.Bytes / segment.SectorBytes:0.#}x{segment.SectorBytes} {(segment.Readable ? "r" : "")}{(segment.Erasable ? "e" : "")}{(segment.Writable ? "w" : "")}");
}
