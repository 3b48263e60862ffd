namespace Nrst.VirtualBench.Tests.Rom;

public sealed class A_bootloader_over_USB
{
    private static readonly byte[] Firmware = [.. Enumerable.Range(0, 5000).Select(i => (byte)(i * 7 ^ i >> 5))];

    /// <summary>Stack at 0x2000_0800, entry behind the two words: a branch to itself.</summary>
    private static readonly byte[] Loop = [0x00, 0x08, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xFE, 0xE7, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF];

    public static TheoryData<string, byte> Parts => new()
    {
        { "STM32F072CB", 0xFF }, { "STM32F042K6", 0xFF }, { "STM32F105RC", 0xFF }, { "STM32F207ZG", 0xFF }, { "STM32F303CC", 0xFF },
        { "STM32F401RE", 0xFF }, { "STM32F407VG", 0xFF }, { "STM32F429ZI", 0xFF }, { "STM32F446RE", 0xFF },
        { "STM32F722ZE", 0xFF }, { "STM32F746ZG", 0xFF }, { "STM32F767ZI", 0xFF },
        { "STM32G0B1RE", 0xFF }, { "STM32G474RE", 0xFF }, { "STM32G431RB", 0xFF }, { "STM32H743ZI", 0xFF }, { "STM32H723ZG", 0xFF }, { "STM32H7A3ZI", 0xFF },
        { "STM32H563ZI", 0xFF }, { "STM32H503RB", 0xFF }, { "STM32L073RZ", 0x00 }, { "STM32L152RE", 0x00 },
        { "STM32L433CC", 0xFF }, { "STM32L476RG", 0xFF }, { "STM32L496ZG", 0xFF }, { "STM32L4R5ZI", 0xFF }, { "STM32L552ZE", 0xFF },
        { "STM32U575ZI", 0xFF }, { "STM32U5A5ZJ", 0xFF }, { "STM32WB55RG", 0xFF }, { "STM32C071RB", 0xFF }, { "STM32U083RC", 0xFF },
        { "STM32H7S3L8", 0xFF },
    };

    [Theory]
    [MemberData(nameof(Parts))]
    public void Erases_writes_reads_and_starts_the_program(string part, byte erased)
    {
        using var host = new DfuHost(part);
        host.Ready();
        var units = host.Silicon.FlashModel.Map.Units;
        var first = units[0].Range;
        var before = host.Now;
        Assert.Equal((0, 5), host.Erase(first.Start.Value));
        Assert.True(host.Now - before > TimeSpan.FromMilliseconds(1), $"{host.Now - before}");
        Assert.All(host.Silicon.Flash[..(int)first.Length].ToArray(), cell => Assert.Equal(erased, cell));
        if (first.Length < Firmware.Length)
        {
            for (var i = 1; i * first.Length < Firmware.Length; i++)
            {
                Assert.Equal((0, 5), host.Erase(units[i].Range.Start.Value));
            }
        }

        var image = Loop.Concat(Firmware).ToArray()[..4992];
        host.Write(first.Start.Value, image);
        Assert.Equal(image, host.Silicon.Flash[..image.Length].ToArray());
        Assert.Equal(image, host.Read(first.Start.Value, image.Length));

        host.Leave(first.Start.Value);
        host.Board.Clock.Wait(TimeSpan.FromMilliseconds(10));
        Assert.Null(host.Board.Dfu);
        Assert.Equal(0x0800_0008u, host.Silicon.Core.GetRegister(15));
        Assert.Equal(TransferFailure.Gone, Assert.Throws<ProbeException>(() => host.GetStatus()).Failure);
    }

    [Theory]
    [InlineData("STM32F072CB")]
    [InlineData("STM32F407VG")]
    [InlineData("STM32F746ZG")]
    [InlineData("STM32G0B1RE")]
    [InlineData("STM32H743ZI")]
    [InlineData("STM32L476RG")]
    [InlineData("STM32U575ZI")]
    [InlineData("STM32WB55RG")]
    [InlineData("STM32H563ZI")]
    public void A_mass_erase_erases_every_bank(string part)
    {
        using var host = new DfuHost(part);
        host.Silicon.Flash.Fill(0x5A);
        host.Ready();
        Assert.Equal((0, 5), host.EraseAll());
        Assert.DoesNotContain((byte)0x5A, host.Silicon.Flash.ToArray());
    }

