using Nrst.Cli.Output;
using Nrst.Flash;
using Nrst.Images;

namespace Nrst.Specs;

/// <summary>One transfer of a job goes wrong. No wrong byte is believed, no failure is taken for success, and the next job repairs.</summary>
public sealed class A_bad_USB_cable
{
    private const string Part = "STM32F407VG";
    private const uint Base = 0x0800_0000;
    private const uint Second = 0x4000; // sector 1
    private const uint Longest = 20_000;

    private static readonly string[] Kinds = ["v2", "v2-1", "v3"];
    private static readonly byte[] Old = FlashingBench.Bytes(9_000, seed: 41);
    private static readonly byte[] New = FlashingBench.Bytes(7_000, seed: 42);

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<(Job, string, bool), int> Counted = new();

    /// <summary>Of all boards here; first read where nothing goes wrong.</summary>
    private static string? s_uniqueId;

    private enum Job
    {
        Flash,
        Verify,
        Read,
        Info,
    }

    [Fact]
    public void That_is_pulled_while_flashing_is_noticed_and_flashing_again_repairs()
    {
        var random = new Random(50);
        for (var run = 0; run < 50; run++)
        {
            var kind = Kinds[run % Kinds.Length];
            var used = run % 5 == 0; // an erase takes the virtual core long
            var cable = Prepared(kind, used);
            var (at, which) = (random.Next(TransfersOf(Job.Flash, kind, used)), $"{kind}, run {run}");
            cable.Fault = (cable.Transfers + at, CableFault.Pulled, []);
            var began = cable.Clock.Now;

            var error = Record.Exception(() => Do(Job.Flash, cable));

            Assert.True(error is NrstException, $"{which}, transfer {at}: {error?.ToString() ?? "success"}");
            Assert.Contains(ErrorReport.ExitCode(error!), (int[])[4, 7, 9]);
            Assert.Equal("NRST1102", Assert.IsType<ProbeException>(FirstCause(error!)).Code);
            Assert.InRange((cable.Clock.Now - began).TotalSeconds, 0, 10);
            cable.PlugIn();
            Repair(cable, which);
        }
    }

    [Theory]
    [InlineData((int)CableFault.Stall)]
    [InlineData((int)CableFault.Lost)]
    [InlineData((int)CableFault.Short)]
    [InlineData((int)CableFault.Late)]
    [InlineData((int)CableFault.Extra)]
    public void That_spoils_a_transfer_makes_no_job_believe_what_is_not_so(int fault)
    {
        var kindOfFault = (CableFault)fault;
        var random = new Random(300 + (int)kindOfFault);
        var flaws = new List<string>();
        var noticed = 0;
        for (var run = 0; run < 60; run++)
        {
            var (kind, job) = (Kinds[random.Next(3)], (Job)(run % 4));
            var cable = Prepared(kind);
            var at = random.Next(TransfersOf(job, kind));
            cable.Fault = (cable.Transfers + at, kindOfFault, Packet(random));
            var began = cable.Clock.Now;
            IDebugProbe? probe = null;
            var which = $"{kindOfFault} at transfer {at} of {job} over {kind}, run {run}";

            var error = Record.Exception(() => Do(job, cable, opened => probe = opened));

            Judge(job, cable, error, which, flaws);
            if (error is not null)
            {
                noticed++;
                if (FirstCause(error) is ProbeException { LostSync: true } first && probe is not null)
                {
                    var later = Assert.Throws<ProbeException>(() => probe.Memory.Read32(new Address(Base)));
                    Assert.Equal((first.Code, first.Message), (later.Code, later.Message));
                }
            }

            Assert.True((cable.Clock.Now - began).TotalSeconds < 60, $"{which}: took {cable.Clock.Now - began}");
            Repair(cable, which);
        }

        Assert.Equal([], flaws);
        Assert.True(noticed >= 20, $"only {noticed} of 60 faults were noticed"); // or nothing was tried
    }

    private static void Judge(Job job, UnreliableCable cable, Exception? error, string which, List<string> flaws)
    {
        var holds = cable.Chip.Flash[..New.Length].SequenceEqual(New);
        if (error is null && job is Job.Flash && !holds)
        {
            flaws.Add($"{which}: success, and the chip does not hold the file");
        }

        // What the transfer spoilt must not be laid at the chip's door.
        if (error is not (null or ProbeException) && FirstCause(error) is not ProbeException)
        {
            flaws.Add($"{which}: {error.GetType().Name} {error.Message}");
        }
    }

    private static void Do(Job job, UnreliableCable cable, Action<IDebugProbe>? opened = null)
    {
        var probe = cable.Open();
        opened?.Invoke(probe);
        using var target = Target.Connect(probe, new ConnectOptions());
        var programmer = new Programmer(target);
        var cancel = TestContext.Current.CancellationToken;
        switch (job)
        {
            case Job.Flash:
                programmer.Flash(Image(New), new FlashOptions(), ResetAfter.Run, cancel);
                break;
            case Job.Verify:
                programmer.Verify(FlashingBench.Image((Base + Second, Old)), cancel);
                break;
            case Job.Read:
                var read = programmer.Read(new AddressRange(new Address(Base), Longest), cancel);
                if (!read.AsSpan().SequenceEqual(cable.Chip.Flash[..(int)Longest]))
                {
                    throw new InvalidOperationException("the bytes read are not those of the chip");
                }

                break;
            default:
                var (size, id, uid) = (target.ReadGeometry().SizeKiB, target.Chip.Device.DeviceId, target.Chip.UniqueId);
                if ((size, id) != (1024u, 0x413u) || uid != (s_uniqueId ??= uid))
                {
                    throw new InvalidOperationException($"{size} KiB, 0x{id:X}, {uid}");
                }

                break;
        }
    }

    private static void Repair(UnreliableCable cable, string which)
    {
        var error = Record.Exception(() => Do(Job.Flash, cable));
        Assert.True(error is null, $"{which}: flashing again ended in {error}");
        Assert.True(cable.Chip.Flash[..New.Length].SequenceEqual(New), $"{which}: flashing again did not repair");
    }

    /// <summary>A board with something in sector 1, and, where it is to be erased, in sector 0.</summary>
    private static UnreliableCable Prepared(string kind, bool used = false)
    {
        var cable = new UnreliableCable(Part, kind);
        Old.CopyTo(cable.Chip.Flash[(int)Second..]);
        if (used)
        {
            Old.CopyTo(cable.Chip.Flash);
        }

        return cable;
    }

    private static int TransfersOf(Job job, string kind, bool used = false)
    {
        if (Counted.TryGetValue((job, kind, used), out var known))
        {
            return known;
        }

        var cable = Prepared(kind, used);
        Do(job, cable);
        const int Goodbye = 8; // what comes after the job's result
        return Counted[(job, kind, used)] = cable.Transfers - Goodbye;
    }

    private static byte[] Packet(Random random)
    {
        int[] lengths = [0, 1, 2, 8, 12, 64]; // 0: the answer once more
        var packet = new byte[lengths[random.Next(lengths.Length)]];
        random.NextBytes(packet);
        return packet;
    }

    private static Exception FirstCause(Exception error) => error.InnerException is NrstException inner ? FirstCause(inner) : error;

    private static FirmwareImage Image(byte[] data) => FlashingBench.Image((Base, data));
}
