using Nrst.Bootloaders.Dfu;

namespace Nrst.Bootloaders.Tests;

/// <summary>The conversation with a DfuSe device, against one that was written from AN3156.</summary>
public sealed class A_USB_loader
{
    private const string Flash = "@Internal Flash  /0x08000000/32*002Kg";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(2);

    private readonly ManualClock _clock = new();

    [Fact]
    public void Is_described_without_asking_for_what_makes_some_hang()
    {
        var loader = Open(new FakeDfu(_clock, Flash, "@Option Bytes  /0x1FFFF800/01*016 e") { TransferSize = 1024 });

        Assert.Equal(1024, loader.Block);
        Assert.Equal("357236543131", loader.Identity.Serial);
        Assert.Equal("22.00", loader.Identity.Version);
        Assert.Equal([DfuPurpose.Flash, DfuPurpose.Options], loader.Description.Alternates.Select(alternate => alternate.Layout.Purpose));
    }

    [Fact]
    public void Of_names_that_are_all_the_same_the_first_is_the_flash()
    {
        var loader = Open(new FakeDfu(_clock, Flash, Flash, Flash));
        Assert.Equal(0, loader.Description.Flash!.Number);
    }

    [Fact]
    public void A_name_whose_length_wraps_around_is_read_as_far_as_it_came()
    {
        const string Long = "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg,04*016Kg,01*064Kg,07*128Kg/0x0a000000/04*016Kg,01*064Kg,07*128Kg,04*016Kg,07*128Kg";
        var layout = Open(new FakeDfu(_clock, Long)).Description.Flash!.Layout;

        Assert.True(Long.Length >= 127);
        Assert.Equal(9, layout.Segments.Count);
        Assert.NotNull(layout.Flaw);
    }

    [Fact]
    public void Writes_every_block_to_its_own_address_and_reads_it_back()
    {
        var fake = new FakeDfu(_clock, Flash);
        var loader = Open(fake);
        var data = Bytes(2500);
        fake.Flash.AsSpan().Fill(0xFF);

        loader.Write(new Address(0x0800_0800), data, Limit);
        var back = new byte[data.Length];
        loader.Read(new Address(0x0800_0800), back);

        Assert.Equal(["write 08000800 1024", "write 08000C00 1024", "write 08001000 452"], fake.Log.Where(line => line.StartsWith("write", StringComparison.Ordinal)));
        Assert.Equal(data, fake.Flash[0x800..(0x800 + data.Length)]);
        Assert.Equal(data, back);
    }