    // The exact strings that are known of real parts.
    [Theory]
    [InlineData("STM32F072CB", 0x2200, "@Internal Flash  /0x08000000/064*0002Kg", "@Option Bytes  /0x1FFFF800/01*016 e")]
    [InlineData("STM32F042K6", 0x2200, "@Internal Flash  /0x08000000/032*0001Kg", "@Option Bytes  /0x1FFFF800/01*016 e")]
    [InlineData("STM32F105RC", 0x2000, "@Internal Flash  /0x08000000/128*002Kg", "@Option Bytes  /0x1FFFF800/01*016 g")]
    [InlineData("STM32F303CC", 0x2200, "@Internal Flash  /0x08000000/128*0002Kg", "@Option Bytes  /0x1FFFF800/01*016 e")]
    [InlineData("STM32F407VG", 0x2200, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg", "@Option Bytes  /0x1FFFC000/01*016 e", "@OTP Memory /0x1FFF7800/01*512 e,01*016 e", "@Device Feature/0xFFFF0000/01*004 e")]
    [InlineData("STM32F429ZI", 0x2200, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,04*016Kg,01*064Kg,07*128Kg", "@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e")]
    [InlineData("STM32F722ZE", 0x2200, "@Internal Flash  /0x08000000/04*016Kg,01*64Kg,03*128Kg")]
    [InlineData("STM32F746ZG", 0x2200, "@Internal Flash  /0x08000000/04*032Kg,01*128Kg,03*256Kg")]
    [InlineData("STM32H743ZI", 0x0200, "@Internal Flash   /0x08000000/16*128Kg", "@Option Bytes   /0x5200201C/01*128 e")]
    [InlineData("STM32H723ZG", 0x0200, "@Internal Flash   /0x08000000/8*128Kg")]
    [InlineData("STM32H7A3ZI", 0x0200, "@Internal Flash   /0x08000000/256*08Kg", "@Option Bytes   /0x5200201C/01*297 e", "@OTP Memory   /0x08FFF000/01*1024 e")]
    [InlineData("STM32L152RC", 0x2200, "@Internal Flash  /0x08000000/1024*256 g", "@Option Bytes  /0x1FF80000/01*032 e")]
    [InlineData("STM32L073RZ", 0x2200, "@Internal Flash  /0x08000000/1536*128g", "@Option Bytes  /0x1FF80000/01*032 e", "@DATA Memory /0x08080000/2*3Ke")]
    [InlineData("STM32L433CC", 0x2200, "@Internal Flash  /0x08000000/0128*0002Kg", "@Option Bytes  /0x1FFF7800/01*040 e", "@OTP Memory /0x1FFF7000/01*0001Ke")]
    [InlineData("STM32L412KB", 0x0200, "@Internal Flash   /0x08000000/64*02Kg", "@Option Bytes   /0x1FFF7800/01*40Be", "@OTP Memory   /0x1FFF7000/01*01Ke")]
    [InlineData("STM32G474RE", 0x0200, "@Internal Flash   /0x08000000/256*02Kg", "@Option Bytes   /0x1FFF7800/01*048 e/0x1FFFF800/01*048 e", "@OTP Memory   /0x1FFF7000/01*1024 e")]
    [InlineData("STM32G0B1RE", 0x0200, "@Internal Flash   /0x08000000/256*02Kg", "@Internal Flash   /0x08000000/256*02Kg", "@Internal Flash   /0x08000000/256*02Kg")]
    [InlineData("STM32U575ZG", 0x0200, "@Internal Flash   /0x08000000/128*08Kg", "@Option Bytes   /0x40022040/01*64 e", "@OTP Memory   /0x0BFA0000/01*512 e")]
    [InlineData("STM32WB55RG", 0x0200, "@Internal Flash   /0x08000000/256*04Kg")]
    [InlineData("STM32U083RC", 0x0220, "@Internal Flash   /0x08000000/128*02Kg", "@OB Bytes          /0x40022020/01*136 e", "@OTP Memory        /0x1FFF6800/01*1024 e", "@ENGI Bytes        /0x1FFF6C00/01*1024.e")]
    public void Its_descriptors_are_those_of_the_real_part(string part, int release, params string[] alternates)
    {
        using var host = new DfuHost(part);
        var device = new byte[18];
        host.Pipe.Control(0x80, 6, 0x0100, 0, device, TimeSpan.FromSeconds(1));
        Assert.Equal("83-04-11-DF", BitConverter.ToString(device, 8, 4));
        Assert.Equal(release, device[12] | device[13] << 8);
        Assert.Equal(release is 0x0200 or 0x0220 ? 0x0200 : 0x0100, device[2] | device[3] << 8);
        Assert.Equal("STMicroelectronics", host.Text(device[14]));

        var head = new byte[9];
        host.Pipe.Control(0x80, 6, 0x0200, 0, head, TimeSpan.FromSeconds(1));
        var whole = new byte[head[2] | head[3] << 8];
        host.Pipe.Control(0x80, 6, 0x0200, 0, whole, TimeSpan.FromSeconds(1));
        var count = (whole.Length - 18) / 9;
        Assert.Equal(1, whole[4]); // one interface, whatever it can be set to
        Assert.Equal(0xC0, whole[7]);
        for (var i = 0; i < count; i++)
        {
            Assert.Equal($"09-04-00-{i:X2}-00-FE-01-02-{4 + i:X2}", BitConverter.ToString(whole, 9 + (9 * i), 9));
        }

        var size = release is 0x0200 or 0x0220 ? "00-04" : "00-08";
        Assert.Equal($"09-21-0B-FF-00-{size}-1A-01", BitConverter.ToString(whole, whole.Length - 9));
        Assert.Equal(alternates, Enumerable.Range(0, alternates.Length).Select(i => host.Text((byte)(4 + i))));
    }

    [Fact]
    public void It_appears_on_the_bus_when_it_has_looked_for_a_crystal()
    {
        using var host = new DfuHost("STM32F407VG");
        Assert.InRange(host.Now, TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(280));
        Assert.Equal("STM32  BOOTLOADER", host.Board.Dfu!.Product);
        Assert.Matches("^[0-9A-F]{12}$", host.Board.Dfu.Serial);
    }

    [Fact]
    public void A_chip_that_runs_its_firmware_is_not_there()
    {
        using var host = new DfuHost("STM32F407VG");
        host.Board.Boot0 = false;
        host.Board.PowerCycle();
        Assert.Null(host.Board.OpenDfu(TimeSpan.FromSeconds(2)));
    }
}
