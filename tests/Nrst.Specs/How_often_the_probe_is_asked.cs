using Nrst.Flash;
using Nrst.Probes.StLink;
using Nrst.Targets;
using Nrst.VirtualBench.Boards;
using static Nrst.Specs.FlashingBench;

namespace Nrst.Specs;

/// <summary>An exchange with the probe costs as much as a kilobyte of data, on some machines ten times that. So they are counted.</summary>
public sealed class How_often_the_probe_is_asked : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("nrst-asked-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("STM32F103RB", 65_536, 47)]
    [InlineData("STM32F407VG", 70_468, 55)]
    [InlineData("STM32H743ZI", 66_744, 51)]
    [InlineData("STM32L073RZ", 66_748, 56)]
    [InlineData("STM32L476RG", 262_144, 51)]
    [InlineData("STM32G071RB", 65_536, 48)]
    [InlineData("STM32H563ZI", 524_288, 61)] // every word behind access port 1 takes two
    public void From_the_first_word_to_the_last_where_the_image_is_there_already(string part, int bytes, int most)
    {
        var store = new BoardStore(_folder);
        store.New("board", part, "v2");
        using var board = store.Open("board");
        var silicon = ((ChipOnBoard)board.Chip).Silicon;
        var start = DeviceDatabase.FindPart(part)!.Value.Device.Flash.Start.Value;
        var program = Bytes(bytes);
        BitConverter.TryWriteBytes(program, silicon.Part.Ram[0].Range.Start.Value + 0x800);
        BitConverter.TryWriteBytes(program.AsSpan(4), start + 9);
        BitConverter.TryWriteBytes(program.AsSpan(8), 0xE7FD_BF00u); // nop, and a branch back to it
        var image = Image((start, program));
        program.CopyTo(silicon.Flash);
        var before = board.Device.Exchanges;

        var probe = StLinkProbe.Open(board.Pipe, board.Clock, board.Identity.VendorId, board.Identity.ProductId, board.Identity.Serial);
        using (var target = Target.Connect(probe, new ConnectOptions(Kilohertz: 4_000)))
        {
            var outcome = new Programmer(target).Flash(image, new FlashOptions(), ResetAfter.Run, CancellationToken.None);
            Assert.True(outcome.Report.Plan.ChangesNothing);
        }

        Assert.InRange(board.Device.Exchanges - before, 20, most);
    }

    [Theory]
    [InlineData("STM32F103RB", 20, 0.60)]
    [InlineData("STM32L073RZ", 20, 0.60)]
    [InlineData("STM32G071RB", 36, 0.60)]
    [InlineData("STM32L476RG", 96, 0.50)]
    public void While_pages_are_erased_and_programmed(string part, int ramKiB, double mostPerKiB)
    {
        const int Image64 = 64 * 1024;
        using var bench = new FlashingBench(part);
        using var same = new FlashingBench(part);
        Assert.Equal(ramKiB, (int)(bench.Part.Ram.Where(ram => ram.Executes).Max(ram => (long)ram.Range.Length) / 1024));
        Bytes(bench.Flash.Length, seed: 7).CopyTo(bench.Flash);
        Bytes(Image64).CopyTo(same.Flash);
        var start = bench.Device.Flash.Start.Value;

        var again = Exchanges(same, () => same.Run(Image((start, Bytes(Image64)))));
        var over = Exchanges(bench, () => bench.Run(Image((start, Bytes(Image64)))));

        Assert.InRange((over - again) / 64.0, 0.2, mostPerKiB);
        Assert.True(bench.Flash[..Image64].SequenceEqual(Bytes(Image64)));
    }

    [Theory]
    [InlineData("STM32L073RZ", 128)]
    [InlineData("STM32F103RB", 1024)]
    public void One_page_that_differs_among_many_that_were_looked_at_together_is_the_one_that_changes(string part, int page)
    {
        using var bench = new FlashingBench(part);
        var image = Bytes(40_000);
        image.CopyTo(bench.Flash);
        bench.Flash[0x3210] ^= 1;

        var report = bench.Run(Image((0x0800_0000, image)));

        Assert.Equal(page, report.BytesErased);
        Assert.Equal([0x3210 / page], report.Plan.Sectors.Where(sector => sector.Erase).Select(sector => sector.Sector.Number));
        Assert.True(bench.Flash[..image.Length].SequenceEqual(image));
    }

    [Fact]
    public void A_wrong_byte_among_pages_that_were_hashed_together_fails_the_proof_at_its_place()
    {
        using var bench = new FlashingBench("STM32G071RB");
        Bytes(bench.Flash.Length, seed: 7).CopyTo(bench.Flash);

        var error = Assert.Throws<ProofException>(() => FlashExecutor.Verify(bench.Target, Image((0x0800_0000, Changed(bench.Flash[..0x8000], 0x2810))), VerifyMode.Hash, default));

        Assert.Equal("NRST5109", error.Code);
        Assert.Equal(new Address(0x0800_2810), error.First);
    }

    [Fact]
    public void Data_beyond_the_image_is_found_in_one_look_and_kept_from_a_mass_erase()
    {
        using var bench = new FlashingBench("STM32G071RB");
        Bytes(64 * 1024, seed: 7).CopyTo(bench.Flash);
        bench.Flash[0x1_8004] = 0x55;

        var report = bench.Run(Image((0x0800_0000, Bytes(64 * 1024))));

        Assert.False(report.Plan.MassErase);
        Assert.Equal(0x55, bench.Flash[0x1_8004]);
    }

    [Fact]
    public void Where_nothing_is_beyond_the_image_everything_is_erased_at_once()
    {
        using var bench = new FlashingBench("STM32G071RB");
        Bytes(64 * 1024, seed: 7).CopyTo(bench.Flash);

        Assert.True(bench.Run(Image((0x0800_0000, Bytes(64 * 1024)))).Plan.MassErase);
    }

    private static byte[] Changed(ReadOnlySpan<byte> bytes, int at)
    {
        var changed = bytes.ToArray();
        changed[at] ^= 0x10;
        return changed;
    }

    private static long Exchanges(FlashingBench bench, Action act)
    {
        var before = bench.Exchanges;
        act();
        return bench.Exchanges - before;
    }
}