    /// <summary>AN3156: 1.8 to 2.1 V, to 2.4, to 2.7 and above; what needs a voltage on VPP besides is never told.</summary>
    [Theory]
    [InlineData(1.8, "00FFFFFF")]
    [InlineData(2.1, "01FFFFFF")]
    [InlineData(2.4, "02FFFFFF")]
    [InlineData(2.69, "02FFFFFF")]
    [InlineData(2.7, "03FFFFFF")]
    [InlineData(3.6, "03FFFFFF")]
    public void Is_told_the_supply_where_it_has_a_place_for_that_and_goes_on_with_the_flash(double volts, string feature)
    {
        var fake = new FakeDfu(_clock, Flash, "@Option Bytes  /0x1FFFC000/01*016 e", "@Device Feature/0xFFFF0000/01*004 e");
        fake.Flash.AsSpan().Fill(0xFF);
        var loader = Open(fake);
        var data = Bytes(1024);

        Assert.True(loader.TakesSupply);
        loader.TellSupply(volts);
        loader.Write(new Address(0x0800_0400), data, Limit);

        Assert.Equal([$"alt 0", "alt 2", "write FFFF0000 4", $"feature {feature}", "alt 0", "write 08000400 1024"], fake.Log);
        Assert.Equal(data, fake.Flash[0x400..0x800]);
        Assert.False(Open(new FakeDfu(_clock, Flash)).TakesSupply);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Blocks_that_follow_one_another_are_pointed_to_once_whatever_is_done_between(bool countsByRequest)
    {
        var fake = new FakeDfu(_clock, Flash) { CountsByRequest = countsByRequest };
        var loader = Open(fake);
        var data = Bytes(8 * 1024 + 100);
        fake.Flash.AsSpan().Fill(0xFF);
        var start = new Address(0x0800_0000);

        loader.Write(start, data.AsSpan(0, 2048), Limit); // goes on
        var before = loader.Exchanges;
        loader.Write(start + 2048, data.AsSpan(2048, 1024), Limit);
        Assert.Equal(3, loader.Exchanges - before); // the block, the state, the state after it
        loader.Write(start + 3072, data.AsSpan(3072, 500), Limit); // short
        loader.Write(start + 3572, data.AsSpan(3572, 1024), Limit); // behind a short one
        loader.Write(start + 6000, data.AsSpan(6000, 1024), Limit); // elsewhere
        var back = new byte[1024];
        loader.Read(start + 1024, back);
        Assert.Equal(data[1024..2048], back);
        before = loader.Exchanges;
        loader.Read(start + 2048, back);
        Assert.Equal(1, loader.Exchanges - before);
        Assert.Equal(data[2048..3072], back);
        loader.Write(start + 7024, data.AsSpan(7024, 1024), Limit); // behind a read
        loader.Read(start + 3072, back); // behind a write, and where a read had ended
        Assert.Equal(data[3072..4096], back);
        loader.Write(start + 4596, data.AsSpan(4596, 1404), Limit);
        loader.Write(start + 8048, data.AsSpan(8048), Limit);

        Assert.Equal(data, fake.Flash[..data.Length]);
    }

    [Fact]
    public void Reads_right_also_where_the_device_counts_by_the_length_of_the_request()
    {
        var fake = new FakeDfu(_clock, Flash) { CountsByRequest = true, Flash = Bytes(64 * 1024) };
        var back = new byte[3 * 1024 + 77];
        Open(fake).Read(new Address(0x0800_0000), back);
        Assert.Equal(fake.Flash[..back.Length], back);
    }

    [Fact]
    public void Waits_as_long_as_it_is_told_and_no_longer()
    {
        var fake = new FakeDfu(_clock, Flash) { BusyFor = TimeSpan.FromMilliseconds(300) };
        var loader = Open(fake);
        var start = _clock.Now;
        Erase(loader, 0);
        Assert.InRange((_clock.Now - start).TotalMilliseconds, 300, 320);
    }

    [Fact]
    public void A_poll_time_beyond_reason_is_cut_at_the_limit()
    {
        var fake = new FakeDfu(_clock, Flash) { Poll = TimeSpan.FromHours(4) };
        var loader = Open(fake);
        Erase(loader, 0);
        Assert.InRange(_clock.Now.TotalSeconds, 1.9, 2.5);
    }

    [Fact]
    public void An_erase_that_never_ends_is_an_error_and_the_device_usable_after_it()
    {
        var fake = new FakeDfu(_clock, Flash) { NeverReady = true };
        var loader = Open(fake);
        var thrown = Assert.Throws<FlashException>(() => Erase(loader, 3));

        Assert.Equal("NRST2502", thrown.Code);
        Assert.InRange(_clock.Now.TotalSeconds, 2, 4);
        loader.Read(new Address(0x0800_0000), new byte[8]);
    }

    [Fact]
    public void On_an_STM32H743_it_is_taken_as_done()
    {
        var fake = new FakeDfu(_clock, Flash) { NeverReady = true };
        var loader = Open(fake);
        loader.Know(0x450);
        Erase(loader, 3);
        Assert.Contains("erase 08001800", fake.Log);
        Assert.False(loader.CanEraseAll);
    }

    [Fact]
    public void Stalls_while_the_flash_is_busy_are_waited_out()
    {
        var fake = new FakeDfu(_clock, Flash) { StallsWhileBusy = true, BusyFor = TimeSpan.FromMilliseconds(90), Poll = TimeSpan.FromMilliseconds(5) };
        var loader = Open(fake);
        Erase(loader, 1);
        Assert.Contains("erase 08000800", fake.Log);
    }

    [Fact]
    public void A_mass_erase_may_take_much_longer_than_its_poll_time()
    {
        var fake = new FakeDfu(_clock, Flash) { BusyFor = TimeSpan.FromSeconds(30), Poll = TimeSpan.FromMilliseconds(100) };
        var loader = Open(fake);
        loader.EraseAll(TimeSpan.FromSeconds(64));
        Assert.InRange(_clock.Now.TotalSeconds, 30, 31);
        Assert.Equal(-1, fake.Flash.AsSpan().IndexOfAnyExcept((byte)0xFF));
    }

    [Fact]
    public void Read_protection_is_said_as_such()
    {
        var loader = Open(new FakeDfu(_clock, Flash) { ReadProtected = true });
        Assert.Equal("NRST6501", Assert.Throws<RefusedException>(() => loader.Read(new Address(0x0800_0000), new byte[16])).Code);
        Assert.Equal("NRST6501", Assert.Throws<RefusedException>(() => Erase(loader, 0)).Code);
    }

    [Theory]
    [InlineData(0x03)]
    [InlineData(0x06)]
    [InlineData(0x0E)]
    public void What_the_device_reports_is_an_error_that_names_the_place(byte status)
    {
        var loader = Open(new FakeDfu(_clock, Flash) { WriteFailsWith = status });
        var thrown = Assert.Throws<FlashException>(() => loader.Write(new Address(0x0800_0400), new byte[16], Limit));
        Assert.Equal("NRST2501", thrown.Code);
        Assert.Equal(0x0800_0400u, thrown.Where.Start.Value);
        loader.Read(new Address(0x0800_0000), new byte[8]);
    }

    [Fact]
    public void An_address_in_no_memory_is_refused()
    {
        var loader = Open(new FakeDfu(_clock, Flash));
        Assert.Equal("NRST2501", Assert.Throws<FlashException>(() => loader.Read(new Address(0x2000_0000), new byte[16])).Code);
    }

    [Fact]
    public void The_program_is_started_and_the_device_seen_to_go()
    {
        var fake = new FakeDfu(_clock, Flash);
        Assert.True(Open(fake).Start(new Address(0x0800_0000)));
        Assert.Equal("leave 08000000", fake.Log[^1]);
    }

    [Fact]
    public void A_loader_that_does_not_go_is_told_from_one_that_does()
    {
        Assert.False(Open(new FakeDfu(_clock, Flash) { StaysAfterLeave = true }).Start(new Address(0x0800_0000)));
        Assert.InRange(_clock.Now.TotalSeconds, 0.9, 2);
    }

    [Fact]
    public void A_program_with_a_DFU_interface_is_no_loader() =>
        Assert.Equal("NRST1501", Assert.Throws<ProbeException>(() => Open(new FakeDfu(_clock, Flash) { IsProgram = true })).Code);

    [Fact]
    public void Too_few_bytes_are_an_error()
    {
        var loader = Open(new FakeDfu(_clock, Flash) { SendsTooLittle = true });
        Assert.Equal("NRST1503", Assert.Throws<ProbeException>(() => loader.Read(new Address(0x0800_0000), new byte[16])).Code);
    }

    [Fact]
    public void A_device_without_the_interface_is_named()
    {
        Assert.Equal("NRST1504", Assert.Throws<ProbeException>(() => Open(new FakeDfu(_clock))).Code);
    }

    [Fact]
    public void The_option_bytes_are_reached_by_their_own_setting()
    {
        var fake = new FakeDfu(_clock, Flash, "@Option Bytes  /0x1FFFF800/01*016 e");
        var loader = Open(fake);
        Assert.Throws<FlashException>(() => loader.Read(new Address(0x1FFF_F800), new byte[16])); // the fake keeps none
        Assert.Equal(["alt 0", "alt 1"], fake.Log);
    }

    private DfuLoader Open(FakeDfu fake) => DfuLoader.Open(fake, _clock, "dfu:usb:1-2");

    private static void Erase(DfuLoader loader, int sector) => loader.Erase(
        [new FlashSector(sector, new AddressRange(new Address(0x0800_0000 + (uint)sector * 2048), 2048))], _ => Limit, _ => { }, default);

    private static byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
