using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>The loader is a guest on the chip: other things run beside it, and what it borrows it gives back.</summary>
public sealed class What_the_loader_owes_the_chip
{
    private static readonly Address s_rccCsr = new(0x4002_3874);
    private static readonly Address s_optcr = new(0x4002_3C14);
    private static readonly byte[] Code = Bytes(20_000);

    [Fact]
    public void A_watchdog_that_an_option_byte_starts_does_not_bite_during_the_longest_erase()
    {
        using var bench = new FlashingBench();
        bench.SetOptions(options => options & ~(1u << 5)); // WDG_SW: at reset it runs, and bites after 0.5 s
        bench.Memory.Write32(s_rccCsr, 1u << 24); // RMVF forgets earlier resets
        bench.Core.Reset(Arm.ResetKind.System, halt: true);
        bench.Flash.Slice(0x2_0000, 0x4_0000).Clear();

        bench.Run(Image((0x0802_0000, Code), (0x0804_0000, Code))); // two sectors, a second each

        Assert.True(bench.Flash.Slice(0x2_0000, Code.Length).SequenceEqual(Code));
        Assert.True(bench.Flash.Slice(0x4_0000, Code.Length).SequenceEqual(Code));
        Assert.Equal(0u, bench.Memory.Read32(s_rccCsr) >> 29 & 1); // IWDGRSTF
    }

    [Fact]
    public void That_watchdog_bites_where_nobody_feeds_it()
    {
        using var bench = new FlashingBench();
        bench.SetOptions(options => options & ~(1u << 5));
        bench.Memory.Write32(s_rccCsr, 1u << 24);
        bench.Core.Reset(Arm.ResetKind.System, halt: true);

        bench.Clock.Wait(TimeSpan.FromSeconds(1));

        Assert.Equal(1u, bench.Memory.Read32(s_rccCsr) >> 29 & 1);
    }

    [Fact]
    public void What_it_borrows_it_gives_back()
    {
        (string Name, uint Address, uint Value)[] borrowed =
        [
            ("RCC_AHB1ENR", 0x4002_3830, 0x0010_0001), // CCM and port A, no CRC unit
            ("SCB_VTOR", 0xE000_ED08, 0x0800_4000),
            ("SYST_CSR", 0xE000_E010, 0x4), // the core's clock, off
            ("FLASH_ACR", 0x4002_3C00, 0x0000_0705), // caches and prefetch on, five wait states
        ];
        using var bench = new FlashingBench();
        bench.Flash[..0x8000].Clear();
        foreach (var (_, address, value) in borrowed)
        {
            bench.Memory.Write32(new Address(address), value);
        }

        Assert.True(bench.Run(Image((0x0800_0000, Code))).UsedLoader);

        Assert.Equal(
            borrowed.Select(register => $"{register.Name} = 0x{register.Value:X8}"),
            borrowed.Select(register => $"{register.Name} = 0x{bench.Memory.Read32(new Address(register.Address)) & ~Said(register.Address):X8}"));
        Assert.True(bench.IsLocked);

        // COUNTFLAG is no setting: it tells that the counter has come round, as it does in any job that lasts.
        static uint Said(uint address) => address == 0xE000_E010 ? 1u << 16 : 0;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_error_flag_from_before_does_not_end_the_job(bool withoutLoader)
    {
        using var bench = new FlashingBench();
        bench.Flash[0] = 0;
        bench.Target = bench.Target with { WithoutLoader = withoutLoader };
        bench.Memory.Write32(new Address(0x0800_8000), 0); // programming while FLASH_CR.PG is 0
        Assert.Equal(1u << 7, bench.Memory.Read32(new Address(0x4002_3C0C))); // PGSERR

        bench.Run(Image((0x0800_0000, Code[..400])));

        Assert.True(bench.Flash[..400].SequenceEqual(Code.AsSpan(0, 400)));
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void An_error_flag_of_the_controller_ends_the_job(bool withoutLoader, bool mustErase)
    {
        using var bench = new FlashingBench();
        bench.SetOptions(options => options & ~(1u << 1 << 16));
        bench.Flash[0x4000] = mustErase ? (byte)0 : (byte)0xFF;
        bench.Target = bench.Target with { WithoutLoader = withoutLoader, Memory = new UnprotectedLook(bench.Memory) };

        var error = Assert.Throws<FlashException>(() => bench.Run(Image((0x0800_4000, Code[..400]))));

        Assert.Equal("NRST2003", error.Code); // WRPERR
        Assert.Contains("FLASH_SR = 0x00000010 (WRPERR)", error.Evidence);
        Assert.Equal(new Address(0x0800_4000), error.Where.Start);
        Assert.True(bench.IsLocked);
    }

    /// <summary>Shows no sector as protected, so that the controller has to say it.</summary>
    private sealed class UnprotectedLook(ITargetMemory memory) : ITargetMemory
    {
        public uint Read32(Address address) => memory.Read32(address) | (address == s_optcr ? 0x0FFF_0000 : 0u);
        public void Write32(Address address, uint value) => memory.Write32(address, value);
        public void Read(Address address, Span<byte> into) => memory.Read(address, into);
        public void Write(Address address, ReadOnlySpan<byte> data, AccessSize size = AccessSize.Word) => memory.Write(address, data, size);
    }
}
