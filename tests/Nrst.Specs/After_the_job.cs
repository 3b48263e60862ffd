using Nrst.Flash;
using Nrst.Images;
using Nrst.VirtualBench.Boards;

namespace Nrst.Specs;

/// <summary>How the next one to look at the chip finds its core.</summary>
public sealed class After_the_job : IDisposable
{
    private const uint S_HALT = 1u << 17;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ResetAfter.Run, ConnectMode.Normal, false)]
    [InlineData(ResetAfter.Run, ConnectMode.UnderReset, false)]
    [InlineData(ResetAfter.Run, ConnectMode.HotPlug, true)] // its RAM no longer fits the flash
    [InlineData(ResetAfter.Halt, ConnectMode.Normal, true)]
    [InlineData(ResetAfter.None, ConnectMode.Normal, true)]
    public void The_core_runs_or_is_halted_as_was_asked(ResetAfter after, ConnectMode mode, bool halted)
    {
        using var board = new BoardStore(_folder.Path).OpenOrCreate("STM32F407VG");

        using (var target = Target.Connect(Boards.Probe(board), new ConnectOptions(Mode: mode)))
        {
            new Programmer(target).Flash(ImageReader.Load(Repository.Sample, null), new FlashOptions(), after, CancellationToken.None);
        }

        using var probe = Boards.Probe(board);
        probe.Attach();
        Assert.Equal(halted, (probe.Memory.Read32(new Address(0xE000_EDF0)) & S_HALT) != 0);
        if (after is ResetAfter.Halt)
        {
            probe.Memory.Write32(new Address(0xE000_EDF4), 15); // DCRSR: the PC, into DCRDR
            var reset = probe.Memory.Read32(new Address(0x0800_0004));
            Assert.Equal(reset & ~1u, probe.Memory.Read32(new Address(0xE000_EDF8))); // before the first instruction
        }
    }
}
