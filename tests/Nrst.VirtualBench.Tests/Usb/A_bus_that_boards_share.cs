using Nrst.VirtualBench.Tests.Probes;
using Nrst.VirtualBench.Usb;

namespace Nrst.VirtualBench.Tests.Usb;

/// <summary>Time on the bus, by counting. Threads come in whatever order the system likes; what they are told may not depend on it.</summary>
public sealed class A_bus_that_boards_share
{
    private const long Packet = 64_000, Microsecond = 1_000;

    /// <summary>Nobody waits for a bus for ever; a test that would hang says so instead.</summary>
    private static readonly TimeSpan s_hangs = TimeSpan.FromMinutes(2);

    private static readonly Place s_hub = new(UsbSpeed.Full, "hub"), s_socket = new(UsbSpeed.Full, null), s_fast = new(UsbSpeed.High, "hub");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(32)]
    public void A_hub_carries_a_megabyte_in_a_second_however_many_share_it(int boards)
    {
        var ends = Run([.. Enumerable.Repeat(new Program(s_hub, [.. Enumerable.Repeat(new Step(0, 4_096), 10)]), boards)]);
        Assert.Equal(boards * 40_960 * Microsecond, ends.Max(one => one.Last));
        Assert.All(ends, one => Assert.InRange(one.Last, (boards * 40_960 * Microsecond) - (boards * Packet), boards * 40_960 * Microsecond));
    }

    [Fact]
    public void High_speed_carries_thirty_five()
    {
        var ends = Run([.. Enumerable.Repeat(new Program(s_fast, [new Step(0, 1_048_576)]), 2)]);
        Assert.InRange(2 * 1_048_576 / (ends.Max(one => one.Last) / 1e9), 34.9e6, 35.1e6);
    }

    [Fact]
    public void Who_is_alone_loses_nothing()
    {
        var work = new Program(s_hub, [new Step(0, 16), new Step(20 * Microsecond, 6_144), new Step(5 * Microsecond, 0), new Step(1, 65)]);
        foreach (var program in (Program[])[work, work with { Place = s_socket }, work with { Place = s_fast }])
        {
            Assert.Equal([0, 0, 0, 0], Assert.Single(Run([program])).Delays);
        }
    }

    [Fact]
    public void Only_those_behind_the_same_hub_are_in_each_others_way()
    {
        Step[] busy = [.. Enumerable.Repeat(new Step(0, 4_096), 5)];
        var ends = Run([new(s_hub, busy), new(s_hub, busy), new(s_socket, busy), new(s_socket, busy), new(new(UsbSpeed.Full, "other"), busy), new(s_fast, busy)]);
        Assert.All(ends[..2], one => Assert.True(one.Lost > 0));
        Assert.All(ends[2..], one => Assert.Equal(0, one.Lost));
    }

    [Fact]
    public void A_command_waits_for_a_packet_of_another_board_and_not_for_its_whole_transfer()
    {
        var ends = Run([new(s_hub, [new Step(0, 6_144)]), new(s_hub, [new Step(1_000 * Microsecond, 16)])]);
        Assert.InRange(ends[1].Delays[0], 1, Packet);
        Assert.Equal(Packet * (16 + 13) / (64 + 13), ends[0].Delays[0]);
    }

    [Fact]
    public void Whoever_asks_first_on_the_virtual_clock_goes_first_whichever_thread_came_first()
    {
        using var late = new ManualResetEventSlim();
        var bus = new SharedUsb(2);
        long[] delays = [-1, -1];
        var eager = Start(() =>
        {
            using var seat = Plugged(bus, 0, s_hub);
            late.Set();
            delays[0] = seat.Delay(500 * Microsecond, 64);
        });
        Assert.True(late.Wait(s_hangs));
        var second = Start(() =>
        {
            using var seat = Plugged(bus, 1, s_hub);
            delays[1] = seat.Delay(490 * Microsecond, 64);
        });
        Join(eager, second);
        Assert.Equal([Packet - (10 * Microsecond), 0], delays);
    }

    /// <summary>
    /// All begin at the same moment, and there a seat has come just as far as what the others ask for: it can still ask for the same and go before them.
    /// Each thread here comes only when the one before it has asked, and for all its haste it is not carried as long as one is missing.
    /// </summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData(0, 1, 2)]
    [InlineData(0, 2, 1)]
    [InlineData(1, 2, 0)]
    [InlineData(2, 1, 0)]
    public void Who_asks_at_the_same_instant_goes_by_its_seat_whichever_thread_came_first(params int[] coming)
    {
        var bus = new SharedUsb(coming.Length);
        var delays = new long[coming.Length];
        var threads = new List<Thread>();
        foreach (var number in coming)
        {
            threads.Add(Start(() =>
            {
                using var seat = Plugged(bus, number, s_hub);
                delays[number] = seat.Delay(0, 64);
            }));
            Assert.True(SpinWait.SpinUntil(() => !bus.Seat(number).IsAhead, s_hangs), "It never asks."); // it waits, or was carried and has left
        }

        Join([.. threads]);
        Assert.Equal(Enumerable.Range(0, coming.Length).Select(number => number * Packet), delays);
    }

    [Fact]
    public void A_seat_that_is_given_up_holds_nobody()
    {
        var bus = new SharedUsb(3);
        bus.Seat(1).Dispose();
        var failing = Start(() =>
        {
            try
            {
                using var seat = Plugged(bus, 2, s_hub);
                seat.Delay(0, 6_144);
                throw new InvalidOperationException("as a board that is lost in the middle");
            }
            catch (InvalidOperationException)
            {
            }
        });
        long last = -1;
        var working = Start(() =>
        {
            using var seat = Plugged(bus, 0, s_hub);
            seat.Delay(1_000 * Microsecond, 64);
            last = seat.Delay(1_000_000 * Microsecond, 64);
        });
        Join(failing, working);
        Assert.Equal(0, last);
    }

    [Fact]
    public void A_seat_that_was_given_up_costs_no_time_and_can_be_given_up_again()
    {
        var seat = Plugged(new SharedUsb(2), 0, s_hub);
        seat.Dispose();
        seat.Dispose();
        Assert.Equal(0, seat.Delay(5, 6_144));
        seat.PlugIn(UsbSpeed.High, null, 7);
        Assert.Equal(0, seat.Delay(9, 6_144));
    }

    /// <summary>
    /// Against the same rules written down once more, packet after packet and in one thread: the earliest of all comes next, since what each of them
    /// will ask for and when is known there.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void Any_programs_take_what_one_thread_would_have_found(int seed)
    {
        var random = new Random(seed);
        Place[] places = [s_hub, new(UsbSpeed.Full, "b"), s_fast, s_socket];
        Program[] programs =
        [
            .. Enumerable.Range(0, 12).Select(_ => new Program(
                places[random.Next(places.Length)],
                [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => new Step(random.Next(4) == 0 ? 0 : random.Next(2_000_000), random.Next(3) == 0 ? 16 : random.Next(7_000)))])),
        ];
        var expected = InOneThread(programs);
        Assert.Contains(expected, one => one.Sum() > 0);
        for (var run = 0; run < 3; run++)
        {
            Assert.Equal(expected, Run(programs, new Random(seed + run)).Select(one => one.Delays));
        }
    }

    /// <summary>What the bus takes shows on the board's clock as time of USB, for commands, data and answers alike.</summary>
    [Fact]
    public void A_probe_has_the_bus_in_its_time()
    {
        var alone = Work(new ProbeBench("v2"), null);
        var bus = new SharedUsb(2);
        var benches = new[] { new ProbeBench("v2"), new ProbeBench("v2") };
        Join([.. benches.Select((bench, number) => Start(() => Work(bench, Plugged(bus, number, s_hub))))]);
        Assert.All(benches, bench => Assert.InRange(bench.Clock.Nanoseconds, alone + (6_144 * Microsecond), alone + (14_000 * Microsecond)));
        Assert.All(benches, bench => Assert.Equal(bench.Clock.Nanoseconds, bench.Clock.Spent(TimeKind.Usb) + bench.Clock.Spent(TimeKind.Swd)));
        Assert.Equal(alone, Work(new ProbeBench("v2"), Plugged(new SharedUsb(1), 0, s_hub)));
    }

    /// <summary>One block out, and one in.</summary>
    private static long Work(ProbeBench bench, UsbSeat? seat)
    {
        bench.Probe.Seat = seat;
        try
        {
            bench.Tell(0xF3, 0x07);
            bench.Enter();
            bench.Write(0x08, FakeChip.RamAt, new byte[6_144]);
            bench.Read(0x07, FakeChip.RamAt, 6_144);
            return bench.Clock.Nanoseconds;
        }
        finally
        {
            seat?.Dispose();
        }
    }

    private static List<Outcome> Run(Program[] programs, Random? disorder = null)
    {
        var bus = new SharedUsb(programs.Length);
        var outcomes = new Outcome[programs.Length];
        var threads = programs.Select((program, number) => Act(number, program, disorder?.Next(4) ?? 0)).ToArray();
        disorder?.Shuffle(threads);
        Join([.. threads.Select(Start)]);
        return [.. outcomes];

        Action Act(int number, Program program, int patience) => () => outcomes[number] = One(bus, number, program, patience);
    }

    private static Outcome One(SharedUsb bus, int number, Program program, int patience)
    {
        using var seat = Plugged(bus, number, program.Place);
        var (now, delays) = (0L, new List<long>());
        foreach (var step in program.Steps)
        {
            for (var i = 0; i < patience; i++)
            {
                Thread.Yield();
            }

            now += step.Pause;
            delays.Add(seat.Delay(now, step.Bytes));
            now += delays[^1];
        }

        return new Outcome(delays, seat.Now);
    }

    private static List<List<long>> InOneThread(Program[] programs)
    {
        var delays = programs.Select(_ => new List<long>()).ToList();
        foreach (var shared in programs.Select((program, seat) => (program, seat)).Where(one => one.program.Place != s_socket).GroupBy(one => one.program.Place))
        {
            var (full, overhead, packet) = shared.Key.Speed == UsbSpeed.Full ? (64, 13, 64_000L) : (512, 55, 14_629L);
            var users = shared.Select(one => new User(one.seat, new Queue<Step>(one.program.Steps))).ToList();
            users.ForEach(user => user.Begin(full, packet, overhead));
            var (free, last) = (0L, -1);
            while (users.Exists(user => user.Packets.Count > 0))
            {
                var start = Math.Max(free, users.Where(user => user.Packets.Count > 0).Min(user => user.Asked));
                var ready = users.Where(user => user.Packets.Count > 0 && user.Asked <= start).OrderBy(user => user.Seat).ToList();
                var turn = ready.Find(user => user.Seat > last) ?? ready[0];
                (free, last) = (start + turn.Packets.Dequeue(), turn.Seat);
                if (turn.Packets.Count == 0)
                {
                    delays[turn.Seat].Add(free - turn.Asked - turn.Alone);
                    (turn.Clock, turn.Busy) = (turn.Clock + delays[turn.Seat][^1], free);
                    turn.Begin(full, packet, overhead);
                }
            }
        }

        foreach (var (program, seat) in programs.Select((program, seat) => (program, seat)).Where(one => one.program.Place == s_socket))
        {
            delays[seat].AddRange(program.Steps.Select(_ => 0L));
        }

        return delays;
    }

    private static UsbSeat Plugged(SharedUsb bus, int number, Place place)
    {
        var seat = bus.Seat(number);
        seat.PlugIn(place.Speed, place.Hub, 0);
        return seat;
    }

    private static Thread Start(Action act)
    {
        var thread = new Thread(() => act()) { IsBackground = true };
        thread.Start();
        return thread;
    }

    private static void Join(params Thread[] threads) => Assert.All(threads, thread => Assert.True(thread.Join(s_hangs), "It waits for ever."));

    private sealed record Place(UsbSpeed Speed, string? Hub);

    private readonly record struct Step(long Pause, int Bytes);

    private sealed record Program(Place Place, Step[] Steps);

    private sealed record Outcome(List<long> Delays, long Last)
    {
        public long Lost => Delays.Sum();
    }

    /// <summary>One of those who take turns: its clock, and the packets of the transfer it is at.</summary>
    private sealed class User(int seat, Queue<Step> steps)
    {
        public int Seat => seat;
        public long Clock { get; set; }
        public long Busy { get; set; }
        public long Asked { get; private set; }
        public long Alone { get; private set; }
        public Queue<long> Packets { get; } = [];

        public void Begin(int full, long packet, int overhead)
        {
            if (!steps.TryDequeue(out var step))
            {
                return;
            }

            Clock += step.Pause;
            Asked = Math.Max(Clock, Busy);
            for (var left = step.Bytes; left > 0 || Packets.Count == 0; left -= full)
            {
                Packets.Enqueue(packet * (Math.Min(left, full) + overhead) / (full + overhead));
            }

            Alone = Packets.Sum();
        }
    }
}
