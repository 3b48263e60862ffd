using Nrst.Flash;
using Nrst.Targets;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>Where each bank works whatever the other does, an image in both takes the time of the one that has more to do.</summary>
public sealed class Both_banks_at_once(ITestOutputHelper output)
{
    private const uint First = 0x0800_0000, Second = 0x0810_0000;

    [Theory]
    [InlineData("STM32H743ZI", "v3", 1.02)]
    [InlineData("STM32H743ZI", "v2", 1.10)] // two banks take 640 kB/s, and the wire carries 308
    [InlineData("STM32H7B3ZI", "v3", 1.15)] // an 8 KiB sector is erased and programmed in no time, and asked about as often
    public void An_image_in_both_takes_as_long_as_in_one(string part, string kind, double most)
    {
        using var bench = new FlashingBench(part, kind);
        var bank = Silicon(bench, 256 * 1024);

        var report = Run(bench, out var seconds);

        output.WriteLine(FormattableString.Invariant($"{seconds:0.000} s, one bank alone {bank:0.000} s; {report.Bound}"));
        Assert.Equal(bank, report.Bound!.Total, 0.001);
        Assert.InRange(seconds, bank, bank * most);
    }

    /// <summary>The registers stay with the banks, and the addresses do not.</summary>
    [Fact]
    public void Also_where_they_are_exchanged()
    {
        var (device, part) = DeviceDatabase.FindPart("STM32H743ZI")!.Value;
        var swapped = part.Layouts.Single(layout => layout.Banks[0].Number == 2);
        using var bench = new FlashingBench("STM32H743ZI", "v3", past: OptionCells.Find(device, part, swapped));
        Assert.Equal(2, bench.Geometry.Layout.Banks[0].Number);

        Run(bench, out var seconds);

        Assert.InRange(seconds, Silicon(bench, 256 * 1024), Silicon(bench, 256 * 1024) * 1.02);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Where_only_one_has_to_be_erased(int full)
    {
        using var bench = new FlashingBench("STM32H743ZI", "v3", eraseFaster: 100);
        var half = bench.Flash.Length / 2;
        Bytes(half, seed: 7).CopyTo(bench.Flash[(full * half)..]);
        var (one, other) = (Bytes(4096), Bytes(4096, seed: 2));

        var report = bench.Run(Image((First, one), (Second, other)));

        Assert.Single(report.Plan.Sectors, sector => sector.Erase);
        Assert.True(bench.Flash[..4096].SequenceEqual(one));
        Assert.True(bench.Flash[half..][..4096].SequenceEqual(other));
    }

    [Theory]
    [InlineData("STM32H743ZI", 5)]
    [InlineData("STM32H7B3ZI", 5)]
    [InlineData("STM32H743VG", 3)]
    public void Whatever_is_in_the_one_and_the_other(string part, int count)
    {
        for (var seed = 1; seed <= count; seed++)
        {
            using var bench = new FlashingBench(part, "v3", eraseFaster: 100);
            var random = new Random(seed);
            var layout = bench.Geometry.Layout;
            var pieces = layout.Banks.SelectMany(bank => Pieces(random, bank.Layout.Range)).ToArray();
            if (pieces.Length == 0)
            {
                continue;
            }

            var cells = bench.Flash.ToArray();
            if (random.Next(3) > 0)
            {
                var from = cells.Length / 32 * random.Next(32);
                random.NextBytes(cells.AsSpan(from, random.Next(cells.Length - from)));
                cells.CopyTo(bench.Flash);
            }

            var report = bench.Run(Image(pieces), new FlashOptions { AlwaysErase = random.Next(4) == 0 });

            foreach (var sector in report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector))
            {
                cells.AsSpan(Offset(bench, sector.Range.Start.Value), (int)sector.Range.Length).Fill(0xFF);
            }

            foreach (var (at, data) in pieces)
            {
                data.CopyTo(cells.AsSpan(Offset(bench, at)));
            }

            Assert.True(bench.Flash.CommonPrefixLength(cells) == cells.Length, $"seed {seed}: differs at {bench.Flash.CommonPrefixLength(cells):X}\n{report.Plan}");
        }
    }

