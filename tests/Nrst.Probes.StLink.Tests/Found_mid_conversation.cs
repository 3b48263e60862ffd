namespace Nrst.Probes.StLink.Tests;

/// <summary>A probe whose last client was killed: whatever it was doing, opening it ends in step or in an error, never in wrong data.</summary>
public sealed class Found_mid_conversation
{
    [Fact]
    public void A_probe_left_in_peace_is_asked_two_questions_and_nothing_else()
    {
        var probe = new AbandonedProbe();

        Assert.Equal("V2J37S7", Opened(probe));
        Assert.Equal(["listen 10", "F1", "listen 1000", "F5", "listen 1000", "F1"], probe.Log);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)]
    [InlineData(8)]
    [InlineData(6144)]
    public void An_answer_nobody_fetched_is_thrown_away(int length)
    {
        var probe = new AbandonedProbe();
        probe.Ready.Enqueue(new byte[length]);

        Assert.Equal("V2J37S7", Opened(probe));
        Assert.DoesNotContain(probe.Log, what => what is "reset" or "clear");
    }

    [Theory]
    [InlineData(2)]
    [InlineData(6)] // an old answer to the very question that is asked first: only the second question gives it away
    [InlineData(8)]
    [InlineData(512)]
    public void An_answer_that_comes_late_is_not_taken_for_the_new_one(int length)
    {
        var probe = new AbandonedProbe { Late = new byte[length] };

        Assert.Equal("V2J37S7", Opened(probe));
        Assert.DoesNotContain("reset", probe.Log);
    }

    [Theory]
    [InlineData(4, false)]
    [InlineData(16, false)]
    [InlineData(6144, true)]
    public void Data_that_never_came_is_not_made_up_for_with_questions(int missing, bool reset)
    {
        var probe = new AbandonedProbe { Wants = missing };

        Assert.Equal("V2J37S7", Opened(probe));
        Assert.Equal(reset, probe.Log.Contains("reset"));
        Assert.True(probe.Swallowed <= 32, $"{probe.Swallowed} bytes were taken for data");
    }

    [Fact]
    public void A_stall_is_cleared_without_a_reset()
    {
        var probe = new AbandonedProbe { Stalled = true };

        Assert.Equal("V2J37S7", Opened(probe));
        Assert.Contains("clear", probe.Log);
        Assert.DoesNotContain("reset", probe.Log);
    }

    [Fact]
    public void A_stall_that_stays_needs_a_reset()
    {
        var probe = new AbandonedProbe { Stalled = true, StallStays = true };

        Assert.Equal("V2J37S7", Opened(probe));
        Assert.Contains("reset", probe.Log);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void One_that_stays_silent_is_given_up_within_five_seconds_with_all_that_was_tried(bool deaf, bool dumb)
    {
        var probe = new AbandonedProbe { Deaf = deaf, Dumb = dumb };

        var error = Assert.Throws<ProbeException>(() => Opened(probe));

        Assert.Equal("NRST1307", error.Code);
        Assert.True(error.LostSync);
        Assert.InRange(probe.Waited, TimeSpan.FromSeconds(0.5), TimeSpan.FromSeconds(5));
        Assert.Equal(3, error.Evidence.Count);
        Assert.Contains("reset the probe's USB and asked: no answer", error.Evidence);
        Assert.True(probe.IsDisposed);
    }

    [Fact]
    public void One_that_never_stops_talking_is_given_up()
    {
        var probe = new AbandonedProbe { Babbles = true };

        Assert.Equal("NRST1307", Assert.Throws<ProbeException>(() => Opened(probe)).Code);
        Assert.InRange(probe.Log.Count, 4, 200);
    }

    [Fact]
    public void One_that_is_unplugged_meanwhile_is_gone_and_not_silent()
    {
        var probe = new AbandonedProbe { Unplugged = true };

        Assert.Equal("NRST1102", Assert.Throws<ProbeException>(() => Opened(probe)).Code);
        Assert.Equal(["listen 10"], probe.Log);
        Assert.True(probe.IsDisposed);
    }

    /// <summary>Opens it and checks that the next question gets its own answer.</summary>
    private static string Opened(AbandonedProbe pipe)
    {
        var probe = StLinkProbe.Open(pipe, new TestClock(), 0x0483, 0x3748, "S");
        Assert.Empty(pipe.Ready);
        return probe.Identity.Firmware;
    }

    /// <summary>Bulk endpoints of a probe, at any point of a conversation with somebody who is no longer there.</summary>
    private sealed class AbandonedProbe : IBulkPipe, IPipeRecovery
    {
        public Queue<byte[]> Ready { get; } = new();
        public List<string> Log { get; } = [];

        /// <summary>An answer that becomes ready just when the next question arrives.</summary>
        public byte[]? Late { get; set; }

        /// <summary>Bytes of data it still waits for.</summary>
        public int Wants { get; set; }

        public bool Stalled { get; set; }
        public bool StallStays { get; set; }
        public bool Deaf { get; set; }
        public bool Dumb { get; set; }
        public bool Babbles { get; set; }
        public bool Unplugged { get; set; }
        public int Swallowed { get; private set; }
        public TimeSpan Waited { get; private set; }
        public bool IsDisposed { get; private set; }

        public IPipeRecovery Recovery => this;

        public bool Offer(ReadOnlySpan<byte> packet, TimeSpan limit)
        {
            Log.Add($"{packet[0]:X2}");
            Assert.Equal(16, packet.Length);
            if (Deaf)
            {
                Waited += limit;
                return false;
            }

            if (Wants > 0)
            {
                Swallowed += packet.Length;
                Wants = Math.Max(0, Wants - packet.Length);
                return true;
            }

            if (Late is { } late)
            {
                Ready.Enqueue(late);
                Late = null;
            }

            if (!Dumb)
            {
                Ready.Enqueue(packet[0] == 0xF1 ? [0x29, 0x47, 0x83, 0x04, 0x48, 0x37] : [1, 0]);
            }

            return true;
        }

        public int? Listen(Span<byte> into, TimeSpan limit)
        {
            Log.Add($"listen {limit.TotalMilliseconds}");
            if (Unplugged || Stalled)
            {
                throw new ProbeException(Unplugged ? "NRST1102" : "NRST1104", Unplugged ? "It is gone." : "It refused.") { LostSync = true };
            }

            if (Babbles)
            {
                return 64;
            }

            if (Ready.TryDequeue(out var answer))
            {
                Assert.True(into.Length >= answer.Length && into.Length % 512 == 0, "a buffer of less than whole packets overflows");
                answer.CopyTo(into);
                return answer.Length;
            }

            Waited += limit;
            return null;
        }

        public void ClearHalts()
        {
            Log.Add("clear");
            Stalled = StallStays;
        }

        public void Reset()
        {
            Log.Add("reset");
            Ready.Clear();
            (Wants, Late, Stalled) = (0, null, false);
        }

        public void Send(ReadOnlySpan<byte> packet) => Assert.True(Offer(packet, TimeSpan.Zero));

        public int Receive(Span<byte> into)
        {
            var answer = Ready.Dequeue();
            answer.CopyTo(into);
            return answer.Length;
        }

        public void Dispose() => IsDisposed = true;
    }
}