    /// <summary>The sector that refuses is named, and not its neighbour in the other bank.</summary>
    [Theory]
    [InlineData(First, 0x3C, true)]
    [InlineData(Second, 0x13C, true)]
    [InlineData(First, 0x3C, false)]
    [InlineData(Second, 0x13C, false)]
    public void A_failure_names_the_right_one(uint at, uint protection, bool erases)
    {
        using var bench = new FlashingBench("STM32H743ZI", "v3", eraseFaster: 100);
        if (erases)
        {
            Bytes(bench.Flash.Length, seed: 7).CopyTo(bench.Flash);
        }

        // Write protection that comes after the plan was made: WPSN_PRG of that bank, bit 0 low.
        bench.Target = bench.Target with { Listener = told => Protect(told is JobEvent.PhaseStarted { Phase: Phase.Program }) };

        var failure = Assert.Throws<FlashException>(() => bench.Run(Image((First, Bytes(4096)), (Second, Bytes(4096)))));

        Assert.Contains(new Address(at).ToString(), failure.Message, StringComparison.Ordinal);

        void Protect(bool now)
        {
            if (now)
            {
                var flash = bench.Device.Flash.Controller;
                bench.Memory.Write32(flash + 0x08, 0x0819_2A3B);
                bench.Memory.Write32(flash + 0x08, 0x4C5D_6E7F);
                bench.Memory.Write32(flash + protection, bench.Memory.Read32(flash + protection) & ~1u);
                bench.Memory.Write32(flash + 0x18, bench.Memory.Read32(flash + 0x18) | 2);
                bench.Clock.Wait(TimeSpan.FromSeconds(3));
            }
        }
    }

    private static FlashReport Run(FlashingBench bench, out double seconds)
    {
        Bytes(bench.Flash.Length, seed: 7).CopyTo(bench.Flash);
        var before = bench.Flash.ToArray();
        var (one, other) = (Bytes(256 * 1024), Bytes(200 * 1024, seed: 2));
        var start = bench.Clock.Now;
        var report = bench.Run(Image((First, one), (Second, other)));
        seconds = (bench.Clock.Now - start).TotalSeconds;

        foreach (var sector in report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector))
        {
            before.AsSpan(Offset(bench, sector.Range.Start.Value), (int)sector.Range.Length).Fill(0xFF);
        }

        one.CopyTo(before, Offset(bench, First));
        other.CopyTo(before, Offset(bench, Second));
        Assert.Equal(before.Length, bench.Flash.CommonPrefixLength(before));
        return report;
    }

    private static (uint At, byte[] Data)[] Pieces(Random random, AddressRange bank)
    {
        var pieces = new List<(uint, byte[])>();
        var at = bank.Start.Value + (uint)random.Next(0, 200_000);
        for (var count = random.Next(4); count > 0 && at < bank.Last.Value - 100_000; count--)
        {
            var data = new byte[random.Next(1, 60_000)];
            random.NextBytes(data);
            pieces.Add((at, data));
            at += (uint)data.Length + (uint)random.Next(64, 150_000);
        }

        return [.. pieces];
    }

    private static double Silicon(FlashingBench bench, int bytes)
    {
        var (flash, times) = (bench.Device.Flash, bench.Device.Flash.Times);
        var sector = bench.Geometry.Layout.Sectors.First().Range.Length;
        var erase = times.Erase.Where(row => row.UnitBytes == sector).MaxBy(row => row.Bits)!.Typical;
        var program = times.ProgramAt.MaxBy(row => row.Bits)?.Typical ?? times.ProgramTypical;
        return (bytes / sector * erase.TotalSeconds) + (bytes / flash.WriteUnit * program.TotalSeconds);
    }

    private static int Offset(FlashingBench bench, uint at)
    {
        // The cells are kept by bank, and an address is not where its cells are if the banks are exchanged.
        var layout = bench.Geometry.Layout;
        var bank = layout.Banks.Single(bank => bank.Layout.Range.Contains(new Address(at)));
        return (int)(at - bank.Layout.Range.Start.Value) + (bank.Number == 2 ? bench.Flash.Length / 2 : 0);
    }
}
